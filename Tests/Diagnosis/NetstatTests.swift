import Testing

@testable import Diagnosis

@Suite struct NetstatTests {
    private static let text = """
        TcpExt: SyncookiesSent IPReversePathFilter TCPTimeWaitOverflow
        TcpExt: 4 17 0
        IpExt: InNoRoutes IPReversePathFilter
        IpExt: 3 99

        """

    @Test func aCounterIsFoundByItsGroupAndName() {
        #expect(Netstat.value("IPReversePathFilter", of: "TcpExt", in: Self.text) == 17)
        #expect(Netstat.value("InNoRoutes", of: "IpExt", in: Self.text) == 3)
    }

    @Test(arguments: [
        "", "TcpExt: IPReversePathFilter", "TcpExt: IPReversePathFilter\nTcpExt:",
        "TcpExt: IPReversePathFilter\nIpExt: 7",
        "TcpExt: IPReversePathFilter\nTcpExt: many", "TcpExt: Other\nTcpExt: 7",
    ])
    func textThatDoesNotSayYieldsNothing(text: String) {
        #expect(Netstat.value("IPReversePathFilter", of: "TcpExt", in: text) == nil)
    }
}
