import ForeignRules
import Keel
import Netlink
import Testing

@testable import Reachability

/// The rows of a test: from everything that can send, to what should answer.
@Suite struct ProbePlanTests {
    /// A container on networks 1 and 2 of this host, 10.89.N.0/24, as engines attach it; `defaults` are those with a default.
    private static func scene(defaults: [UInt32] = [1, 2], attached: [UInt32] = [1, 2]) throws -> ProbeScene {
        var container = NamespaceSnapshot(links: [])
        var attachments: [HostAttachment] = []
        var host = [try address("198.51.100.1", of: 3, 24), try address("127.0.0.1", of: 1, 8)]
        for n in UInt32(1)...2 {
            let link = Link(index: 10 + n, name: try #require(InterfaceName(text: "eth\(n - 1)")))
            container.links.append(link)
            container.addresses.append(try address("10.89.\(n).5", of: link.index, 24))
            if defaults.contains(n) {
                let hop = NextHop(interface: link.index, gateway: IPAddress("10.89.\(n).1"))
                container.routes.append(Route(.v4, metric: 100, nextHops: [hop]))
            }
            if attached.contains(n) {
                let bridge = Link(index: 20 + n, name: try #require(InterfaceName(text: "br\(n)")))
                let end = Link(index: 30 + n, name: try #require(InterfaceName(text: "veth\(n)")))
                attachments.append(HostAttachment(interface: link, end: end, bridge: bridge))
                host.append(try address("10.89.\(n).1", of: bridge.index, 24))
            }
        }
        var scene = ProbeScene(container, attachments, hostAddresses: host, uplinks: [3])
        // The kernel leads everything by the first of the attached networks.
        for question in scene.questions { scene.answers[question] = attached.first.map { 10 + $0 } }
        return scene
    }

    private static func address(_ text: String, of interface: UInt32, _ length: UInt8) throws -> InterfaceAddress {
        InterfaceAddress(
            interface: interface, address: try #require(IPAddress(text)), prefixLength: length, isGlobal: true,
            isPermanent: true)
    }

    /// A line for each source and target: `eth0 > 10.89.1.1`.
    private static func ways(_ rows: [ProbeRow]) -> [String] {
        var lines: [String] = []
        for row in rows {
            let source =
                switch row.source {
                case .unbound: "-"
                case .address(let address): "\(address)"
                case .device(let name): "\(name)"
                case .host: "host"
                }
            let line = "\(source) > \(row.target.address)"
            if !lines.contains(line) { lines.append(line) }
        }
        return lines
    }

    @Test func eachSourceAsksItsGatewayAndTheHostBeyond() throws {
        let plan = ProbePlan(try Self.scene(), named: [], port: 9)
        #expect(
            Self.ways(plan.rows) == [
                "- > 10.89.1.1", "10.89.1.5 > 10.89.1.1", "eth0 > 10.89.1.1", "- > 10.89.2.1", "10.89.2.5 > 10.89.2.1",
                "eth1 > 10.89.2.1", "- > 198.51.100.1", "10.89.1.5 > 198.51.100.1", "eth0 > 198.51.100.1",
                "10.89.2.5 > 198.51.100.1", "eth1 > 198.51.100.1",
            ])
        #expect(plan.rows.count == 33 && plan.omissions == [])
        #expect(plan.rows.allSatisfy { $0.target.hostInterface != nil }, "the host answers all of them itself")
    }

    /// An internal network has no way out, and its sources get none.
    @Test func withoutADefaultRouteOnlyTheHostsEndIsAsked() throws {
        let plan = ProbePlan(try Self.scene(defaults: [1]), named: [], port: 9)
        #expect(Self.ways(plan.rows).filter { $0.hasPrefix("eth1") } == ["eth1 > 10.89.2.1"])
        #expect(Self.ways(plan.rows).contains("- > 198.51.100.1"))
    }

    /// Beyond a macvlan nobody knows this host's addresses.
    @Test func aNetworkThatEndsElsewhereAsksForNoHost() throws {
        let plan = ProbePlan(try Self.scene(attached: [1]), named: [], port: 9)
        let ways = Self.ways(plan.rows)
        #expect(ways.contains("eth1 > 10.89.2.1") && !ways.contains("eth1 > 198.51.100.1"))
        #expect(ways.contains("eth0 > 198.51.100.1"))
        #expect(!ways.contains("- > 198.51.100.1"), "unbound sockets may leave by the other network")
        let gateway = plan.rows.first { $0.target.address.description == "10.89.2.1" }
        #expect(gateway?.target.hostInterface == nil)
    }

    /// A tunnel, a rule, or half of a default route takes what is bound to no device.
    @Test func whatWouldLeaveElsewhereIsNotSent() throws {
        var scene = try Self.scene()
        for question in scene.questions where question.source?.description != "10.89.2.5" {
            scene.answers[question] = 99
        }
        let plan = ProbePlan(scene, named: [], port: 9)
        #expect(
            Self.ways(plan.rows).filter { $0.hasSuffix("198.51.100.1") } == [
                "eth0 > 198.51.100.1", "10.89.2.5 > 198.51.100.1", "eth1 > 198.51.100.1",
            ])
        #expect(
            plan.omissions == [
                "IPv4 from unbound, 10.89.1.5 to the host's 198.51.100.1: the container's routes may lead it elsewhere; "
                    + "name a target with --to"
            ])
        // What the kernel refuses gets to nobody.
        for question in scene.questions { scene.answers[question] = 0 }
        #expect(ProbePlan(scene, named: [], port: 9).omissions.isEmpty)
        scene.answers = [:]
        let unknown = ProbePlan(scene, named: [], port: 9)
        #expect(
            Self.ways(unknown.rows).filter { $0.hasSuffix("198.51.100.1") } == [
                "eth0 > 198.51.100.1", "eth1 > 198.51.100.1",
            ])
    }

    @Test func aNamedTargetIsAskedByEveryWayOut() throws {
        let far = try #require(IPAddress("203.0.113.9"))
        let plan = ProbePlan(try Self.scene(defaults: [2]), named: [far], port: 443)
        #expect(
            Self.ways(plan.rows).filter { $0.hasSuffix("203.0.113.9") } == [
                "- > 203.0.113.9", "10.89.2.5 > 203.0.113.9", "eth1 > 203.0.113.9",
            ])
        #expect(plan.rows.allSatisfy { $0.target.port == 443 })
    }

    @Test func aNamedNeighbourIsAskedOnItsNetworkAlone() throws {
        let near = try #require(IPAddress("10.89.1.77"))
        let plan = ProbePlan(try Self.scene(), named: [near], port: 9)
        #expect(
            Self.ways(plan.rows).filter { $0.hasSuffix(".77") } == [
                "- > 10.89.1.77", "10.89.1.5 > 10.89.1.77", "eth0 > 10.89.1.77",
            ])
    }

    @Test func whatCannotBeSentIsSaid() throws {
        let far = try #require(IPAddress("2001:db8::9"))
        let plan = ProbePlan(try Self.scene(defaults: []), named: [far], port: 9)
        #expect(!plan.isWhole)
        #expect(
            plan.omissions == [
                "IPv4: no default route, so nothing is sent beyond the gateways",
                "2001:db8::9: the container has no IPv6 address that could send there",
            ])
        let nothing = ProbePlan(
            ProbeScene(NamespaceSnapshot(links: []), [], hostAddresses: [], uplinks: []), named: [], port: 9)
        #expect(nothing.rows.isEmpty && nothing.omissions.isEmpty)
    }

    /// However many addresses and routes a container has.
    @Test func rowsHaveABound() throws {
        var container = NamespaceSnapshot(links: [Link(index: 2, name: "eth0")])
        for n in 1...250 {
            container.addresses.append(try Self.address("10.89.1.\(n)", of: 2, 24))
            let hop = NextHop(interface: 2, gateway: IPAddress("10.89.2.\(n)"))
            container.routes.append(Route(.v4, metric: UInt32(n), nextHops: [hop]))
        }
        let plan = ProbePlan(ProbeScene(container, [], hostAddresses: [], uplinks: []), named: [], port: 9)
        #expect(plan.rows.count == 4 * (1 + 8 + 1) * 3 && plan.isWhole)
        #expect(plan.omissions.first == "IPv4 on eth0: 242 more addresses")
    }

    /// Some of each network is sent, and of each family.
    @Test func whatHasNoRoomIsTakenFromTheLargest() throws {
        var container = NamespaceSnapshot(links: [])
        for n in UInt32(1)...60 {
            let link = Link(index: n, name: try #require(InterfaceName(text: "eth\(n)")))
            container.links.append(link)
            container.addresses.append(try Self.address("10.89.\(n).5", of: n, 24))
            container.addresses.append(try Self.address("fd00:89:\(n)::5", of: n, 64))
            for (version, gateway) in [(IPVersion.v4, "10.89.\(n).1"), (.v6, "fd00:89:\(n)::1")] {
                let hop = NextHop(interface: n, gateway: IPAddress(gateway))
                container.routes.append(Route(version, metric: 100, nextHops: [hop]))
            }
        }
        let plan = ProbePlan(ProbeScene(container, [], hostAddresses: [], uplinks: []), named: [], port: 9)
        #expect(plan.rows.count == ProbePlan.mostRows && !plan.isWhole)
        #expect(Set(plan.rows.map { $0.target.address }).count == 120)
        #expect(plan.omissions.last == "of 1080 rows only 480 are sent, some for each interface and target")
    }

    /// Two networks may have one gateway; an unbound socket asks it once.
    @Test func noRowIsThereTwice() throws {
        var container = NamespaceSnapshot(links: [])
        for n in UInt32(1)...2 {
            container.links.append(Link(index: n, name: try #require(InterfaceName(text: "eth\(n)"))))
            container.addresses.append(try Self.address("10.89.1.\(n + 4)", of: n, 24))
            container.routes.append(
                Route(.v4, metric: 100, nextHops: [NextHop(interface: n, gateway: IPAddress("10.89.1.1"))]))
        }
        let plan = ProbePlan(ProbeScene(container, [], hostAddresses: [], uplinks: []), named: [], port: 9)
        #expect(plan.rows.filter { $0.source == .unbound }.count == 3 && plan.rows.count == 15)
    }

    @Test func publishedPortsAreAskedByTheHostsOwnAddress() throws {
        let container = try #require(IPAddress("10.89.1.5"))
        let (other, own) = (IPAddress("203.0.113.1"), IPAddress("10.89.2.1"))
        let rows = ProbePlan.published(
            [
                PublishedPort(port: 80, hostAddress: nil, destination: container),
                PublishedPort(port: 81, hostAddress: own, destination: container),
                PublishedPort(port: 82, hostAddress: other, destination: container),
            ], try Self.scene())
        #expect(rows.map { "\($0.target.address):\($0.target.port)" } == ["198.51.100.1:80", "10.89.2.1:81"])
        #expect(rows.allSatisfy { $0.source == .host && $0.protocol == .tcp })
    }
}
