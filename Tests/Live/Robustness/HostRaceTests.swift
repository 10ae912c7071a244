import Laboratory
import Testing

/// Many runs at once over one host, while somebody else keeps changing the ruleset.
@Suite struct HostRaceTests {
    /// Processes that run at the same time; all of them at once would only wait for the two processors.
    private static let abreast = 32

    @Test func aThousandOfEachLeaveOneRuleOfEachKind() throws {
        let lab = try Lab()
        let text = try lab.run(
            """
            lab 2; printf '{"conntrack":{"max":"keep"}}' >/run/policy.json
            export programs libraries laboratory
            # Somebody else's table, flushed and written again without pause.
            printf 'table inet others\\nflush table inet others\\ntable inet others { chain c { type filter hook input priority 5; tcp dport 9 drop; }; }\\n' >/run/others
            (while [[ ! -e /run/done ]]; do nft -f /run/others; done) & others=$!
            one() {
                if (($1 % 2)); then
                    "$programs/evenkeel" host apply --policy /run/policy.json >/dev/null
                else
                    . "$libraries/lab.sh"; hook c
                fi
            }
            export -f one
            seq 2000 | xargs -P \(Self.abreast) -I N bash -c 'one N 2>>/run/errors || echo "N failed" >>/run/failed'
            touch /run/done; wait $others
            cat /run/failed 2>/dev/null || :
            nft -a list table ip evenkeel | grep -c 'comment "evenkeel'
            nft list table ip evenkeel | grep -c '^.chain'
            nft list tables | grep -c evenkeel
            """)
        #expect(text == "3\n3\n2", "\(text)")
    }

    @Test func rulesThatAreThereKeepTheirCounters() throws {
        let lab = try Lab("InvalidDrop/invalid.sh")
        try lab.run(
            #"""
            stage; printf '{"conntrack":{"max":"keep"}}' >/run/policy.json
            "$programs/evenkeel" host apply --policy /run/policy.json
            spoil far; downloads 4; hook c
            """#)
        let before = try lab.run("hit ip output; hits ip output")
        try lab.run(
            "for n in $(seq 20); do \"$programs/evenkeel\" host apply --policy /run/policy.json & hook c 2>/dev/null & done; wait"
        )
        #expect(try lab.run("hits ip output") == before)
    }
}
