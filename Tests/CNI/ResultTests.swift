import CNI
import JSON
import Testing

@Suite struct ResultTests {
    private func result(_ previous: String, version: String = "1.0.0", leavingOut isLeft: (ResultRoute) -> Bool) throws
        -> String?
    {
        try Call("ADD", Call.configuration(version: "\"\(version)\"", previous: previous)).request()
            .result(leavingOut: isLeft)?.text()
    }

    @Test(arguments: [
        (
            "0.3.1",
            #"{"cniVersion":"0.3.1","interfaces":[{"name":"eth0","sandbox":"/n"}],"ips":[{"version":"4","interface":0,"address":"10.0.0.2/24","gateway":"10.0.0.1"}],"routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1"}],"dns":{}}"#
        ),
        (
            "1.1.0",
            #"{"routes":[{"dst":"::/0","mtu":1400,"advmss":1,"priority":5,"table":254,"scope":0}],"x":{"y":[null,1.5]},"cniVersion":"1.1.0","ips":[]}"#
        ),
        ("1.0.0", #"{"cniVersion":"1.0.0","routes":null}"#), ("0.4.0", #"{"cniVersion":"0.4.0"}"#),
    ])
    func whatIsKeptGoesOutAsItCame(version: String, previous: String) throws {
        #expect(try result(previous, version: version) { _ in false } == previous)
    }

    @Test func aRouteInMainCanBeLeftOut() throws {
        let routes = [
            #"{"dst":"0.0.0.0/0","gw":"10.0.0.1"}"#, #"{"dst":"10.9.0.0/16"}"#, #"{"dst":"::/0","table":254}"#,
            #"{"dst":"::/0","table":100}"#, #"{"gw":"10.0.0.1"}"#, "7",
        ]
        var seen: [String] = []
        let left = try result(#"{"cniVersion":"1.0.0","routes":[\#(routes.joined(separator: ","))]}"#) { route in
            seen.append("\(route.destination) \(route.gateway ?? "-")")
            return route.destination.hasSuffix("/0")
        }
        #expect(seen == ["0.0.0.0/0 10.0.0.1", "10.9.0.0/16 -", "::/0 -"])
        #expect(
            left
                == #"{"cniVersion":"1.0.0","routes":[{"dst":"10.9.0.0/16"},{"dst":"::/0","table":100},{"gw":"10.0.0.1"},7]}"#
        )
    }

    @Test func aResultWithoutVersionGetsTheRequests() throws {
        #expect(try result(#"{"ips":[]}"#, version: "0.4.0") { _ in true } == #"{"cniVersion":"0.4.0","ips":[]}"#)
    }
}
