import Laboratory
import Testing

/// A container that an older version made safe: rules for addresses in front of copies in the same tables, and one default in
/// main. A run replaces the rules while packets flow.
@Suite struct OlderVersionTests {
    /// What the older version left of a container on bridges with metrics of 100: `older WINNER LOSER...`, by numbers of bridges.
    private static let older = """
        by=${by:-address}
        table() { echo $((17739000 + $(ip -n c -o link show eth$(($1 - 1)) | cut -d : -f 1))); }
        older() {
            local n f gateway address
            for f in 4 6; do
                ip -n c -$f rule add lookup main suppress_prefixlength 0 priority 32765 protocol 69
                for n in "$@"; do
                    if [[ $f == 4 ]]; then gateway=10.89.$n.1 address=10.89.$n.5; else gateway=fd00:89:$n::1 address=fd00:89:$n::5; fi
                    if [[ $n == "$1" ]]; then
                        ip -n c route add default via $gateway dev eth$((n - 1)) table $(table $n) metric 100 proto 69
                    else
                        ip -n c route add default via $gateway dev eth$((n - 1)) table $(table $n) metric 100 proto static
                        if [[ $by == prefix ]]; then address=${address%5}$([[ $f == 4 ]] && echo 0/24 || echo /64); fi
                        ip -n c -$f rule add from $address lookup $(table $n) priority 32765 protocol 69
                        ip -n c route del default via $gateway dev eth$((n - 1)) metric 100
                    fi
                done
            done
        }

        """

    /// - Parameter part: of an address with a lifetime the older version took the whole prefix.
    private func lab(by part: String = "address") throws -> Lab {
        try Lab(world: "on_bridges 100 100 100; by=\(part); \(Self.older) older 1 2 3; forgetful c")
    }

    @Test(arguments: ["address", "prefix"]) func itsRulesAreReplaced(part: String) throws {
        let lab = try lab(by: part)
        let source = part == "address" ? "10.89.2.5" : "10.89.2.0/24"
        #expect(try lab.rules(4).contains("from \(source) lookup eth1"))
        let main = try lab.run("main c")
        try lab.protect()
        #expect(try lab.run("main c") == main)
        for family in [4, 6] { #expect(try lab.rules(family) == Lab.expectedRules(family, 2, 3)) }
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        for n in 1...3 {
            #expect(after["4 10.89.\(n).5"] == "br\(n)")
            #expect(after["6 fd00:89:\(n)::5"] == "br\(n)")
            #expect(after.both("dev:eth\(n - 1)") == "br\(n)")
        }
    }

    /// A ping does one lookup, so one that goes the wrong way, or none, is one that is lost: the host is strict.
    @Test func notAPacketIsLostMeanwhile() throws {
        let lab = try Lab(world: "strict=1 on_bridges 100 100 100; \(Self.older) older 1 2 3")
        let summaries = try lab.run(
            """
            flow() { ip netns exec c ping -n -q -i 0.002 -c 800 -W 1 ${2:+-I $2} $1 >/run/flow.$3 & flows+=($!); }
            flows=()
            flow $far4 "" 1; flow $far4 10.89.2.5 2; flow $far4 10.89.3.5 3
            flow $far6 "" 4; flow $far6 fd00:89:2::5 5; flow $far6 fd00:89:3::5 6
            until grep -q . /run/flow.1 && grep -q . /run/flow.6; do sleep 0.01; done
            cni ADD c eth0 >/dev/null 2>&1
            wait "${flows[@]}" || :
            grep -h transmitted /run/flow.* | grep -o '800 transmitted.*received\\|800 packets transmitted, [0-9]* received' | sort | uniq -c
            """)
        #expect(summaries.split(separator: " ").joined(separator: " ") == "6 800 packets transmitted, 800 received")
        for family in [4, 6] { #expect(try lab.rules(family) == Lab.expectedRules(family, 2, 3)) }
    }

    /// The older version had taken standbys away as well; what it set aside is not lost.
    @Test func whatItSetAsideComesBackWithItsWinnersEnd() throws {
        let lab = try lab()
        try lab.protect()
        try lab.run("ip link del vc1")
        try lab.protect()
        let after = try lab.survey()
        #expect(after.both("-") == "br2")
        #expect(after["4 10.89.3.5"] == "br3")
        #expect(after["6 fd00:89:3::5"] == "br3")
    }
}
