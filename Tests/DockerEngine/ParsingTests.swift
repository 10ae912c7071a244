import JSON
import Keel
import LinuxSystem
import Netlink
import Testing

@testable import DockerEngine

/// What is read of Docker's answers.
@Suite struct ParsingTests {
    @Test func networksAreReadAsDockerTellsOfThem() throws {
        let networks = try DockerNetwork.list(parsing: try Recorded.networks())
        #expect(
            networks.map { $0.name } == [
                "plain", "inner", "iv", "none", "host", "bridge", "d1", "d2", "aux", "m1",
            ])
        let named = { (name: String) in try #require(networks.first { $0.name == name }) }
        let plain = try named("plain")
        #expect(plain.driver == .bridge && plain.bridge == "br-e357bebb6b48" && plain.isLocal)
        #expect(!plain.isInternal && !plain.isIngress && !plain.isConfigOnly)
        #expect(plain.gateways == [IPAddress("172.18.0.1")] && plain.parent == nil)
        #expect(try named("inner").isInternal)
        #expect(try named("bridge").bridge == "docker0")
        let d1 = try named("d1")
        #expect(d1.subnets.map { $0.description } == ["10.88.1.0/24", "fd00:88:1::/64"])
        #expect(d1.bridge == "docker1" && d1.gateways == [])
        #expect(try named("aux").gateways == [IPAddress("10.88.3.254")])
        let m1 = try named("m1")
        #expect(m1.driver == .macvlan && m1.parent == "uplink" && m1.bridge == nil)
        #expect(try named("iv").driver == .ipvlan(isLayer2: true))
        #expect(try named("none").driver == .other)
    }

    @Test func containersAreReadWithTheirEndpoints() throws {
        let containers = try DockerContainer.list(parsing: try Recorded.containers())
        #expect(containers.map { $0.endpoints.count } == [0, 0, 6])
        let web = containers[2]
        #expect(web.id.hasPrefix("b51d9630c3fb"))
        let d1 = try #require(web.endpoints.first { $0.networkID.hasPrefix("7e997547b085") })
        #expect(d1.hardware == HardwareAddress("02:42:0a:58:01:02"))
        #expect(d1.v4 == .init(address("10.88.1.2"), length: 24, gateway: address("10.88.1.1")))
        #expect(d1.v6 == .init(address("fd00:88:1::2"), length: 64, gateway: address("fd00:88:1::1")))
        let m1 = try #require(web.endpoints.first { $0.networkID.hasPrefix("4ed5648615ec") })
        #expect(m1.v6 == nil && m1.v4?.gateway == address("10.86.1.1"))
    }

    @Test func eventsAreReadByWhatTheyAreAbout() throws {
        let events = try Recorded.events().map { try DockerEvent(parsing: $0) }
        let web = "b51d9630c3fb7f29d3f4fbb2c1d6e9c5c0909c5cff2dd7469f789266393bcb25"
        let d1 = "7e997547b085dd12deaccdaa19a1bb5a3c5e7184abcd3ae313e7b6cc6552bbd6"
        #expect(events[0] == nil)
        #expect(events[1] == .connected(container: web, network: d1))
        #expect(events[2] == .started(container: web))
        #expect(
            events.suffix(2) == [
                .disconnected(container: web, network: d1), .disconnected(container: web, network: d1),
            ])
        #expect(events.count { $0 == .networksChanged } == 2)
    }

    private static let id = String(repeating: "0a", count: 32)

    private func network(_ changed: String) throws -> DockerNetwork? {
        let text = #"[{"Id":"\#(Self.id)","Name":"n","Driver":"bridge",\#(changed)"Scope":"local"}]"#
        return try DockerNetwork.list(parsing: Array(text.utf8)).first
    }

    /// An older or a newer Docker that does not say it may mean anything.
    @Test func whatIsNotSaidIsNotAssumed() throws {
        let network = try #require(try network(""))
        #expect(network.isInternal && network.isIngress && network.isConfigOnly)
    }

    @Test(arguments: ["", String(repeating: "n", count: 256), "a\\nb", "a\\u001b[2J", "\\u202e"])
    func aNetworkOfAnUnspeakableNameIsLeftOut(name: String) throws {
        let text = #"[{"Id":"\#(Self.id)","Name":"\#(name)","Driver":"bridge"}]"#
        #expect(try DockerNetwork.list(parsing: Array(text.utf8)) == [])
    }

    @Test(arguments: ["", "0A", String(repeating: "0A", count: 32), String(repeating: "0a", count: 33), "../x"])
    func whatHasNoIdOfDockersIsLeftOut(id: String) throws {
        #expect(try DockerNetwork.list(parsing: Array(#"[{"Id":"\#(id)","Name":"n"}]"#.utf8)) == [])
        #expect(try DockerContainer.list(parsing: Array(#"[{"Id":"\#(id)"}]"#.utf8)) == [])
        let event = #"{"Type":"container","Action":"start","Actor":{"ID":"\#(id)"}}"#
        #expect(try DockerEvent(parsing: Array(event.utf8)) == nil)
    }

    @Test(arguments: [("\"ipvlan_mode\":\"l3\"", false), ("\"ipvlan_mode\":\"l2\"", true), ("\"x\":\"y\"", true)])
    func ofAnIpvlanItsLayerIsRead(option: String, isLayer2: Bool) throws {
        let text = #"[{"Id":"\#(Self.id)","Name":"n","Driver":"ipvlan","Options":{\#(option)}}]"#
        #expect(try DockerNetwork.list(parsing: Array(text.utf8))[0].driver == .ipvlan(isLayer2: isLayer2))
    }

    @Test(arguments: [
        #"{"NetworkID":"ID","IPAddress":"10.0.0.300","IPPrefixLen":24}"#,
        #"{"NetworkID":"ID","IPAddress":"10.0.0.3","IPPrefixLen":0}"#,
        #"{"NetworkID":"ID","IPAddress":"10.0.0.3","IPPrefixLen":33}"#,
        #"{"NetworkID":"ID","IPAddress":"10.0.0.3"}"#, #"{"NetworkID":"ID","IPAddress":"fd00::1","IPPrefixLen":24}"#,
        #"{"NetworkID":"","IPAddress":"10.0.0.3","IPPrefixLen":24}"#, #"{"NetworkID":"ID"}"#, "[]", "null", "7",
    ])
    func anEndpointWithoutAnAddressIsLeftOut(endpoint: String) throws {
        let said = endpoint.replacing("\"ID\"", with: "\"\(Self.id)\"")
        let text = #"[{"Id":"\#(Self.id)","NetworkSettings":{"Networks":{"n":\#(said)}}}]"#
        #expect(try DockerContainer.list(parsing: Array(text.utf8)).map { $0.endpoints } == [[]])
    }

    @Test func aGatewayOfTheOtherFamilyIsNone() throws {
        let text = #"""
            [{"Id":"\#(Self.id)","NetworkSettings":{"Networks":{"n":{"NetworkID":"\#(Self.id)","IPAddress":"10.0.0.3",
            "IPPrefixLen":24,"Gateway":"fd00::1"}}}}]
            """#
        #expect(try DockerContainer.list(parsing: Array(text.utf8))[0].endpoints[0].v4?.gateway == nil)
    }

    @Test(arguments: ["", "{", "[{]", "[1 2]"]) func whatIsNoJSONIsRefused(text: String) {
        #expect(throws: JSONError.self) { try DockerNetwork.list(parsing: Array(text.utf8)) }
        #expect(throws: JSONError.self) { try DockerContainer.list(parsing: Array(text.utf8)) }
        #expect(throws: JSONError.self) { try DockerEvent(parsing: Array(text.utf8)) }
    }

    @Test func theDocumentOfNetworksTellsTheirInterfaces() throws {
        var knowledge = DockerKnowledge()
        knowledge.networks = try DockerNetwork.list(parsing: try Recorded.networks())
        let said = try #require(knowledge.document["networks"]?.elements)
        #expect(knowledge.document["version"] == .integer(1))
        #expect(
            said.map { $0["name"]?.string } == ["plain", "inner", "iv", "bridge", "d1", "d2", "aux", "m1"])
        #expect(
            said[4].text()
                == #"{"name":"d1","engine":"docker","id":"7e997547b085dd12deaccdaa19a1bb5a3c5e7184abcd3ae313e7b6cc6552bbd6","#
                + #""driver":"bridge","bridge":"docker1","subnets":["10.88.1.0/24","fd00:88:1::/64"]}"#)
        #expect(said[7]["parent"]?.string == "uplink" && said[7]["bridge"] == nil)
        #expect(DockerKnowledge().document.text() == #"{"version":1,"networks":[]}"#)
    }

    @Test func hardwareAddressesAreReadWhole() {
        #expect(HardwareAddress("02:42:0a:58:01:02") != nil)
        for text in [
            "", "02:42:0a:58:01", "02:42:0a:58:01:02:03", "2:42:0a:58:01:02", "+2:42:0a:58:01:02", "g2:42:0a:58:01:02",
        ] {
            #expect(HardwareAddress(text) == nil)
        }
        #expect(HardwareAddress("02:42:0a:58:01:02") != HardwareAddress("42:02:0a:58:01:02"))
    }
}

/// What arrives on the socket.
@Suite struct ReplyTests {
    private let head = "HTTP/1.0 200 OK\r\nServer: Docker\r\n\r\n"

    @Test func aReplyInAnyPiecesIsTheSame() throws {
        let text = Array((head + "[]\n").utf8)
        for size in 1...text.count {
            var reply = DockerReply()
            for start in stride(from: 0, to: text.count, by: size) {
                try reply.take(Array(text[start..<min(start + size, text.count)]))
            }
            #expect(reply.isBegun && reply.body == Array("[]\n".utf8))
        }
    }

    @Test func linesAreTakenOneByOne() throws {
        var reply = DockerReply()
        try reply.take(Array((head + "{}\n[]\n7").utf8))
        #expect(reply.takeLine() == Array("{}".utf8) && reply.takeLine() == Array("[]".utf8))
        #expect(reply.takeLine() == nil)
        try reply.take([0x0a])
        #expect(reply.takeLine() == Array("7".utf8))
    }

    @Test(arguments: ["HTTP/1.0 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.0 2000 OK\r\n\r\n"])
    func anythingButSuccessIsAFault(text: String) {
        var reply = DockerReply()
        let error = #expect(throws: KernelError.self) { try reply.take(Array(text.utf8)) }
        #expect(error?.errno == .badMessage)
    }

    @Test func itIsBounded() throws {
        var reply = DockerReply(limit: 10)
        try reply.take(Array((head + "0123456789").utf8))
        #expect(throws: KernelError.self) { try reply.take([0]) }
        var endless = DockerReply()
        #expect(throws: KernelError.self) {
            for _ in 0..<20 { try endless.take([UInt8](repeating: 0x41, count: 1024)) }
        }
    }

    @Test func whatIsAskedHasNoSpaceOrQuote() {
        let id = String(repeating: "0a", count: 32)
        #expect(
            DockerRequest.container(id).text
                == "GET /containers/json?filters=%7B%22id%22%3A%5B%22\(id)%22%5D%7D HTTP/1.0\r\nHost: docker\r\n\r\n")
        for request in [DockerRequest.networks, .containers, .events] {
            #expect(request.text.split(separator: "\r\n")[0].split(separator: " ").count == 3)
        }
    }
}

func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
    return address
}
