import Discovery
import JSON
import Netlink
import Reachability
import Testing

@testable import evenkeel

/// What `evenkeel test` prints.
@Suite struct TestReportTests {
    private static func report() throws -> TestReport {
        let address = try #require(IPAddress("2001:db8:1234:5678:9abc:def0:1234:5678"))
        let host = ProbeTarget(.host, try #require(IPAddress("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")), port: 9)
        let gateway = ProbeTarget(.gateway, try #require(IPAddress("fe80::1")), port: 9)
        let results = ProbeProtocol.allCases.flatMap { kind in
            [
                RowResult(
                    ProbeRow(.unbound, kind, gateway), sent: 10, times: [UInt64](repeating: 1_234_567, count: 10)),
                RowResult(ProbeRow(.unbound, kind, host), sent: 10, times: [UInt64](repeating: 250_000, count: 10)),
                RowResult(ProbeRow(.address(address), kind, host), sent: 10, times: [1, 2, 3]),
                RowResult(ProbeRow(.device("eth\u{1b}[0"), kind, host), sent: 10, refusal: .networkUnreachable),
            ]
        }
        return TestReport(
            ContainerNamespace(path: "/run/netns/web's", evidence: "named"),
            Measurement(
                Judgement(results), omissions: ["IPv4: no default route, so nothing is sent beyond the gateways"],
                warnings: ["IPv6: default routes by eth0, eth1 compete, so what is answered now may be lost later"]),
            policyPath: nil)
    }

    @Test(arguments: [120, 80, 50]) func everyLineFitsAndRowsStayApart(width: Int) throws {
        let lines = try Self.report().lines(width: width)
        // A word that is longer than the line stays whole: an address can be copied.
        #expect(lines.allSatisfy { $0.count <= width || !$0.contains(" ") }, "\(lines)")
        #expect(Set(lines.prefix(13)).count == 13)
        #expect(!lines.joined().unicodeScalars.contains("\u{1b}"))
    }

    @Test func theLastLinesNameWhatLosesAndWhatToDo() throws {
        let lines = try Self.report().lines(width: 200)
        let host = "host 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"
        let other = "2001:db8:1234:5678:9abc:def0:1234:5678"
        let advice = #"`evenkeel doctor NAME` says why; `evenkeel apply NAME` repairs routes and filters"#
        let expected: [String] = [
            "not tested: IPv4: no default route, so nothing is sent beyond the gateways",
            "note: IPv6: default routes by eth0, eth1 compete, so what is answered now may be lost later",
            "lost: IPv6 from \(other) to \(host): ping 7 of 10, TCP 7 of 10, UDP 7 of 10",
            "lost: IPv6 from eth?[0 to \(host): ping 10 of 10, TCP 10 of 10, UDP 10 of 10",
            advice.replacing("NAME", with: #"--netns '/run/netns/web'\''s'"#),
        ]
        #expect(Array(lines.suffix(5)) == expected)
        #expect(lines[1].hasSuffix("1.23 ms") && lines[4].hasSuffix("ENETUNREACH"))
    }

    @Test func theJSONHasTheOuterShape() throws {
        for json in [try Self.report().answer.json, TestReport.answer(failure: "cannot").json] {
            let names = json.members?.map { $0.name } ?? []
            #expect(names == ["version", "verdict", "namespace", "containers", "rows", "omitted", "notes", "error"])
        }
        let row = try #require(try Self.report().answer.json["rows"]?.elements?[3]).text()
        let expected = """
            {"family":"IPv6","source":{"kind":"device","name":"eth\\u001b[0"},"protocol":"ping",\
            "target":{"kind":"host","address":"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff","port":9},\
            "sent":10,"lost":10,"medianMicroseconds":null,"refusal":"ENETUNREACH","state":"lost"}
            """
        #expect(row == expected)
    }
}
