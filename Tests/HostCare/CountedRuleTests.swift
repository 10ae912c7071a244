import CKernel
import Laboratory
import LinuxSystem
import Netlink
import Testing

@testable import Firewall
@testable import HostCare

/// What `counter` has counted, beside what `nft` says of the same rules.
@Suite struct CountedRuleTests {
    @Test func packetsAndBytesAreThoseOfTheKernel() throws {
        let (rules, listing) = try inNamespace {
            try shell(
                """
                nft -f - <<'END'
                table ip evenkeel {
                    chain input {
                        type filter hook input priority 0;
                        icmp type echo-request counter comment "pings"
                        ip daddr 127.0.0.7 icmp type echo-request counter packets 3000000000 bytes 5000000000000 drop comment "both"
                        ct state invalid accept comment "uncounted"
                    }
                    chain other { counter packets 7 bytes 8; }
                }
                table ip other { chain input { counter packets 1 bytes 1; }; }
                END
                ping -q -c 3 -i 0.01 -s 100 127.0.0.1 >/dev/null
                ping -q -c 1 -W 0.1 -s 100 127.0.0.7 >/dev/null || :
                """)
            var socket = try Socket(.netfilter)
            return (
                try socket.counters(of: Table(.v4, "evenkeel")), try shell("nft list chain ip evenkeel input")
            )
        }
        // An echo request of 100 bytes has 8 of ICMP's and 20 of IP's before them.
        #expect(
            rules == [
                CountedRule(chain: "input", comment: "pings", counter: .init(packets: 4, bytes: 512)),
                CountedRule(
                    chain: "input", comment: "both",
                    counter: .init(packets: 3_000_000_001, bytes: 5_000_000_000_128)),
                CountedRule(chain: "input", comment: "uncounted", counter: nil),
                CountedRule(chain: "other", comment: nil, counter: .init(packets: 7, bytes: 8)),
            ])
        #expect(listing.contains("packets 3000000001 bytes 5000000000128"))
    }

    @Test func aTableThatIsNotThereHasNoRules() throws {
        let rules = try inNamespace {
            var socket = try Socket(.netfilter)
            return try socket.counters(of: Table(.v6, "evenkeel"))
        }
        #expect(rules == [])
    }

    /// A trap would end the test.
    @Test func everyByteOfARulesExpressionsMayBeAnother() throws {
        let lists = try inNamespace {
            try shell("nft 'add table ip t; add chain ip t c; add rule ip t c ip protocol tcp counter drop'")
            var socket = try Socket(.netfilter)
            return try socket.dump(.rules(of: Table(.v4, "t"))) { message in
                message.attributes(after: nfgenmsg.self).first(NFTA_RULE_EXPRESSIONS)?.bytes
            }
        }
        let list = try #require(lists.first)
        for index in list.indices {
            for value in [0, 1, 4, 24, 0xff] as [UInt8] {
                var changed = list
                changed[index] = value
                changed.withUnsafeBytes { bytes in
                    for expression in Attributes(bytes) { _ = CountedRule.Counter(expression) }
                }
            }
        }
    }
}
