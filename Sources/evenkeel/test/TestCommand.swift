import ArgumentParser
import Discovery
import JSON
import Keel
import LinuxSystem
import Netlink
import Reachability

/// `evenkeel test`: sends from a container, and counts what is answered.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Sends from a container by each of its ways, and counts what is lost.",
        usage: """
            evenkeel test --container <name> | --netns <path> | --pid <pid>
                          [--to <address> ...] [--count <number>] [--port <port>]
                          [--json] [--policy <file>]
            """,
        discussion: """
            Sends ping, TCP and UDP in IPv4 and IPv6 from a container: from sockets that are bound to nothing, to each of \
            its addresses, and to each of its devices. Asks each gateway, one address of this host on another network, \
            and what --to names. Connects from the host to each TCP port that a rule of nftables or iptables-nft publishes \
            for the container; ranges of ports, rules with further conditions and iptables-legacy are not looked at. Nothing \
            else gets a packet: what a tunnel or another machine's network would take instead of the host is left out.

            An answer is an echo reply, a connection or its refusal, a datagram, or that the port is unreachable. Each \
            probe has a socket of its own, so a way that is taken every second time shows as half of a row lost.

            Changes no route, no rule, no sysctl and no firewall. While it runs, the host listens on a port of each of its \
            own tested addresses, and sends the test's datagrams back: the kernel says only once a second that a port is \
            unreachable. For the same reason UDP rows of other targets have one or two probes. What nobody answers takes \
            seconds, and many such rows with --count 100 a few minutes.

            Among default routes of one metric the kernel stays with a gateway that it knows to be reachable. Right after \
            other traffic a container may therefore lose nothing that it loses when it was idle. A note says where such \
            routes compete.

            JSON
              {"version": 1, "verdict": "answered" | "lost" | "no-answer" | "unknown",
               "namespace", "containers": [names],
               "rows": [{"family", "source": {"kind": "unbound" | "address" | "device" | "host",
                                              "name"}, "protocol": "ping" | "TCP" | "UDP",
                         "target": {"kind": "gateway" | "host" | "named" | "published port",
                                    "address", "port"},
                         "sent", "lost", "medianMicroseconds", "refusal",
                         "state": "answered" | "lost" | "no-answer"}],
               "omitted": [what was left out], "notes": [what may be lost another time],
               "error": null | what kept it from sending}
              PREFIX/share/evenkeel/schemas/test.schema.json describes every key.

            EXAMPLES
              sudo evenkeel test --container web
              sudo evenkeel test --container web --to 192.0.2.1 --to 2001:db8::1 --port 443
              sudo evenkeel test --container web --json | jq '.rows[] | select(.lost > 0)'

            EXIT STATUS
              0   nothing was lost that anybody answers
              1   something was lost, nothing answers that could tell, or not all could be sent; the
                  last lines say what
              64  the command line is wrong
            """)

    @OptionGroup var selection: ContainerSelection

    @Option(
        help: ArgumentHelp(
            "Also send to this address, by every way out; may be given several times.", valueName: "address"))
    var to: [String] = []

    @Option(help: ArgumentHelp("How many probes a row has, 1 to 100.", valueName: "number"))
    var count = Measurement.Options().count

    @Option(help: ArgumentHelp("The port that TCP and UDP ask. It need not be open.", valueName: "port"))
    var port = Measurement.Options().port

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    /// Each target adds rows.
    private static let mostTargets = 8

    func validate() throws {
        guard selection.count == 1, !selection.all else {
            throw ValidationError("name one of --container, --netns and --pid")
        }
        guard (1...100).contains(count) else { throw ValidationError("--count takes a number from 1 to 100") }
        guard port > 0 else { throw ValidationError("--port takes a port from 1 to 65535") }
        guard to.count <= Self.mostTargets else { throw ValidationError("--to can be given \(Self.mostTargets) times") }
        for text in to {
            guard let address = IPAddress(text) else {
                throw ValidationError("--to takes an IPv4 or IPv6 address, not '\(printable(text))'")
            }
            if let reason = address.unfitAsTarget { throw ValidationError("--to \(address): this is \(reason)") }
        }
    }

    func run() throws {
        let isAnswered: Bool
        do throws(Failure) { isAnswered = try print() } catch {
            say(error.description)
            throw ExitCode(1)
        }
        if !isAnswered { throw ExitCode(1) }
    }

    /// Whether everything was answered.
    private func print() throws(Failure) -> Bool {
        let report: TestReport
        do throws(Failure) { report = try work() } catch {
            if json { TestReport.answer(failure: error.description).writeAfterFailure() }
            throw error
        }
        if json {
            try report.answer.write()
        } else {
            try write(report.lines(width: Terminal.columns ?? .max).map { $0 + "\n" }.joined())
        }
        return report.measurement.judgement.verdict == .answered
    }

    private func work() throws(Failure) -> TestReport {
        let container = try found()
        do throws(KernelError) {
            var host = try Host()
            var options = Measurement.Options()
            options.named = to.compactMap { IPAddress($0) }
            (options.count, options.port) = (count, port)
            var progress: Progress?
            defer { progress?.clear() }
            let measurement = try Measurement(try container.found.open(), on: &host, options) {
                progress = Progress(of: $1, "probes")
                progress?.show($0)
            }
            return TestReport(container, measurement, policyPath: selection.policy)
        } catch { throw Failure(error) }
    }

    private func found() throws(Failure) -> ContainerNamespace {
        let survey = try selection.survey()
        guard let name = selection.container else { return survey.namespaces[0] }
        guard let named = survey.find(name) else { throw survey.absence(of: name) }
        if let hidden = named.hidden.first { throw Failure(hidden.error) }
        guard named.namespaces.count == 1 else {
            let titles = named.namespaces.map { printable($0.title) }.joined(separator: ", ")
            throw Failure(
                "\(named.namespaces.count) containers are called \(printable(name)): \(titles); name one by its id")
        }
        return named.namespaces[0]
    }
}
