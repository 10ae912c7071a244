import Keel
import LinuxSystem
import Netlink
import Testing

@testable import DockerEngine

/// The rule by which gateways are learnt: one scene in which they are, and one change to it for each condition.
@Suite struct LearningRuleTests {
    private static let ids = (1...4).map { String(repeating: "0\($0)", count: 32) }

    private static func network(_ place: Int, _ name: String, _ driver: DockerNetwork.Driver) throws -> DockerNetwork {
        let text = """
            [{"Id":"\(ids[place])","Name":"\(name)","Scope":"local","Internal":false,"Ingress":false,"ConfigOnly":false}]
            """
        var network = try DockerNetwork.list(parsing: Array(text.utf8))[0]
        network.driver = driver
        return network
    }

    private static func hardware(_ number: UInt32) -> HardwareAddress? { HardwareAddress("02:42:00:00:00:0\(number)") }

    private static func link(_ index: UInt32, _ name: InterfaceName, _ kind: String) -> Link {
        var link = Link(index: index, name: name)
        link.kind = kind
        link.peerIndex = 100 + index
        link.peerNamespaceID = 0
        link.reversePathFilter = 0
        return link
    }

    /// eth0 is on the bridge front and has main's default of both families; eth1 is on the bridge back, eth2 a macvlan of lan.
    static func scene() throws -> LearningScene {
        let links = [link(2, "eth0", "veth"), link(3, "eth1", "veth"), link(4, "eth2", "macvlan")]
        var snapshot = NamespaceSnapshot(links: links)
        for (index, prefixes) in [
            (2, ["10.88.1.", "fd00:1::"]), (3, ["10.88.2.", "fd00:2::"]), (4, ["10.86.1.", "fd00:3::"]),
        ]
            as [(UInt32, [String])]
        {
            for (prefix, length) in zip(prefixes, [24, 64] as [UInt8]) {
                snapshot.addresses.append(
                    InterfaceAddress(
                        interface: index, address: address(prefix + "9"), prefixLength: length, isGlobal: true,
                        isPermanent: true))
            }
        }
        for gateway in ["10.88.1.1", "fd00:1::1"] {
            let gateway = address(gateway)
            snapshot.routes.append(Route(gateway.version, nextHops: [NextHop(interface: 2, gateway: gateway)]))
        }
        let bridges = [link(12, "front", "bridge"), link(13, "back", "bridge")]
        let attachments = zip(links, bridges).map {
            HostAttachment(interface: $0, end: link(9, "veth9", "veth"), bridge: $1)
        }
        var networks = [
            try network(0, "front", .bridge), try network(1, "back", .bridge), try network(2, "lan", .macvlan),
        ]
        networks[0].bridge = "front"
        networks[1].bridge = "back"
        networks[2].parent = "uplink"
        networks[2].gateways = [address("10.86.1.1"), address("fd00:3::1")]
        let endpoints = [("10.88.1.", "fd00:1::"), ("10.88.2.", "fd00:2::"), ("10.86.1.", "fd00:3::")].enumerated().map
        {
            place, prefix in
            DockerContainer.Endpoint(
                ids[place], hardware: hardware(UInt32(place) + 2),
                v4: .init(address(prefix.0 + "9"), length: 24, gateway: address(prefix.0 + "1")),
                v6: .init(address(prefix.1 + "9"), length: 64, gateway: address(prefix.1 + "1")))
        }
        var host = LearningScene.Host()
        for (index, gateways) in [(12, ["10.88.1.1", "fd00:1::1"]), (13, ["10.88.2.1", "fd00:2::1"])]
            as [(UInt32, [String])]
        {
            host.addresses += gateways.map {
                InterfaceAddress(
                    interface: index, address: address($0), prefixLength: 24, isGlobal: true, isPermanent: true)
            }
        }
        host.parents = [link(104, "uplink", "veth")]
        host.idInContainer = 0
        return LearningScene(
            snapshot, attachments,
            (2...4 as ClosedRange<UInt32>).compactMap { number in hardware(number).map { (number, $0) } },
            DockerContainer(id: ids[3], endpoints: endpoints), networks, host, .all)
    }

    private func learnt(_ lesson: Lesson, _ version: IPVersion) -> [String]? {
        lesson.learnings.first { $0.version == version }.map { $0.gateways.map { "\($0.address)%\($0.interface)" } }
    }

    private let all: [IPVersion: [String]] = [
        .v4: ["10.88.2.1%3", "10.86.1.1%4"], .v6: ["fd00:2::1%3", "fd00:3::1%4"],
    ]

    @Test func theGatewaysOfAllNetworksButTheDefaultsAreLearnt() throws {
        let lesson = try Self.scene().lesson()
        for version in IPVersion.allCases { #expect(learnt(lesson, version) == all[version]) }
        #expect(lesson.refusals == [])
        #expect(lesson.learnings[0].gateways[0].source == "Docker's gateway of back")
    }

    /// A change to the scene, and what is refused then: of eth1 in IPv4, if nothing else is said.
    struct Case: Sendable, CustomStringConvertible {
        let reason: Refusal.Reason
        var lost: [IPVersion: [String]] = [.v4: ["10.88.2.1%3"]]
        let change: @Sendable (inout LearningScene) -> Void

        var description: String { "\(reason)" }
    }

    private static let both: [IPVersion: [String]] = [.v4: ["10.88.2.1%3"], .v6: ["fd00:2::1%3"]]
    private static let bothOfMacvlan: [IPVersion: [String]] = [.v4: ["10.86.1.1%4"], .v6: ["fd00:3::1%4"]]
    private static let six: [IPVersion: [String]] = [.v6: ["fd00:2::1%3"]]

    private static func rule(_ version: IPVersion = .v4, from source: String? = nil) -> PolicyRule {
        PolicyRule(version, priority: 100, table: 7, protocol: 4, source: source.flatMap { IPPrefix($0) })
    }

    static let conditions: [Case] = [
        Case(reason: .unknownNetwork, lost: both) { $0.networks.remove(at: 1) },
        Case(reason: .driver, lost: both) { $0.networks[1].driver = .other },
        Case(reason: .driver, lost: both) { $0.networks[1].driver = .ipvlan(isLayer2: false) },
        Case(reason: .notLocal, lost: both) { $0.networks[1].isLocal = false },
        Case(reason: .isInternal, lost: both) { $0.networks[1].isInternal = true },
        Case(reason: .isIngress, lost: both) { $0.networks[1].isIngress = true },
        Case(reason: .isConfigOnly, lost: both) { $0.networks[1].isConfigOnly = true },
        Case(reason: .noGateway) { $0.container.endpoints[1].v4?.gateway = nil },
        Case(reason: .impossibleGateway) { $0.container.endpoints[1].v4?.gateway = address("224.0.0.1") },
        Case(reason: .impossibleGateway) { $0.container.endpoints[1].v4?.gateway = address("0.0.0.0") },
        Case(reason: .impossibleGateway) { $0.container.endpoints[1].v4?.gateway = address("127.0.0.1") },
        Case(reason: .impossibleGateway, lost: six) { $0.container.endpoints[1].v6?.gateway = address("ff02::1") },
        Case(reason: .impossibleGateway, lost: six) { $0.container.endpoints[1].v6?.gateway = address("::") },
        Case(reason: .ownAddress) { $0.container.endpoints[1].v4?.gateway = address("10.88.2.9") },
        Case(reason: .noInterface, lost: both) { $0.hardware[1].address = $0.hardware[0].address },
        Case(reason: .noInterface, lost: both) { $0.container.endpoints[1].hardware = nil },
        Case(reason: .noInterface) { $0.container.endpoints[1].v4?.length = 25 },
        Case(reason: .noInterface) { $0.container.endpoints[1].v4?.address = address("10.88.2.8") },
        // The same address on two interfaces.
        Case(reason: .noInterface) { scene in
            var twin = scene.snapshot.addresses[2]
            twin.interface = 4
            scene.snapshot.addresses.append(twin)
        },
        Case(reason: .otherKind, lost: both) { $0.snapshot.links[1].kind = "macvlan" },
        Case(reason: .down, lost: both) { $0.snapshot.links[1].isRunning = false },
        Case(reason: .otherGroup, lost: both) { $0.snapshot.links[1].group = 7 },
        Case(reason: .otherBridge, lost: both) { $0.networks[1].bridge = "front" },
        Case(reason: .otherBridge, lost: both) { scene in
            let held = scene.attachments[1]
            scene.attachments[1] = HostAttachment(interface: held.interface, end: held.end, bridge: nil)
        },
        Case(reason: .otherBridge, lost: both) { $0.attachments.remove(at: 1) },
        Case(reason: .otherParent, lost: bothOfMacvlan) { $0.host.parents[0].name = "other" },
        Case(reason: .otherParent, lost: bothOfMacvlan) { $0.host.parents[0].index = 7 },
        Case(reason: .otherParent, lost: bothOfMacvlan) { $0.host.idInContainer = 3 },
        Case(reason: .otherParent, lost: bothOfMacvlan) { scene in
            scene.host.idInContainer = nil
            scene.snapshot.links[2].peerNamespaceID = nil
        },
        Case(reason: .foreignTable) { scene in
            scene.snapshot.routes.append(
                Route(.v4, table: 7, nextHops: [NextHop(interface: 3, gateway: address("10.88.2.1"))]))
        },
        Case(reason: .foreignRule) { $0.snapshot.rules?.append(rule(from: "10.88.2.0/24")) },
        Case(reason: .foreignRule) { $0.snapshot.rules?.append(rule(from: "10.88.2.9/32")) },
        Case(reason: .foreignRule) { scene in
            var rule = rule()
            rule.outputInterface = "eth1"
            scene.snapshot.rules?.append(rule)
        },
        Case(reason: .foreignRule) { scene in
            var rule = rule()
            rule.inputInterface = "eth1"
            scene.snapshot.rules?.append(rule)
        },
        Case(reason: .gatewayElsewhere) { $0.container.endpoints[1].v4?.gateway = address("10.88.1.1") },
        Case(reason: .gatewayNotHosts) { $0.host.addresses.remove(at: 2) },
        // The host's, but on another bridge.
        Case(reason: .gatewayNotHosts) { $0.host.addresses[2].interface = 12 },
        Case(reason: .gatewayNotExplicit, lost: bothOfMacvlan) { $0.networks[2].gateways = [] },
        Case(reason: .notBroken, lost: bothOfMacvlan) { $0.learn = .bridges },
    ]

    @Test(arguments: conditions) func withoutOneConditionTheGatewayIsNotLearnt(condition: Case) throws {
        var scene = try Self.scene()
        condition.change(&scene)
        let lesson = scene.lesson()
        for version in IPVersion.allCases {
            let lost = condition.lost[version] ?? []
            #expect(learnt(lesson, version) == all[version]?.filter { !lost.contains($0) })
        }
        let count = condition.lost.values.map { $0.count }.reduce(0, +)
        #expect(lesson.refusals.map { $0.reason } == Array(repeating: condition.reason, count: count))
        #expect(lesson.refusals.allSatisfy { !$0.text.isEmpty })
    }

    @Test func anInterfaceThatHasADefaultMeansThatThereAreSeveral() throws {
        var scene = try Self.scene()
        scene.snapshot.routes.append(
            Route(.v4, metric: 200, nextHops: [NextHop(interface: 3, gateway: address("10.88.2.1"))]))
        #expect(scene.lesson().learnings.map { $0.version } == [.v6])
    }

    /// Nothing can be said while somebody else's default stands beside: what is there stays.
    @Test func besideAnotherDefaultNothingIsDecided() throws {
        var scene = try Self.scene()
        scene.snapshot.routes.append(Route(.v4, metric: 5, nextHops: [NextHop(interface: 99, gateway: nil)]))
        #expect(scene.lesson().learnings.map { $0.version } == [.v6])
    }

    /// Deleted on purpose.
    @Test func withoutADefaultInMainAllIsWithdrawn() throws {
        var scene = try Self.scene()
        scene.snapshot.routes.removeAll { $0.version == .v4 }
        #expect(learnt(scene.lesson(), .v4) == [])
        #expect(learnt(scene.lesson(), .v6) == all[.v6])
    }

    @Test func aDefaultThatIsNotDockersHasAllWithdrawn() throws {
        var scene = try Self.scene()
        scene.snapshot.routes[0].nextHops[0].interface = 99
        #expect(learnt(scene.lesson(), .v4) == [])
    }

    @Test func aPolicyThatWantsNoneHasAllWithdrawn() throws {
        var scene = try Self.scene()
        scene.learn = .nothing
        for version in IPVersion.allCases { #expect(learnt(scene.lesson(), version) == []) }
    }

    /// As a kill switch has them, which sends a network's packets through a VPN.
    @Test(arguments: ["iif", "10.88.1.0/24", "10.88.1.9/32", "10.88.0.0/16"])
    func aRuleOfTheHostsAboutTheDefaultsNetworkHasAllWithdrawn(selector: String) throws {
        var scene = try Self.scene()
        var rule = Self.rule(from: selector == "iif" ? nil : selector)
        if selector == "iif" { rule.inputInterface = "front" }
        scene.host.rules = [rule]
        let lesson = scene.lesson()
        #expect(learnt(lesson, .v4) == [] && learnt(lesson, .v6) == all[.v6])
        #expect(lesson.refusals == [Refusal(.v4, nil, .hostRule)])
    }

    @Test func otherRulesOfTheHostsDoNotMatter() throws {
        var scene = try Self.scene()
        var other = Self.rule()
        other.inputInterface = "back"
        scene.host.rules = [other, Self.rule(from: "192.0.2.0/24"), Self.rule()]
        #expect(try scene.lesson() == Self.scene().lesson())
    }

    /// Where the host would drop what comes in by another way than it goes.
    @Test(arguments: [(1, 0, true), (0, 1, true), (1, 1, true), (2, 1, false), (1, 2, false), (0, 0, false)])
    func byDefaultAMacvlanLearnsWhereTheHostFiltersStrictly(ofBridge: Int, ofAll: Int, isLearnt: Bool) throws {
        var scene = try Self.scene()
        scene.learn = .bridges
        var bridge = try #require(scene.attachments[0].bridge)
        bridge.reversePathFilter = ofBridge
        let held = scene.attachments[0]
        scene.attachments[0] = HostAttachment(interface: held.interface, end: held.end, bridge: bridge)
        scene.host.reversePathFilterOfAll = ofAll
        #expect(learnt(scene.lesson(), .v4) == (isLearnt ? all[.v4] : ["10.88.2.1%3"]))
        #expect(learnt(scene.lesson(), .v6) == ["fd00:2::1%3"])
    }

    @Test func anIpvlanHasItsParentsHardwareAddress() throws {
        var scene = try Self.scene()
        scene.networks[2].driver = .ipvlan(isLayer2: true)
        scene.snapshot.links[2].kind = "ipvlan"
        scene.container.endpoints[2].hardware = nil
        #expect(learnt(scene.lesson(), .v4) == all[.v4])
    }

    @Test func aLinkLocalGatewayNeedsNotBeInThePrefix() throws {
        var scene = try Self.scene()
        scene.container.endpoints[1].v6?.gateway = address("fe80::1")
        scene.host.addresses[3].address = address("fe80::1")
        #expect(learnt(scene.lesson(), .v6) == ["fe80::1%3", "fd00:3::1%4"])
    }

    /// A router beside the host, given by `--gateway` or as an auxiliary address.
    @Test func anExplicitGatewayOfABridgeNeedsNotBeTheHost() throws {
        var scene = try Self.scene()
        scene.host.addresses.remove(at: 2)
        scene.networks[1].gateways = [address("10.88.2.1")]
        #expect(learnt(scene.lesson(), .v4) == all[.v4])
    }

    @Test func whatWasLearntIsLearntAgain() throws {
        var scene = try Self.scene()
        var held = Route(
            .v4, table: Ours.table(of: 3), nextHops: [NextHop(interface: 3, gateway: address("10.88.2.1"))])
        held.protocol = Ours.learntProtocol
        scene.snapshot.routes.append(held)
        scene.snapshot.links[1].group = Ours.group
        #expect(learnt(scene.lesson(), .v4) == all[.v4])
    }
}

/// Which of Docker's containers a namespace is.
@Suite struct MatchingTests {
    @Test func itIsTheOneWhoseAddressesAndHardwareAddressesItHas() throws {
        let scene = try LearningRuleTests.scene()
        var knowledge = DockerKnowledge()
        knowledge.containers = [scene.container]
        #expect(knowledge.container(scene.snapshot, scene.hardware) == scene.container)
        #expect(knowledge.container(scene.snapshot, []) == nil)
        #expect(knowledge.container(NamespaceSnapshot(links: []), scene.hardware) == nil)
        // Of another network of the same prefix.
        var other = scene.container
        other.endpoints = other.endpoints.map { endpoint in
            var changed = endpoint
            changed.hardware = HardwareAddress("02:42:00:00:00:99")
            return changed
        }
        knowledge.containers.append(other)
        #expect(knowledge.container(scene.snapshot, scene.hardware) == scene.container)
    }

    @Test func ifTwoMatchItIsNeither() throws {
        let scene = try LearningRuleTests.scene()
        var knowledge = DockerKnowledge()
        knowledge.containers = [
            scene.container,
            DockerContainer(id: String(repeating: "0b", count: 32), endpoints: [scene.container.endpoints[2]]),
        ]
        #expect(knowledge.container(scene.snapshot, scene.hardware) == nil)
    }
}
