import Keel
import Netlink
import Testing

@testable import Diagnosis

/// Which of a container's interfaces are networks that it was connected to.
@Suite struct AttachmentTests {
    private static func container(_ kind: String?, peer: Int32? = nil) -> TestObservation {
        var container = TestObservation(metrics: [100, nil], filter: 1)
        container.links[0].kind = "veth"
        container.links[0].peerNamespaceID = 0
        container.links[1].kind = kind
        container.links[1].peerNamespaceID = peer
        return container
    }

    private func found(_ container: TestObservation, attachments: [Int]) throws -> [FindingID] {
        try container.findings { $0.attachments = attachments.map { container.attachment($0, filter: 1) } }.map {
            $0.id
        }
    }

    @Test(arguments: ["tun", "wireguard", "bridge", "dummy", "vxlan", "ipip", "veth"])
    func whatAContainerMakesForItselfIsNoNetwork(kind: String) throws {
        #expect(try found(Self.container(kind), attachments: [0]) == [])
        // An overlay's, too, which ends in a namespace of its own.
        #expect(try found(Self.container(kind, peer: 1), attachments: [0]) == [])
    }

    @Test(arguments: [nil, "macvlan", "ipvlan", "vlan"]) func whatItWasGivenIs(kind: String?) throws {
        #expect(try found(Self.container(kind), attachments: [0]) == [.hostRPFilterStrict, .rpFilterStrict])
        #expect(
            try found(Self.container("veth", peer: 0), attachments: [0, 1]) == [.hostRPFilterStrict, .rpFilterStrict])
    }

    /// As in rootless podman's network namespace.
    @Test func whereNoneEntersThisHostTheDefaultRouteTellsWhichDo() throws {
        #expect(try found(Self.container("veth", peer: 0), attachments: []) == [.rpFilterStrict])
        #expect(try found(Self.container("veth", peer: 1), attachments: []) == [])
    }

    @Test func everythingIsMeantToLeaveByAVPN() throws {
        var container = Self.container("wireguard")
        container.links[0].reversePathFilter = 2
        container.links[1].reversePathFilter = 2
        container.addDefault(via: "10.89.2.1", 3, 50)
        #expect(try found(container, attachments: [0]) == [])
        container.links[1].kind = "macvlan"
        #expect(try found(container, attachments: [0]) == [.sourceAddressMismatch])
    }
}
