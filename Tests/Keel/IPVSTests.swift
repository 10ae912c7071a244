import Testing

@testable import Keel

/// `/proc/net/ip_vs`, as `net/netfilter/ipvs/ip_vs_ctl.c` prints it.
@Suite struct IPVSTests {
    private static func table(_ methods: [String]) -> String {
        let head = """
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port Scheduler Flags
              -> RemoteAddress:Port Forward Weight ActiveConn InActConn
            TCP  0A590201:0050 rr persistent 360 FFFFFFFF

            """
        return head + methods.map { "  -> 0A590302:1F90      \($0)    1      0          0         \n" }.joined()
    }

    @Test(arguments: [
        (["Masq"], false), (["Local"], false), (["Route"], true), (["Tunnel"], true), (["Masq", "Route"], true),
        (["Masq", "Local", "Masq"], false), ([], false),
    ])
    func directRoutingAndTunnelsHandPacketsOnUntranslated(methods: [String], isForwarded: Bool) {
        #expect(forwardsWithIPVS(table: Self.table(methods), tracksConnections: true) == isForwarded)
    }

    @Test(arguments: [(["Masq"], true), (["Local"], false), (["Local", "Masq"], true), ([], false)])
    func translatedConnectionsCountWhereTheyAreNotTracked(methods: [String], isForwarded: Bool) {
        #expect(forwardsWithIPVS(table: Self.table(methods), tracksConnections: false) == isForwarded)
    }

    @Test func anIPv6ServiceCountsToo() {
        let table = """
            TCP  [fd00:0000:0000:0000:0000:0000:0000:0001]:0050 wlc
              -> [fd00:0002:0000:0000:0000:0000:0000:0002]:0050      Tunnel  1      0          0
            """
        #expect(forwardsWithIPVS(table: table, tracksConnections: true))
    }

    @Test(arguments: ["", "\n", "-> Route", "->", "TCP 0A590201:0050 Route", "  -> 0A590302:1F90 Routed 1 0 0"])
    func anythingElseDoesNot(text: String) {
        #expect(!forwardsWithIPVS(table: text, tracksConnections: false))
    }
}
