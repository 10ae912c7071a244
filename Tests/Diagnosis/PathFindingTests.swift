import Firewall
import Keel
import Netlink
import Testing

@testable import Diagnosis

@Suite struct PathFindingTests {
    private static func gateway(
        _ state: NeighbourState?, interface: UInt32 = 2, isOnLink: Bool = true
    ) throws -> ContainerObservation.Gateway {
        .init(address: try #require(IPAddress("10.89.1.1")), interface: interface, state: state, isOnLink: isOnLink)
    }

    @Test(arguments: [NeighbourState.failed, .incomplete])
    func aGatewayThatDidNotAnswerIsFound(state: NeighbourState) throws {
        let gateway = try Self.gateway(state)
        let findings = try TestObservation(metrics: [100]).findings { $0.gateways = [gateway] }
        #expect(findings.map { $0.id } == [.gatewayNotReachable] && findings[0].severity == .error)
        #expect(findings[0].evidence == ["10.89.1.1 on eth0 is \(state.rawValue) among its neighbours"])
    }

    @Test(arguments: [NeighbourState.reachable, .stale, .delay, .probe, .noARP, .permanent, nil])
    func aGatewayThatMayAnswerIsHealthy(state: NeighbourState?) throws {
        let gateway = try Self.gateway(state)
        #expect(try TestObservation(metrics: [100]).findings { $0.gateways = [gateway] } == [])
    }

    @Test func aGatewayOnNoConnectedNetworkIsFound() throws {
        let gateway = try Self.gateway(nil, isOnLink: false)
        let findings = try TestObservation(metrics: [100]).findings { $0.gateways = [gateway] }
        #expect(findings.map { $0.id } == [.gatewayNotReachable])
    }

    @Test func sizesMustBeEqualFromEndToEnd() throws {
        var container = TestObservation(metrics: [100])
        container.links[0].mtu = 1500
        let found = { (entrance: Entrance) in try container.findings { $0.entrances = [entrance] } }
        #expect(try found(container.entrance(0, mtu: 1500)) == [])
        #expect(try found(container.entrance(0)) == [], "a size that is not known")
        #expect(
            try found(container.entrance(0, mtu: 1400)).map { $0.evidence }
                == [["MTU 1500 on eth0, 1400 on the bridge br1"]])
        #expect(
            try found(container.entrance(0, mtu: 1500, endMTU: 1400)).map { $0.evidence }
                == [["MTU 1500 on eth0, 1400 on its host end veth0, 1500 on the bridge br1"]])
    }

    @Test func aHostThatDoesNotForwardIsFoundIfAContainerDependsOnIt() throws {
        var host = HostObservation()
        host.forwardsIPv4 = false
        host.forwardsIPv6 = false
        let container = TestObservation(metrics: [100])
        let findings = try container.findings(host) { $0.entrances = [container.entrance(0)] }
        #expect(findings.map { $0.id } == [.ipForwardOff])
        #expect(
            findings[0].evidence == [
                "net.ipv4.ip_forward is 0, and 1 containers have a default route through this host"
            ])
        #expect(findings[0].remedy == "sudo sysctl -w net.ipv4.ip_forward=1")
        #expect(try container.findings(host) == [], "of a container that does not enter the host")
        let internalOne = TestObservation(metrics: [nil])
        let ids = try internalOne.findings(host) { $0.entrances = [internalOne.entrance(0)] }.map { $0.id }
        #expect(ids == [.noDefaultRoute])
    }

    @Test func whereEvenkeelIsAtWorkWhatPassedItByIsFound() throws {
        var host = HostObservation()
        var snapshot = HostSnapshot()
        snapshot.ipv4.state = .active
        host.snapshot = snapshot
        // Strict on one network is no finding of its own, but it has not been made loose.
        let findings = try TestObservation(metrics: [100], filter: 1).findings(host)
        #expect(findings.map { $0.id } == [.containerNotGuarded] && findings[0].severity == .information)
        #expect(findings[0].evidence == ["evenkeel would set rp_filter of eth0 to 2 (loose; it was 1)"])
        #expect(try TestObservation(metrics: [100]).findings(host) == [])
        host.snapshot?.ipv4.state = .absent
        #expect(try TestObservation(metrics: [100], filter: 1).findings(host) == [])
    }

    @Test(arguments: [("/run/netns/netns-1", "/run/netns/netns-1"), ("/run/netns/a b'c", "'/run/netns/a b'\\''c'")])
    func aPathInACommandIsOneWord(path: String, quoted: String) {
        #expect(path.quotedForShell == quoted)
    }
}
