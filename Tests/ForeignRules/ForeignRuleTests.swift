import Laboratory
import LinuxSystem
import Netlink
import Testing

@testable import Firewall
@testable import ForeignRules

/// Rules of others before the real kernel: those that drop INVALID TCP segments, and those that only look like it.
@Suite struct ForeignRuleTests {
    /// Statements of nft in `inet t`, and what is found; `input` and `pre` are its base chains.
    private static let statements = [
        "add rule inet t input ct state invalid drop": "input",
        "add rule inet t input ct state invalid counter drop comment \"why\"": "input",
        "add rule inet t input ct state invalid log prefix \"no \" drop": "input",
        "add rule inet t input ct state { invalid } drop": "input",
        "add rule inet t input ct state invalid,new drop": "input",
        "add rule inet t input ct state { invalid, untracked } drop": "input",
        "add rule inet t input ct state != established,related drop": "input",
        "add rule inet t input ct state != { established, related } drop": "input",
        "add rule inet t input ct state == invalid drop": "input",
        "add rule inet t input ct state vmap { invalid : drop, established : accept }": "input",
        "add rule inet t input ct state vmap { established : accept, * : drop }": "input",
        "add rule inet t input iifname != lo ct state invalid drop": "input",
        "add rule inet t input iif != lo ct state invalid drop": "input",
        "add rule inet t input meta l4proto tcp ct state invalid drop": "input",
        "add rule inet t input meta l4proto { tcp, udp } ct state invalid drop": "input",
        "add rule inet t input ct state . meta l4proto { invalid . tcp } drop": "input",
        "add rule inet t input ct state . meta l4proto vmap { invalid . tcp : drop, new . tcp : accept }": "input",
        "add rule inet t pre ct state invalid drop": "pre at prerouting",
        "add rule inet t input ct state established accept; add rule inet t input iif lo accept; add rule inet t input ct status dnat accept; add rule inet t input tcp dport 22 accept; add rule inet t input ct state invalid drop":
            "input",
        // By way of other chains.
        "add rule inet t input ct state invalid jump a; add rule inet t a counter; add rule inet t a goto b; add rule inet t b limit rate 1/second log; add rule inet t b drop":
            "b",
        "add rule inet t input jump a; add rule inet t a return; add rule inet t input goto b; add rule inet t b ct state invalid drop":
            "b",
        "add rule inet t input goto a; add rule inet t a jump b; add rule inet t a ct state vmap { invalid : goto c }; add rule inet t c drop":
            "c",
        // For one version of IP.
        "add rule inet t input meta nfproto ipv4 ct state invalid drop": "input of IPv4",
        "add rule inet t input meta nfproto vmap { ipv6 : jump a }; add rule inet t a ct state invalid drop":
            "a of IPv6",
        "add rule inet t input ip protocol tcp ct state invalid drop": "input of IPv4",
        // For some packets.
        "add rule inet t input iifname eth0 ct state invalid drop": "input, limited",
        "add rule inet t input ct state invalid limit rate 10/second drop": "input, limited",
        "add rule inet t input ip saddr 10.0.0.0/8 ct state invalid drop": "input of IPv4, limited",
        "add rule inet t input ct state invalid tcp flags syn drop": "input, limited",
        "add rule inet t input ct state invalid ip saddr { 10.0.0.1, 10.0.0.2 } drop": "input of IPv4, limited",
        "add rule inet t input iifname vmap { eth0 : jump a, eth1 : accept }; add rule inet t a ct state invalid drop":
            "a, limited",
        "add rule inet t input tcp dport 22 jump a; add rule inet t input jump a; add rule inet t a ct state invalid drop":
            "a",
    ]

    /// Others, that drop no INVALID TCP segment in input.
    private static let harmless = [
        "add rule inet t input ct state invalid counter",
        "add rule inet t input ct state invalid reject with tcp reset",
        "add rule inet t input ct state invalid accept",
        "add rule inet t input ct state established,related drop",
        "add rule inet t input ct state != invalid drop",
        "add rule inet t input ct state { new, established } drop",
        "add rule inet t input ct state != { invalid, new } drop",
        "add rule inet t input ct state vmap { invalid : accept, new : drop }",
        "add rule inet t input meta l4proto udp ct state invalid drop",
        "add rule inet t input meta l4proto { udp, icmp } ct state invalid drop",
        "add rule inet t input ct state . meta l4proto { invalid . udp } drop",
        "add rule inet t input ip protocol udp ct state invalid drop",
        "add rule inet t input iifname lo ct state invalid drop",
        "add rule inet t input iif lo ct state invalid drop",
        "add rule inet t input ct status dnat ct state invalid drop",
        "add rule inet t input drop",
        "add rule inet t input tcp dport 22 drop",
        "add rule inet t input accept; add rule inet t input ct state invalid drop",
        "add rule inet t input jump a; add rule inet t a accept; add rule inet t input ct state invalid drop",
        "add rule inet t input ct state invalid return; add rule inet t input ct state invalid drop",
        "add rule inet t input goto a; add rule inet t input ct state invalid drop",
        "add rule inet t a ct state invalid drop",
        "add rule inet t forward ct state invalid drop",
        "add rule inet t nat ct state invalid drop",
        "add rule inet t input ct state invalid drop; add table inet t { flags dormant; }",
        "add rule ip evenkeel input ct state invalid drop; add rule ip6 evenkeel input ct state invalid drop",
    ]

    private static func found(by statements: String) throws -> [String] {
        try inNamespace {
            try shell(
                "nft -f -",
                input: """
                    table inet t {
                        chain input { type filter hook input priority 0; }
                        chain pre { type filter hook prerouting priority mangle; }
                        chain forward { type filter hook forward priority 0; }
                        chain nat { type nat hook input priority 100; }
                        chain a { }; chain b { }; chain c { }
                    }
                    table ip evenkeel { chain input { type filter hook input priority 0; }; }
                    table ip6 evenkeel { chain input { type filter hook input priority 0; }; }
                    \(statements.replacing("; add", with: "\nadd"))
                    """)
            var socket = try Socket(.netfilter)
            return try socket.foreignRules(besides: "evenkeel").map { rule in
                guard case .nftables("inet", "t", let chain) = rule.place, rule.effect == .dropsInvalid else {
                    return "\(rule)"
                }
                return chain + (rule.hook == .input ? "" : " at \(rule.hook)")
                    + (rule.versions.count == 2 ? "" : " of \(rule.versions[0])") + (rule.isLimited ? ", limited" : "")
            }
        }
    }

    @Test(arguments: statements) func aDropIsFoundWhereItIs(statement: String, place: String) throws {
        #expect(try Self.found(by: statement) == [place])
    }

    @Test(arguments: harmless) func whatDropsNoInvalidSegmentIsNotFound(statement: String) throws {
        #expect(try Self.found(by: statement) == [])
    }

    @Test func allAreFoundInTheOrderOfTheirHooks() throws {
        let found = try Self.found(
            by:
                "add rule inet t input ct state invalid jump a; add rule inet t input ct state invalid drop; add rule inet t a drop; add rule inet t pre ct state invalid drop"
        )
        // Whatever comes behind the first in the same hook never sees one.
        #expect(found == ["pre at prerouting", "a"])
    }

    @Test func aTableOfAnotherFamilyWithOurNameIsNotOurs() throws {
        let rules = try inNamespace {
            try shell(
                "nft -f -",
                input: "table inet evenkeel { chain c { type filter hook input priority 0; ct state invalid drop; }; }")
            var socket = try Socket(.netfilter)
            return try socket.foreignRules(besides: "evenkeel")
        }
        #expect(
            rules == [
                ForeignRule(
                    .dropsInvalid, [.v4, .v6], .input,
                    .nftables(family: "inet", table: "evenkeel", chain: "c"), isLimited: false)
            ])
    }

    @Test func whatIsNotTrackedIsKnown() throws {
        let rules = try inNamespace {
            try shell(
                "nft -f -",
                input: """
                    table ip raw {
                        chain pre { type filter hook prerouting priority raw; tcp dport 53 notrack; udp dport 53 notrack; }
                        chain out { type filter hook output priority raw; notrack; }
                        chain in { type filter hook input priority raw; notrack; }
                    }
                    """)
            var socket = try Socket(.netfilter)
            return try socket.foreignRules(besides: "evenkeel").filter { $0.effect == .doesNotTrack }
        }
        // In input it would come too late.
        #expect(rules.map { $0.hook } == [.prerouting, .output])
        #expect(rules.map { $0.isLimited } == [true, false])
    }

    /// 2,000 chains, of which nearly all are of no concern, and a set of 20,000 addresses in between.
    @Test func aLargeRulesetIsReadOnlyWherePacketsGo() throws {
        let rules = try inNamespace {
            let chains = (0..<2000).map { "chain s\($0) { tcp dport \($0 + 1) counter accept; }" }
            let addresses = (0..<20000).map { "10.0.\($0 / 250).\($0 % 250)" }
            try shell(
                "nft -f -",
                input: """
                    table ip t {
                        set blocked { type ipv4_addr; elements = { \(addresses.joined(separator: ", ")) }; }
                        \(chains.joined(separator: "\n"))
                        chain input { type filter hook input priority 0; ip saddr @blocked drop; jump s7; ct state new jump s8; ct state invalid drop; }
                    }
                    """)
            var socket = try Socket(.netfilter)
            return try socket.foreignRules(besides: "evenkeel")
        }
        #expect(rules.map { $0.place } == [.nftables(family: "ip", table: "t", chain: "input")])
        #expect(rules.map { $0.isLimited } == [false])
    }
}
