import Keel
import Netlink
import Testing

@testable import Diagnosis

/// Limits of containers on several networks, and who is not concerned.
@Suite struct LimitFindingTests {
    private func found(
        _ container: TestObservation, _ change: @escaping (inout SeveralNetworks) -> Void
    ) throws -> Finding? {
        let limits: [FindingID] = [
            .natOnSeveralNetworks, .wildcardUDPServer, .multicastFollowsDefault, .duplicateSplitDefault,
        ]
        let findings = try container.findings { change(&$0.several) }.filter { limits.contains($0.id) }
        #expect(findings.count < 2 && findings.allSatisfy { $0.severity == .information && $0.remedy.hasPrefix("(") })
        return findings.first
    }

    private static let server = WildcardServer(port: 53, versions: [.v4])

    /// The second network stands by, or its default is in a table that rules lead to.
    private static var ranked: TestObservation { TestObservation(metrics: [100, 200]) }

    @Test func aServerOnEveryAddressIsFoundWithTheAddressItAnswersFrom() throws {
        let finding = try #require(
            try found(Self.ranked) { $0.servers = [Self.server, .init(port: 514, versions: [.v4])] })
        #expect(finding.id == .wildcardUDPServer)
        #expect(
            finding.evidence == [
                "UDP ports 53, 514 on every IPv4 address: answers to afar are sent from 10.89.1.5 of eth0"
            ])
    }

    /// One network, one default route as Docker gives it, a VPN's default, and a server of the other family.
    @Test func whereNoOtherNetworkIsReachedFromAfarAServerIsNone() throws {
        let change = { (several: inout SeveralNetworks) in
            several.servers = [Self.server]
            several.translates = [.v4]
        }
        #expect(try found(TestObservation(metrics: [100]), change) == nil)
        #expect(try found(TestObservation(metrics: [100, nil]), change) == nil)
        var vpn = Self.ranked
        var tunnel = Link(index: 9, name: "tun0")
        tunnel.kind = "tun"
        vpn.links.append(tunnel)
        vpn.addDefault(via: "10.8.0.1", 9, 1)
        #expect(try found(vpn, change) == nil)
        #expect(try found(Self.ranked) { $0.servers = [.init(port: 53, versions: [.v6])] } == nil)
    }

    @Test func portsOfWhatIsBehindItAreFoundWithTheirWays() throws {
        let finding = try #require(try found(Self.ranked) { $0.translates = [.v4] })
        #expect(finding.id == .natOnSeveralNetworks)
        #expect(
            finding.evidence.last == "IPv4: answers leave by eth0, the default, even to requests that came in by eth1")
    }

    private static func lan(kind: String?) -> TestObservation {
        var container = ranked
        container.links[0].kind = "veth"
        container.links[0].peerNamespaceID = 0
        container.links[1].kind = kind
        if kind == "veth" { container.links[1].peerNamespaceID = 0 }
        return container
    }

    private static func group(_ text: String, _ interface: UInt32) throws -> MulticastGroup {
        MulticastGroup(address: try #require(IPAddress(text)), interface: interface)
    }

    @Test(arguments: ["macvlan", "ipvlan", nil]) func aGroupJoinedBesideTheLANIsFound(kind: String?) throws {
        let group = try Self.group("239.255.255.250", 2)
        let finding = try #require(try found(Self.lan(kind: kind)) { $0.groups = [group] })
        #expect(finding.id == .multicastFollowsDefault)
        #expect(finding.evidence == ["239.255.255.250 is joined on eth0, not on eth1"])
        #expect(finding.remedy.contains("defaultRoute.prefer \"eth1\""))
    }

    /// Joined on both, on the LAN alone, nothing joined, and two bridges.
    @Test func whoKnowsOfTheLANIsNot() throws {
        let (bridge, lan) = (try Self.group("224.0.0.251", 2), try Self.group("224.0.0.251", 3))
        #expect(try found(Self.lan(kind: "macvlan")) { $0.groups = [bridge, lan] } == nil)
        #expect(try found(Self.lan(kind: "macvlan")) { $0.groups = [lan] } == nil)
        #expect(try found(Self.lan(kind: "macvlan")) { $0.groups = [] } == nil)
        #expect(try found(Self.lan(kind: "veth")) { $0.groups = [bridge] } == nil)
    }

    private static func half(
        version: IPVersion = .v4, upper: Bool = false, metric: UInt32 = 0, _ interfaces: UInt32...
    ) -> HalfRoute {
        let hops = interfaces.map { NextHop(interface: $0, gateway: IPAddress("10.89.\($0 - 1).1")) }
        return HalfRoute(version, isUpper: upper, metric: metric, nextHops: hops)
    }

    @Test func halvesOfTwoNetworksAreFound() throws {
        let halves = [
            Self.half(2), Self.half(3), Self.half(upper: true, 3), Self.half(upper: true, 2), Self.half(metric: 9, 2),
        ]
        let finding = try #require(try found(TestObservation(metrics: [nil, nil])) { $0.halves = halves })
        #expect(finding.id == .duplicateSplitDefault)
        #expect(
            finding.evidence == [
                "0.0.0.0/1 via 10.89.1.1 dev eth0 metric 0", "0.0.0.0/1 via 10.89.2.1 dev eth1 metric 0",
                "128.0.0.0/1 via 10.89.2.1 dev eth1 metric 0", "128.0.0.0/1 via 10.89.1.1 dev eth0 metric 0",
            ])
        #expect(finding.consequence.contains("added first"))
        let merged = try found(TestObservation(metrics: [nil, nil])) { $0.halves = [Self.half(version: .v6, 2, 3)] }
        #expect(merged?.consequence.contains("a hash chooses the route") == true)
    }

    /// A VPN's by a tunnel, one network's, and such as have metrics of their own.
    @Test func halvesThatAreToldApartAreNot() throws {
        var vpn = TestObservation(metrics: [100, 200])
        var tunnel = Link(index: 9, name: "tun0")
        tunnel.kind = "tun"
        vpn.links.append(tunnel)
        #expect(try found(vpn) { $0.halves = [Self.half(9), Self.half(upper: true, 9)] } == nil)
        #expect(try found(vpn) { $0.halves = [Self.half(9), Self.half(2)] } == nil)
        #expect(try found(vpn) { $0.halves = [Self.half(2), Self.half(2)] } == nil)
        #expect(try found(vpn) { $0.halves = [Self.half(2), Self.half(metric: 5, 3)] } == nil)
    }

    @Test func groupsAreReadFromTheKernelsText() throws {
        let text = """
            Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
            1\tlo        :     1      V3
            \t\t\t\t010000E0     1 0:00000000\t\t0
            2\teth0      :     2      V3
            \t\t\t\tFAFFFFEF     1 0:00000000\t\t0
            \t\t\t\t010000E0     1 0:00000000\t\t0
            12\teth10     :     1      V3
            \t\t\t\tFB0000E0     1 0:00000000\t\t0

            """
        #expect(
            try MulticastGroup.all(in: text) == [Self.group("239.255.255.250", 2), Self.group("224.0.0.251", 12)])
        for text in ["", "Idx", "Idx\n\t\t\t\tFB0000E0", "Idx\nx\teth0\n\t\tFB0000E0", "Idx\n2\teth0\n\t\tZZ 1\n\t"] {
            #expect(MulticastGroup.all(in: text) == [])
        }
    }

    /// What Evenkeel would change besides is told all the same.
    @Test func aLimitHidesNoContainerThatIsNotGuarded() throws {
        var host = TestObservation.host()
        var snapshot = HostSnapshot()
        snapshot.ipv4.state = .active
        host.snapshot = snapshot
        let half = [Self.half(2), Self.half(3)]
        let ids = try TestObservation(metrics: [100, nil], filter: 0).findings(host) { $0.several.halves = half }.map {
            $0.id
        }
        #expect(ids.contains(.containerNotGuarded) && ids.contains(.duplicateSplitDefault) && ids.count == 2)
    }
}
