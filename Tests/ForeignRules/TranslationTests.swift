import Laboratory
import LinuxSystem
import LinuxTools
import Netlink
import Testing

@testable import Firewall
@testable import ForeignRules

/// Whether a packet's addresses may be translated, by whatever rules.
@Suite struct TranslationTests {
    private static func rules(_ setup: String) throws -> TranslationRules {
        try #require(
            try inNamespace(setup) {
                var socket = try Socket(.netfilter)
                return try socket.translationRules()
            })
    }

    private static let base = "type nat hook postrouting priority srcnat;"

    /// Of 10.89.1.5.
    @Test(arguments: [
        ("", false),
        ("table ip n { chain c { \(base) }; }", false),
        ("table ip n { chain c { \(base) masquerade; }; }", true),
        ("table ip n { chain c { \(base) oifname \"wan\" masquerade; }; }", true),
        ("table inet n { chain c { \(base) snat ip to 198.51.100.1; }; }", true),
        ("table ip n { chain c { \(base) ip saddr 10.89.0.0/16 masquerade; }; }", true),
        ("table ip n { chain c { \(base) ip saddr 10.89.2.0/24 masquerade; }; }", false),
        ("table ip n { chain c { \(base) ip saddr 10.89.1.4/31 masquerade; }; }", true),
        ("table ip n { chain c { \(base) ip saddr != 10.89.1.0/24 masquerade; }; }", false),
        ("table ip n { chain c { \(base) ip saddr { 10.1.0.0/16, 10.2.0.0/16 } masquerade; }; }", true),
        ("table ip n { chain own { masquerade; }; chain c { \(base) ip saddr 10.89.1.0/24 jump own; }; }", true),
        ("table ip n { chain own { masquerade; }; chain c { \(base) ip saddr 10.88.0.0/16 goto own; }; }", false),
        ("table ip n { chain own { masquerade; }; chain c { \(base) ip saddr vmap { 10.1.1.1 : jump own }; }; }", true),
        ("table ip n { chain own { masquerade; }; chain c { \(base) }; }", false),
        ("table ip6 n { chain c { \(base) masquerade; }; }", false),
        ("table ip n { chain c { type filter hook postrouting priority 0; counter; }; }", false),
        ("table ip n { chain c { type nat hook prerouting priority dstnat; dnat to 10.89.1.5; }; }", false),
    ]) func theSourceOfAPacket(rules: String, isTranslated: Bool) throws {
        let address = try #require(IPAddress("10.89.1.5"))
        let found = try Self.rules(rules.isEmpty ? "" : "nft '\(rules)'")
        #expect(found.mayTranslate(source: address) == isTranslated)
    }

    @Test func theSourceOfAnIPv6Packet() throws {
        let found = try Self.rules(
            "nft 'table inet n { chain c { \(Self.base) ip6 saddr fd00:89:1::/64 masquerade; ip saddr 10.1.1.1 masquerade; }; }'"
        )
        #expect(found.mayTranslate(source: try #require(IPAddress("fd00:89:1::5"))))
        #expect(!found.mayTranslate(source: try #require(IPAddress("fd00:89:2::5"))))
        #expect(!found.mayTranslate(source: try #require(IPAddress("10.1.1.2"))))
    }

    /// Rules as `iptables -t nat -A` takes them, separated by semicolons.
    @Test(
        arguments: [
            ("POSTROUTING -s 10.89.1.0/24 ! -o br0 -j MASQUERADE", true),
            ("POSTROUTING -s 10.89.1.5/32 -j SNAT --to-source 198.51.100.1", true),
            ("POSTROUTING -s 10.89.0.0/20 -j MASQUERADE", true),
            ("POSTROUTING -s 10.89.2.0/24 -j MASQUERADE", false),
            ("POSTROUTING ! -s 10.89.0.0/16 -j MASQUERADE", false),
            (
                "POSTROUTING -s 10.89.1.0/24 -j own; own -d 10.89.1.0/24 -j ACCEPT; own ! -d 224.0.0.0/4 -j MASQUERADE",
                true
            ),
            ("POSTROUTING -s 10.88.0.0/16 -j own; own ! -d 224.0.0.0/4 -j MASQUERADE", false),
            ("own -j MASQUERADE", false), ("POSTROUTING -j RETURN", false),
            ("PREROUTING -d 198.51.100.1 -p tcp --dport 80 -j DNAT --to-destination 10.89.1.5", false),
        ], ["iptables-nft", "iptables-legacy"])
    func theSourceByIptables(rules: (String, Bool), program: String) throws {
        let commands = rules.0.split(separator: "; ").map { "\(program) -t nat -A \($0)" }
        let found = try Self.rules((["\(program) -t nat -N own"] + commands).joined(separator: "\n"))
        #expect(found.mayTranslate(source: try #require(IPAddress("10.89.1.5"))) == rules.1)
        #expect(!found.mayTranslate(source: try #require(IPAddress("fd00:89:1::5"))))
    }

    /// Docker's own name server is in every container of its networks: `OUTPUT` is not where anything comes in.
    @Test(
        arguments: [
            ("PREROUTING -p tcp --dport 30080 -j DNAT --to-destination 10.244.0.2:80", true),
            (
                "PREROUTING -m addrtype --dst-type LOCAL -j own; own ! -i docker0 -p tcp --dport 80 -j DNAT --to 172.17.0.2",
                true
            ),
            ("PREROUTING -p tcp -j REDIRECT --to-ports 15006", false),
            ("OUTPUT -d 127.0.0.11 -j own; own -p udp --dport 53 -j DNAT --to-destination 127.0.0.11:40001", false),
            ("POSTROUTING -j MASQUERADE", false), ("PREROUTING -j own", false),
        ], ["iptables-nft", "iptables-legacy"])
    func whatComesInIsPublished(rules: (String, Bool), program: String) throws {
        let commands = rules.0.split(separator: "; ").map { "\(program) -t nat -A \($0)" }
        let found = try Self.rules((["\(program) -t nat -N own"] + commands).joined(separator: "\n"))
        #expect(found.mayTranslateArrivals(.v4) == rules.1)
        #expect(!found.mayTranslateArrivals(.v6))
    }

    @Test func whatComesInByNftablesIsPublished() throws {
        let pre = "type nat hook prerouting priority dstnat;"
        let found = try Self.rules("nft 'table inet n { chain c { \(pre) tcp dport 80 dnat ip6 to fd00::5; }; }'")
        #expect(found.mayTranslateArrivals(.v4) && found.mayTranslateArrivals(.v6))
        #expect(
            try !Self.rules("nft 'table ip n { chain c { \(pre) tcp dport 80 redirect; }; }'").mayTranslateArrivals(.v4)
        )
    }

    @Test func askingMakesNoTable() throws {
        let names = try inNamespace {
            var socket = try Socket(.netfilter)
            _ = try socket.translationRules()
            return try shell(
                "nft list ruleset; cat /proc/thread-self/net/ip_tables_names /proc/thread-self/net/ip6_tables_names")
        }
        #expect(names.isEmpty)
    }

    /// Every byte of a table's entries in turn, made into what breaks lengths.
    @Test(arguments: IPVersion.allCases) func noTableIsReadBeyondItsEnd(version: IPVersion) throws {
        let table = try inNamespace {
            let program = version == .v4 ? "iptables-legacy" : "ip6tables-legacy"
            try shell(
                "\(program) -t nat -N own; \(program) -t nat -A POSTROUTING -j own; \(program) -t nat -A own -j MASQUERADE"
            )
            return try LegacyTable(reading: "nat", isIPv6: version == .v6)
        }
        let source = try #require(IPAddress(version == .v4 ? "10.89.1.5" : "fd00::5"))
        let reach = { (entries: [UInt8]) throws in
            let table = LegacyTable(name: "nat", hookEntries: table.hookEntries, entries: entries)
            return try TranslationRules.Table(legacy: table, version).reaches(.source, from: .postrouting, source)
        }
        #expect(try reach(table.entries))
        for index in table.entries.indices {
            for value in [0, 1, 0x1f, 0x7f, 0xff] as [UInt8] {
                var entries = table.entries
                entries[index] = value
                _ = try? reach(entries)
            }
            _ = try? reach(Array(table.entries.prefix(index)))
        }
    }
}
