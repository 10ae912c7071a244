import Laboratory
import Testing

/// Defaults that somebody takes away on purpose stay away; a winner whose interface has gone is succeeded.
@Suite struct TakenAwayTests {
    @Test func aFlushIsObeyedByBoundSocketsAsWell() throws {
        let lab = try Lab(world: "on_bridges 100 100")
        try lab.protect()
        try lab.run("for f in 4 6; do ip -n c -$f route flush exact default; done")
        try lab.protect()
        for family in [4, 6] {
            #expect(try lab.run("defaults \(family) c") == "")
            let rules = try lab.rules(family)
            #expect(rules.allSatisfy { $0.hasPrefix("lookup main") }, "\(rules)")
        }
        let after = try lab.survey()
        for socket in ["4 -", "6 -", "4 10.89.2.5", "6 fd00:89:2::5"] { #expect(after[socket] == "lost", "\(socket)") }
        // Who gives a default back has all of it back.
        try lab.run("by_bridge c 1 eth0; forgetful c")
        try lab.protect()
        let back = try lab.survey()
        #expect(back.both("-") == "br1")
        #expect(back["4 10.89.2.5"] == "br2")
        #expect(back["6 fd00:89:2::5"] == "br2")
    }

    @Test func theBestThatAnswersSucceedsAWinnerThatHasGone() throws {
        let lab = try Lab(
            world: """
                on_bridges 100; lan 6 nobody; bridge 3; plug c 6 eth1 5; by_lan c 6 eth1; cable c 3 eth2 5; by_bridge c 3 eth2
                forgetful c
                """)
        try lab.protect()
        #expect(try lab.survey().both("-") == "br1")
        try lab.run("ip link del vc1")
        try lab.protect()
        let after = try lab.survey()
        #expect(after.both("-") == "br3")
        #expect(after["4 10.89.3.5"] == "br3")
        #expect(after["6 fd00:89:3::5"] == "br3")
    }
}
