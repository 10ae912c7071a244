import Laboratory
import LinuxSystem
import LinuxTools
import Netlink
import Testing

@testable import Firewall
@testable import ForeignRules

/// What iptables makes, by either of its ways into the kernel.
@Suite struct IptablesRuleTests {
    /// Rules as `iptables -A` takes them, separated by semicolons, and what is found.
    private static let rules = [
        "INPUT -m conntrack --ctstate INVALID -j DROP": "filter INPUT input",
        "INPUT -m state --state INVALID -j DROP": "filter INPUT input",
        "INPUT -m state --state NEW,INVALID -m comment --comment why -j DROP": "filter INPUT input",
        "INPUT -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP": "filter INPUT input",
        "INPUT -p tcp -m tcp -m conntrack --ctstate INVALID -j DROP": "filter INPUT input",
        "INPUT ! -i lo -m conntrack --ctstate INVALID -j DROP": "filter INPUT input",
        "INPUT ! -p udp -m conntrack --ctstate INVALID -j DROP": "filter INPUT input",
        "PREROUTING -t mangle -m conntrack --ctstate INVALID -j DROP": "mangle PREROUTING prerouting",
        "INPUT -j own; own -m conntrack --ctstate INVALID -j LOG; own -m conntrack --ctstate INVALID -j DROP":
            "filter own input",
        "INPUT -m conntrack --ctstate INVALID -g own; own -m limit --limit 3/min -j LOG; own -j more; own -j DROP; more -p udp -j DROP; more -j RETURN":
            "filter own input",
        "INPUT -i lo -j ACCEPT; INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT; INPUT; INPUT -p tcp --dport 22 -j ACCEPT; INPUT -m conntrack --ctstate INVALID -j DROP":
            "filter INPUT input",
        "INPUT -i eth0 -m conntrack --ctstate INVALID -j DROP": "filter INPUT input limited",
        "INPUT -p tcp --dport 80 -m conntrack --ctstate INVALID -j DROP": "filter INPUT input limited",
        "INPUT -i lo+ -m conntrack --ctstate INVALID -j DROP": "filter INPUT input limited",
        "INPUT -m mark --mark 1 -j own; own -m conntrack --ctstate INVALID -j DROP": "filter own input limited",
        "INPUT -j NFQUEUE; INPUT -m conntrack --ctstate INVALID -j DROP": "filter INPUT input limited",
        // Nothing to find.
        "INPUT -m conntrack --ctstate INVALID -j REJECT": "",
        "INPUT -m conntrack --ctstate INVALID": "",
        "INPUT -m conntrack --ctstate NEW -j DROP": "",
        "INPUT -m conntrack ! --ctstate INVALID -j DROP": "",
        "INPUT -m conntrack --ctstatus ASSURED -j DROP": "",
        "INPUT -p udp -m conntrack --ctstate INVALID -j DROP": "",
        "INPUT ! -p tcp -m conntrack --ctstate INVALID -j DROP": "",
        "INPUT -i lo -m conntrack --ctstate INVALID -j DROP": "",
        "INPUT -j DROP": "",
        "INPUT -j ACCEPT; INPUT -m conntrack --ctstate INVALID -j DROP": "",
        "INPUT -j own; own -j ACCEPT; INPUT -m conntrack --ctstate INVALID -j DROP": "",
        "INPUT -g own; INPUT -m conntrack --ctstate INVALID -j DROP": "",
        "own -m conntrack --ctstate INVALID -j DROP": "",
        "FORWARD -m conntrack --ctstate INVALID -j DROP": "",
        // What is not tracked.
        "PREROUTING -t raw -p tcp -j CT --notrack": "raw PREROUTING prerouting untracked",
        "OUTPUT -t raw -j NOTRACK": "raw OUTPUT output untracked",
        "PREROUTING -t raw -p tcp --dport 53 -j CT --notrack": "raw PREROUTING prerouting limited untracked",
        "PREROUTING -t raw -p udp -j CT --notrack; OUTPUT -t raw -p tcp -j CT --zone 3": "",
    ]

    private static func found(by rules: String, _ program: String) throws -> [String] {
        try inNamespace {
            let commands = rules.split(separator: "; ").map { "\(program) -A \($0)" }
            let chains = ["own", "more"].filter { rules.contains($0) }
            try shell((chains.map { "\(program) -N \($0)" } + commands).joined(separator: "\n"))
            var socket = try Socket(.netfilter)
            let found = try socket.foreignRules(besides: "evenkeel") + [ForeignRule].legacy()
            return found.map { rule in
                let place =
                    switch rule.place {
                    case .nftables(let family, let table, let chain):
                        (family == "ip" ? "iptables-nft" : "ip6tables-nft", table, chain)
                    case .legacy(let version, let table, let chain):
                        (version == .v4 ? "iptables-legacy" : "ip6tables-legacy", table, chain)
                    }
                #expect(place.0 == program)
                return "\(place.1) \(place.2) \(rule.hook)" + (rule.isLimited ? " limited" : "")
                    + (rule.effect == .doesNotTrack ? " untracked" : "")
            }
        }
    }

    private static let programs = ["iptables-legacy", "ip6tables-legacy", "iptables-nft", "ip6tables-nft"]

    @Test(arguments: rules, programs) func itIsKnownWhatARuleDoes(rule: (String, String), program: String) throws {
        #expect(try Self.found(by: rule.0, program) == (rule.1.isEmpty ? [] : [rule.1]))
    }

    @Test func askingMakesNoTable() throws {
        let names = try inNamespace {
            try shell("iptables-legacy -t mangle -S >/dev/null")
            let rules = try [ForeignRule].legacy()
            #expect(rules.isEmpty)
            return try shell("cat /proc/thread-self/net/ip_tables_names /proc/thread-self/net/ip6_tables_names")
        }
        #expect(names == "mangle\n")
    }

    /// Every byte of a table's entries in turn, made into what breaks lengths.
    @Test(arguments: IPVersion.allCases) func noTableIsReadBeyondItsEnd(version: IPVersion) throws {
        let table = try inNamespace {
            let program = version == .v4 ? "iptables-legacy" : "ip6tables-legacy"
            try shell(
                "\(program) -N own; \(program) -A own -j LOG; \(program) -A INPUT -m comment --comment x -m conntrack --ctstate INVALID -j own"
            )
            return try LegacyTable(reading: "filter", isIPv6: version == .v6)
        }
        #expect(table.entries.count > 1000)
        for index in table.entries.indices {
            for value in [0, 1, 0x1f, 0x7f, 0xff] as [UInt8] {
                var entries = table.entries
                entries[index] = value
                _ = try? [ForeignRule].foreign(
                    in: LegacyTable(name: "filter", hookEntries: table.hookEntries, entries: entries), version)
            }
            let cut = LegacyTable(
                name: "filter", hookEntries: table.hookEntries, entries: Array(table.entries.prefix(index)))
            _ = try? [ForeignRule].foreign(in: cut, version)
        }
        #expect(throws: KernelError.self) {
            try [ForeignRule].foreign(
                in: LegacyTable(
                    name: "filter", hookEntries: table.hookEntries, entries: Array(table.entries.dropLast())),
                version)
        }
    }
}
