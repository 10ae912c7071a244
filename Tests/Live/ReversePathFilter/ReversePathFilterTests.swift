import Laboratory
import Testing

/// The second remedy, measured in packets: a strict filter drops what comes in by a network that is not the default's.
@Suite struct ReversePathFilterTests {
    @Test(arguments: ["loose", "relax"]) func whatComesInByTheOtherNetworkArrivesAfterwards(mode: String) throws {
        let lab = try Lab()
        // Two metrics, and routes are left alone: whatever changes is the filter's doing.
        try lab.run(
            """
            host; container c; network 1; network 2; attach c 1 eth0 5 100; attach c 2 eth1 5 200
            publish 1 5; publish 2 5; serve c tcp
            cni ADD c eth0 '{"rpFilter":"keep","defaultRoute":{"mode":"keep"}}'
            """)
        let lost = "probes=3; lost tcp_once far $up4 8081; lost tcp_once far $up4 8082"
        #expect(try lab.run(lost) == "0\n3")
        try lab.run("cni ADD c eth0 '{\"rpFilter\":\"\(mode)\",\"defaultRoute\":{\"mode\":\"keep\"}}'")
        #expect(try lab.run(lost) == "0\n0")
        #expect(try lab.run("filters c | grep -E '/(eth.|default)/' | cut -d : -f 2 | xargs") == "2 2 2")
    }
}
