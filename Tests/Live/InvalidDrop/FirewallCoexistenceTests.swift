import Firewall
import ForeignRules
import HostCare
import Keel
import Laboratory
import Netlink
import Testing

/// The host's firewalls: ours lives beside them, is not taken along when they change, and knows what they drop.
@Suite struct FirewallCoexistenceTests {
    /// Each as a host has it; firewalls.sh knows how it is started, reloaded and stopped.
    enum Neighbour: String, CaseIterable {
        case firewalld, ufw, ufwLegacy, iptablesNft, iptablesLegacy, docker, netavark, kubernetes, nftables

        /// Whether its way of writing its rules again takes everybody's.
        var flushesAll: Bool { self == .nftables }

        var drops: [String] {
            switch self {
            case .firewalld: ["table inet firewalld, chain filter_INPUT"]
            case .ufw:
                ["table ip filter, chain ufw-before-input", "table ip6 filter, chain ufw6-before-input"]
            case .ufwLegacy:
                [
                    "iptables (legacy) filter, chain ufw-before-input",
                    "ip6tables (legacy) filter, chain ufw6-before-input",
                ]
            case .iptablesNft:
                [
                    "table ip mangle, chain PREROUTING (in prerouting)",
                    "table ip6 mangle, chain PREROUTING (in prerouting)",
                    "table ip filter, chain INPUT", "table ip6 filter, chain INPUT",
                ]
            case .iptablesLegacy:
                [
                    "iptables (legacy) mangle, chain PREROUTING (in prerouting)",
                    "iptables (legacy) filter, chain INPUT",
                    "ip6tables (legacy) mangle, chain PREROUTING (in prerouting)",
                    "ip6tables (legacy) filter, chain INPUT",
                ]
            case .docker, .netavark: []
            case .kubernetes: ["table ip filter, chain KUBE-FIREWALL, for some packets"]
            case .nftables: ["table inet filter, chain input"]
            }
        }

        var untracked: [String] {
            switch self {
            case .iptablesNft:
                ["ip", "ip6"].map { "table \($0) raw, chain PREROUTING (in prerouting), for some packets" }
            case .iptablesLegacy:
                ["iptables", "ip6tables"].map {
                    "\($0) (legacy) raw, chain PREROUTING (in prerouting), for some packets"
                }
            default: []
            }
        }
    }

    private func host() throws -> Lab {
        let lab = try Lab("InvalidDrop/invalid.sh", "InvalidDrop/firewalls.sh")
        try lab.run("host; container c; network 1; attach c 1 eth0 5")
        return lab
    }

    private func rules(of effect: ForeignRule.Effect, _ lab: Lab) throws -> [String] {
        try lab.sandbox.inItsNetwork {
            var host = try Host()
            return try host.foreignRules().filter { $0.effect == effect }.map { $0.description }
        }
    }

    @Test(arguments: Neighbour.allCases) func neitherDisturbsTheOther(neighbour: Neighbour) throws {
        let lab = try host()
        try lab.run("\(neighbour)_start")
        let theirs = try lab.run("theirs")
        #expect(try lab.run("hook c 2>&1").contains("added rules for INVALID TCP segments: table ip evenkeel"))
        #expect(try lab.run("theirs") == theirs)
        let ours = try lab.run("evenkeels")
        try lab.run("\(neighbour)_reload")
        #expect(try lab.run("theirs") == theirs)
        if neighbour.flushesAll {
            #expect(try lab.run("nft list tables") == "table inet nat\ntable inet filter")
            try lab.run("hook c")
            #expect(try lab.run("evenkeel_rules ip") == InvalidTests.rules)
            #expect(try lab.run("evenkeel_rules ip6") == InvalidTests.rules)
            #expect(try lab.run("theirs") == theirs)
        } else {
            #expect(try lab.run("evenkeels") == ours)
            #expect(try lab.run("hook c 2>&1; evenkeels") == ours, "there is nothing to do")
            try lab.run("\(neighbour)_stop")
            #expect(try lab.run("evenkeels") == ours)
        }
    }

    @Test(arguments: Neighbour.allCases) func itIsKnownWhatTheyDrop(neighbour: Neighbour) throws {
        let lab = try host()
        let ours = try lab.run("hook c; evenkeels")
        try lab.run("\(neighbour)_start")
        if !neighbour.flushesAll { #expect(try lab.run("evenkeels") == ours) }
        try lab.run("hook c")
        let before = try lab.run("theirs; evenkeels; cat /proc/net/ip_tables_names /proc/net/ip6_tables_names")
        #expect(try rules(of: .dropsInvalid, lab) == neighbour.drops)
        #expect(try rules(of: .doesNotTrack, lab) == neighbour.untracked)
        let after = try lab.run("theirs; evenkeels; cat /proc/net/ip_tables_names /proc/net/ip6_tables_names")
        #expect(after == before, "looking changes nothing")
        try lab.run("\(neighbour)_stop")
        #expect(try rules(of: .dropsInvalid, lab) == [])
    }

    @Test func somebodyBusyDoesNotHinderLooking() throws {
        let lab = try host()
        try lab.run(
            """
            nftables_start
            while :; do
                nft 'add table ip busy; flush table ip busy; add chain ip busy c { type filter hook input priority 1; }; add chain ip busy d; add rule ip busy c ct state vmap { new : jump d, invalid : goto d }'
                nft delete table ip busy
                iptables-legacy -A INPUT -p udp -j DROP
                iptables-legacy -D INPUT -p udp -j DROP
            done </dev/null >/dev/null 2>&1 &
            await nft list table ip busy
            """)
        let (found, changes) = try lab.sandbox.inItsNetwork {
            var host = try Host()
            var socket = try Socket(.netfilter)
            let before = try socket.generation()
            // A hundred looks in the least, and for as long as it takes the other to come in between.
            var found: [[ForeignRule]] = []
            while try found.count < 100 || socket.generation() &- before < 100 {
                found.append(try host.foreignRules())
            }
            return (found.map { $0.map { $0.description } }, try socket.generation() &- before)
        }
        #expect(changes >= 100)
        #expect(found.allSatisfy { $0 == Neighbour.nftables.drops })
    }

    /// That what is recognised is what helps: where they drop INVALID in input, nothing is reset without us either.
    @Test(arguments: [Neighbour.firewalld, .ufw, .ufwLegacy]) func theirDropSavesDownloads(neighbour: Neighbour) throws
    {
        let lab = try Lab("InvalidDrop/invalid.sh", "InvalidDrop/firewalls.sh")
        try lab.run("stage; spoil far; \(neighbour)_start; \(neighbour)_forward")
        #expect(try lab.run("downloads 4; downloads 6; count far resets") == "5\n5\n0")
        #expect(try lab.run("[[ $(count far spoilt) != 0 ]]") == "")
    }
}
