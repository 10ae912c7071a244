import Laboratory
import Testing

/// Pages of `evenkeel explain`, followed to the letter on a host with a container on two networks.
@Suite struct ExplainedCommandTests {
    private struct Command {
        let text: String
        let isForContainer: Bool
    }

    /// The lines that are set off, each for where the text before it says.
    private func commands(_ page: String) -> [Command] {
        var isForContainer = false
        var commands: [Command] = []
        for line in page.split(separator: "\n") {
            if line.hasPrefix("      ") {
                commands.append(Command(text: line.dropFirst(6).description, isForContainer: isForContainer))
            } else if line.contains("container's namespace") {
                isForContainer = true
            } else if !line.hasPrefix(" ") || line.contains("n the host") {
                isForContainer = false
            }
        }
        return commands
    }

    private static let placeholders = """
        PATH=$programs:$PATH; sudo() { "$@"; }; export -f sudo; pid=$(ip netns pids c | head -n 1)
        command=$(sed "s/\\bPID\\b/$pid/g; s/BRIDGE/br1/g; s/UPLINK/uplink/g; s/GATEWAY/10.89.1.1/g; s/VETH/vc1/g
            s:\\bPATH\\b:/run/netns/c:g")

        """

    /// What programs say to what they do not understand, or to names that are nobody's.
    private static var complaint: Regex<Substring> {
        /(?i)usage:|is unknown|unknown option|unrecognized|invalid option|garbage|syntax error|is wrong|bad |cannot stat|no such device/
    }

    /// Not everywhere, and nothing else here needs them.
    private static let optional = ["arping", "bpftool", "docker", "ipvsadm", "journalctl", "tcpdump"]

    @Test func everyCommandIsUnderstood() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("rp_filter=2; lab 2; guard_host")
        let pages = try lab.run("\"$programs/evenkeel\" explain | cut -d ' ' -f 1").split(separator: "\n")
        for page in pages {
            for command in commands(try lab.run("\"$programs/evenkeel\" explain \(page)")) {
                let place = command.isForContainer ? "ip netns exec c " : ""
                let output = try lab.attempt(
                    "\(Self.placeholders)\(place)timeout 2 bash -c \"$command\"", input: command.text)
                // Those that go on until somebody stops them end with 124.
                if Self.optional.contains(where: { output.err.contains("\($0): command not found") }) { continue }
                #expect(output.status <= 124, "\(page): \(command.text): \(output.err)")
                #expect((output.out + output.err).firstMatch(of: Self.complaint) == nil, "\(page): \(command.text)")
            }
        }
    }

    /// A first gateway that is known to be reachable hides it.
    @Test func theProofOfDuplicateDefaultRoutesShowsThemTakingTurns() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("lab 2")
        let page = try lab.run("\"$programs/evenkeel\" explain duplicate-default-route")
        let steps = commands(page).map { $0.text }.filter { $0.hasPrefix("ping") || $0.hasPrefix("ip neigh") }
        #expect(steps.count == 2)
        // With the gateway and the device of the line that is listed first.
        let script = """
            read -r _ _ gateway _ device _ < <(ip -n c route show default)
            steps=$(sed "s/10.89.1.1/$gateway/; s/eth0/$device/"); ip netns exec c bash -ec "$steps" >/dev/null
            for turn in 1 2; do ip -n c route get 192.0.2.1 | head -n 1 | grep -o 'dev eth.'; done | sort -u | wc -l
            """
        #expect(try lab.run(script, input: steps.joined(separator: "\n")) == "2")
    }

    /// By the page's own rules, with the addresses that the laboratory has.
    @Test func theRemedyWithoutEvenkeelLeadsEachAddressHome() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("rp_filter=2; single 2 1")
        #expect(try lab.run("lost tcp_once c $far4 80 10.89.2.5") == "10")
        let page = try lab.run("\"$programs/evenkeel\" explain source-address-mismatch")
        let steps = commands(page).map { $0.text }.filter { $0.hasPrefix("ip r") && $0.contains(" add ") }
        try lab.run("ip netns exec c bash -ec \"$(cat)\"", input: steps.joined(separator: "\n"))
        #expect(try lab.run("lost tcp_once c $far4 80 10.89.2.5; lost tcp_once c $far4 80") == "0\n0")
        #expect(try lab.run("found c") == "")
    }

    @Test func aPageGivesTheSeverityThatTheDoctorGives() throws {
        let lab = try Lab("Doctor/doctor.sh")
        let said = try lab.attempt(
            "rp_filter=2; lab 2; \"$programs/evenkeel\" apply --netns /run/netns/c; ip -n c link del eth0; doctor --netns /run/netns/c"
        ).out
        #expect(said.contains("  warning: no-default-route: "), "\(said)")
        #expect(try lab.run("\"$programs/evenkeel\" explain no-default-route").contains("it is a warning"))
    }
}
