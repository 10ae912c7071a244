import CKernel
import Laboratory
import Netlink
import Testing

@testable import Firewall
@testable import ForeignRules

/// Expressions that no kernel sends. A trap would end the test.
@Suite struct HostileExpressionTests {
    /// One of each kind that is read, as the kernel lists them.
    private static let ruleset = """
        table inet t {
            set s { typeof ct state . meta l4proto; elements = { invalid . tcp, new . udp }; }
            chain c {
                type filter hook input priority 0;
                iifname != "lo" meta l4proto tcp ct state invalid counter drop comment "x"
                iif != lo meta nfproto ipv4 ip protocol tcp ct state { invalid } log notrack
                ct state . meta l4proto @s counter jump a
                ct state vmap { invalid : drop, new : goto a, * : return }
                iifname vmap { eth0 : jump a, eth1 : accept } counter
                ip saddr 10.0.0.0/8 tcp dport 22 ct mark 1 meta mark set 7 reject
            }
            chain a { }
        }
        """

    private static func lists() throws -> [[UInt8]] {
        try inNamespace {
            try shell("nft -f -", input: ruleset)
            try shell("iptables -A INPUT -p tcp -m conntrack --ctstate INVALID -m comment --comment x -j LOG")
            try shell("iptables -t raw -A PREROUTING -m state --state INVALID -j CT --notrack")
            var socket = try Socket(.netfilter)
            let places = [
                (UInt8(NFPROTO_INET), "t", "c"), (UInt8(AF_INET), "filter", "INPUT"),
                (UInt8(AF_INET), "raw", "PREROUTING"),
            ]
            return try places.flatMap { family, table, chain in
                try socket.dump(.rules(family, table, chain)) { message in
                    message.attributes(after: nfgenmsg.self).first(NFTA_RULE_EXPRESSIONS)?.bytes
                }
            }
        }
    }

    /// Reads a list of expressions, and follows a segment through them.
    @discardableResult
    private func read(_ bytes: [UInt8]) -> [RuleStep] {
        bytes.withUnsafeBytes { bytes in
            let list = Attributes(bytes)
            let steps = list.map { RuleStep($0) }
            let elements = [[1, 0, 0, 0, 6, 0, 0, 0], [1, 0, 0, 0], [6], []].map { (key: [UInt8]) in
                VerdictSet.Element(key: key, verdict: .jump("a"))
            }
            let length = bytes.count % elements.count
            _ = RuleReading.effects(of: steps, length < 2 ? .v4 : .v6) { _ in
                VerdictSet(elements: Array(elements[length...]))
            }
            return steps
        }
    }

    @Test func everyByteMayBeAnother() throws {
        let lists = try Self.lists()
        #expect(lists.count == 8)
        for list in lists {
            #expect(!read(list).contains(.unknown))
            for index in list.indices {
                for value in [0, 1, 4, 24, 0xff] as [UInt8] {
                    var changed = list
                    changed[index] = value
                    read(changed)
                }
                read(Array(list.prefix(index)))
            }
        }
    }

    @Test func manyBytesMayBeOthers() throws {
        var random = SeededGenerator(seed: 5)
        let lists = try Self.lists()
        for _ in 0..<3000 {
            guard var list = lists.randomElement(using: &random) else { return }
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                list[Int.random(in: list.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            read(list)
        }
    }
}
