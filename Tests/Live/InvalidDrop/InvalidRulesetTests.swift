import Laboratory
import Testing

/// The ruleset of the third remedy: made once by however many, put right again, and nobody else's touched.
@Suite struct InvalidRulesetTests {
    private let rules = InvalidTests.rules

    // MARK: Many at once

    @Test func fiftyAtOnceMakeOneOfEach() throws {
        let lab = try Lab("InvalidDrop/invalid.sh")
        try lab.run("host; crowd 50")
        let said = try lab.run("hooks_at_once 1 50")
        for family in ["ip", "ip6"] {
            #expect(try lab.run("evenkeel_rules \(family); guarded \(family)") == rules + "\nbr1 br2 br3 br4")
            let made = said.split(separator: "\n").filter {
                $0.contains("added rules") && $0.contains("table \(family) ")
            }
            #expect(made.count == 1, "\(said)")
        }
        let before = try lab.run("ruleset")
        let again = try lab.run("hooks_at_once 1 50")
        #expect(again == "")
        #expect(try lab.run("ruleset") == before)
    }

    /// Of many at once all but one come too late. Those that say for which ruleset they were thought out are refused before
    /// the kernel has begun; taking back what it has begun would make it wait for every processor.
    @Test func bothFamiliesAreMadeInOneTransactionForTheRulesetThatWasSeen() throws {
        let lab = try Lab("InvalidDrop/invalid.sh")
        let batches = try lab.run(
            """
            stage >&2
            mkdir /run/traced
            echo "exec strace -f -o /run/trace -e trace=sendto $programs/evenkeel-cni" >/run/traced/evenkeel-cni
            chmod +x /run/traced/evenkeel-cni
            programs=/run/traced cni ADD c eth0 >&2
            grep -o 'nlmsg_len=[0-9]*, nlmsg_type=NFNL_MSG_BATCH_BEGIN' /run/trace
            """)
        // The header of a message, the family's, and the attribute NFNL_BATCH_GENID: 16, 4 and 8 bytes.
        #expect(batches == "nlmsg_len=28, nlmsg_type=NFNL_MSG_BATCH_BEGIN")
        for family in ["ip", "ip6"] { #expect(try lab.run("evenkeel_rules \(family)") == rules) }
    }

    /// Somebody's changes in between make the kernel refuse repairs, which are thought out for one generation.
    @Test func twentyAtOnceBesideSomebodyBusy() throws {
        let lab = try Lab("InvalidDrop/invalid.sh")
        try lab.run("host; crowd 20")
        let busy = """
            nft list tables >/run/tables
            while :; do nft -f - <<<'add table ip busy; flush table ip busy; add chain ip busy c; add rule ip busy c counter'; done &
            busy=$!
            await nft list table ip busy
            """
        let rest = "hooks_at_once 1 20; kill $busy; wait $busy || :"
        for damage in ["", "nft flush table ip evenkeel; nft flush table ip6 evenkeel"] {
            let said = try lab.run("\(damage)\n\(busy)\n\(rest)")
            #expect(!said.contains("failed") && !said.contains("cannot"), "\(said)")
            for family in ["ip", "ip6"] {
                #expect(try lab.run("evenkeel_rules \(family); guarded \(family)") == rules + "\nbr1 br2 br3 br4")
            }
        }
    }

    // MARK: Repair

    enum Damage: String, CaseIterable {
        case flushedTable = "flush table %"
        case deletedInput = "delete chain % input"
        case deletedOutput = "delete chain % output"
        case deletedForward = "delete chain % forward"
        case dormant = "add table % { flags dormant; }"
        case dormantAndIncomplete = "add table % { flags dormant; }; delete chain % input"
        case somebodysRule = "add rule % input tcp dport 99 accept"
        case olderVersion = "replace rule % forward handle # ct state invalid drop comment \"evenkeel 0: drop INVALID\""
        case emptiedSet = "flush set % containers"
        case missingSet = "delete chain % forward; delete set % containers"
        case missingSegments = "delete chain % input; delete chain % output; delete set % misjudged"

        func command(_ family: String) -> String {
            let handle = "$(handle \(family) forward INVALID)"
            let statement = rawValue.replacing("%", with: "\(family) evenkeel").replacing("\"", with: "\\\"")
            return "nft \"\(statement.replacing("#", with: handle))\""
        }

        var keepsElements: Bool { self != .emptiedSet && self != .missingSet }
    }

    @Test(arguments: Damage.allCases, ["ip", "ip6"])
    func theNextRunRepairs(damage: Damage, family: String) throws {
        let lab = try Lab("InvalidDrop/invalid.sh")
        try lab.run("stage; network 2; container d; attach d 2 eth0 5; cni ADD d eth0; cni ADD c eth0")
        let before = try lab.run("ruleset")
        try lab.run(damage.command(family))
        #expect(try lab.run("ruleset") != before)
        try lab.run("cni ADD c eth0")
        let elements = damage.keepsElements ? "br1 br2" : "br1"
        #expect(
            try lab.run("evenkeel_rules \(family) | sort; guarded \(family)") == Self.sorted(rules) + "\n" + elements)
        let repaired = try lab.run("ruleset")
        #expect(!repaired.contains("dormant"))
        #expect(try lab.run("cni ADD c eth0 2>&1 >/dev/null") == "")
        #expect(try lab.run("ruleset") == repaired)
        // It not only looks right.
        let version = family == "ip" ? 4 : 6
        let traffic = "connections=2; spoil far; spoil c; downloads \(version); uploads \(version)"
        #expect(try lab.run("\(traffic); count far resets; count far leaked") == "2\n2\n0\n0")
        #expect(try lab.run("hit \(family) output && hit \(family) forward") == "")
    }

    private static func sorted(_ lines: String) -> String {
        lines.split(separator: "\n").sorted().joined(separator: "\n")
    }

    @Test func aChainThatIsAllRightKeepsItsCounters() throws {
        let lab = try Lab("InvalidDrop/invalid.sh")
        try lab.run("stage; spoil far; spoil c; cni ADD c eth0; downloads 4; uploads 4")
        try lab.run("hit ip output && hit ip forward")
        let output = try lab.run("hits ip output; nft -a list chain ip evenkeel output")
        try lab.run("nft flush chain ip evenkeel forward; cni ADD c eth0")
        #expect(try lab.run("hits ip output; nft -a list chain ip evenkeel output") == output)
        #expect(try lab.run("hits ip forward") == "0")
        try lab.run("uploads 4")
        let forward = try lab.run("hits ip forward; nft -a list chain ip evenkeel forward")
        try lab.run("nft delete chain ip evenkeel output; cni ADD c eth0; hit ip forward")
        #expect(try lab.run("hits ip forward; nft -a list chain ip evenkeel forward") == forward)
        #expect(try lab.run("hits ip output") == "0")
    }

    // MARK: What is others'

    @Test func whatOthersMadeStaysAsItIs() throws {
        let lab = try Lab("InvalidDrop/invalid.sh")
        try lab.run("stage")
        try lab.run(
            "nft -f -",
            input: """
                table inet evenkeel {
                    set containers { type ifname; elements = { "br1", "gone0" }; }
                    chain input { type filter hook input priority 0; iifname @containers counter comment "evenkeel 1: not ours"; }
                }
                table ip firewall {
                    map ports { type inet_service : verdict; elements = { 22 : accept, 80 : jump web }; }
                    set peers { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.1-192.0.2.9 }; }
                    chain web { ct state new counter accept; }
                    chain input { type filter hook input priority 0; policy accept; tcp dport vmap @ports; ip saddr @peers counter; }
                    chain forward { type filter hook forward priority 0; ct state invalid counter; }
                }
                table ip6 sleeping { flags dormant; chain c { type filter hook output priority 0; counter; }; }
                table arp filter { chain input { type filter hook input priority 0; counter; }; }
                table bridge filter { chain forward { type filter hook forward priority 0; counter; }; }
                """)
        let before = try lab.run("others")
        #expect(before.contains("gone0") && before.contains("table bridge filter"))
        try lab.run("cni ADD c eth0; hook c; cni ADD c eth0")
        try lab.run(
            "nft flush table ip evenkeel; hook c; nft 'add table ip6 evenkeel { flags dormant; }'; cni ADD c eth0; cni DEL c eth0"
        )
        #expect(try lab.run("evenkeel_rules ip6") == rules)
        #expect(try lab.run("others") == before)
    }
}
