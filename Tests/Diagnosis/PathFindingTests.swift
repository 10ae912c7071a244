import Firewall
import Netlink
import Testing

@testable import Diagnosis
@testable import Keel

@Suite struct PathFindingTests {
    private static func gateway(
        _ state: NeighbourState?, age: UInt32? = nil, interface: UInt32 = 2, isOnLink: Bool = true
    ) throws -> ContainerObservation.Gateway {
        .init(
            address: try #require(IPAddress("10.89.1.1")), interface: interface,
            neighbour: state.map { Neighbour($0, age: age) }, isOnLink: isOnLink)
    }

    @Test(
        arguments: [
            (.failed, nil, .error), (.failed, 3, .error),
            (.failed, 60, .error), (.failed, 61, .information), (.incomplete, 0, nil), (.incomplete, nil, nil),
            (.incomplete, 1, .warning),
        ] as [(NeighbourState, UInt32?, Finding.Severity?)]) func aGatewayThatDidNotAnswerCountsWhileThatIsNew(
            state: NeighbourState, age: UInt32?, severity: Finding.Severity?
        ) throws
    {
        let gateway = try Self.gateway(state, age: age)
        let findings = try TestObservation(metrics: [100]).findings { $0.gateways = [gateway] }
        #expect(findings.map { $0.id } == (severity == nil ? [] : [.gatewayNotReachable]))
        #expect(findings.first?.severity == severity)
    }

    @Test func aGatewayWhoseAddressTheHostHasByNowIsHealthy() throws {
        let gateway = try Self.gateway(.failed, age: 5)
        let container = TestObservation(metrics: [100])
        var host = HostObservation()
        let found = {
            try container.findings(host) { ($0.gateways, $0.attachments) = ([gateway], [container.attachment(0)]) }
        }
        #expect(try found().map { $0.evidence } == [["10.89.1.1 on eth0 is FAILED among its neighbours, since 5 s"]])
        host.addresses = [TestObservation.address("10.89.1.1", 99)]
        #expect(try found().count == 1, "on another interface")
        host.addresses = [TestObservation.address("10.89.1.1", 100)]
        #expect(try found() == [])
    }

    /// What is down does not answer, whatever the container still knows of it.
    @Test func aGatewayBehindWhatIsDownIsFound() throws {
        let gateway = try Self.gateway(.reachable)
        let container = TestObservation(metrics: [100])
        var host = TestObservation.host()
        let found = { (running: Set<UInt32>) in
            try container.findings(host) {
                ($0.gateways, $0.attachments, $0.running) = ([gateway], [container.attachment(0)], running)
            }
        }
        host.running = [100, 200]
        #expect(try found([2]) == [])
        host.running = [200]
        #expect(try found([2]).map { $0.severity } == [.error])
        #expect(try found([2])[0].evidence == ["10.89.1.1 on eth0 is the host's, on br1, which is down"])
        #expect(try found([2])[0].remedy == "sudo ip link set br1 up")
        host.running = [100]
        #expect(try found([])[0].evidence == ["10.89.1.1 on eth0, which has no carrier: its host end veth0 is down"])
        #expect(try found([])[0].remedy == "sudo ip link set veth0 up")
        host.running = nil
        #expect(try found([])[0].evidence == ["10.89.1.1 on eth0, which has no carrier"])
    }

    @Test(arguments: [NeighbourState.reachable, .stale, .delay, .probe, .noARP, .permanent, nil])
    func aGatewayThatMayAnswerIsHealthy(state: NeighbourState?) throws {
        let gateway = try Self.gateway(state, age: 5)
        #expect(try TestObservation(metrics: [100]).findings { $0.gateways = [gateway] } == [])
    }

    @Test func aGatewayOnNoConnectedNetworkIsFound() throws {
        let gateway = try Self.gateway(nil, isOnLink: false)
        let findings = try TestObservation(metrics: [100]).findings { $0.gateways = [gateway] }
        #expect(findings.map { $0.id } == [.gatewayNotReachable])
    }

    @Test func whatContainersDependOnToBeForwardedIsTheirEntrances() throws {
        let container = TestObservation(metrics: [100])
        var host = TestObservation.host()
        (host.forwardsIPv4, host.forwardsIPv6) = (false, false)
        let found = { try container.findings(host) { $0.attachments = [container.attachment(0)] } }
        // Off for all, and on for the bridge.
        host.forwardsIPv4From = ["br1": true]
        #expect(try found() == [])
        host.forwardsIPv4From = ["br1": false]
        #expect(
            try found().map { $0.evidence } == [
                [
                    "net/ipv4/conf/br1/forwarding is 0, and 1 container has its default route by br1",
                    "net.ipv4.ip_forward, which sets it for every interface, is 0",
                ]
            ])
        #expect(try found()[0].remedy == "sudo sysctl -w net.ipv4.ip_forward=1")
        host.forwardsIPv4 = true
        #expect(try found()[0].remedy == "sudo sysctl -w net/ipv4/conf/br1/forwarding=1")
        #expect(try container.findings(host) == [], "of a container that does not enter the host")
        let internalOne = TestObservation(metrics: [nil])
        let ids = try internalOne.findings(host) { $0.attachments = [internalOne.attachment(0)] }.map { $0.id }
        #expect(ids == [.noDefaultRoute])
    }

    @Test func ipv6IsForwardedByTheValueOfAllUnlessTheEntranceForcesIt() throws {
        var container = TestObservation(metrics: [100])
        container.addDefault(via: "fe80::1", 2, 1024)
        var host = TestObservation.host()
        host.forwardsIPv6 = false
        let found = { try container.findings(host) { $0.attachments = [container.attachment(0)] } }
        #expect(
            try found().map { $0.evidence } == [
                ["net.ipv6.conf.all.forwarding is 0, and 1 container has its default route through this host"]
            ])
        host.forcesIPv6From = ["br1": true]
        #expect(try found() == [])
    }

    @Test func theUplinkMustForwardTheAnswers() throws {
        let container = TestObservation(metrics: [100])
        var host = TestObservation.host()
        (host.forwardsIPv4, host.uplinks, host.forwardsIPv4From) = (true, ["wan0"], ["br1": true, "wan0": false])
        let findings = try container.findings(host) { $0.attachments = [container.attachment(0)] }
        #expect(
            findings.map { $0.evidence } == [["net/ipv4/conf/wan0/forwarding is 0, and answers come in by wan0"]])
        #expect(findings[0].remedy == "sudo sysctl -w net/ipv4/conf/wan0/forwarding=1")
        #expect(try container.findings(host) == [], "of a container that does not enter the host")
    }

    /// A router of their own on the bridge, no gateway at all, and a switch that is no bridge.
    @Test func whereTheHostIsASwitchItNeedNotForward() throws {
        var host = TestObservation.host()
        (host.forwardsIPv4, host.forwardsIPv4From) = (false, ["br1": false, "veth0": false])
        var container = TestObservation(metrics: [100])
        let bridged = container.attachment(0)
        let found = { (attachment: HostAttachment) in
            try container.findings(host) { $0.attachments = [attachment] }.map { $0.id }
        }
        #expect(try found(bridged) == [.ipForwardOff])
        var end = bridged.end
        #expect(try found(HostAttachment(interface: bridged.interface, end: end, bridge: nil)) == [.ipForwardOff])
        end.master = 300
        #expect(try found(HostAttachment(interface: bridged.interface, end: end, bridge: nil)) == [])
        container.routes[0].nextHops[0].gateway = IPAddress("10.89.1.254")
        #expect(try found(bridged) == [])
        container.routes[0].nextHops[0].gateway = nil
        #expect(try found(bridged) == [])
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

    @Test func whatHasPassedOrIsLeftAloneOnPurposeIsSaidAsSuch() throws {
        var host = HostObservation()
        var snapshot = HostSnapshot()
        snapshot.ipv4.state = .active
        host.snapshot = snapshot
        let summaries = { (mark: UInt32?, policy: String) in
            var container = TestObservation(metrics: [100], filter: 1)
            if let mark { container.addMark(mark) }
            try container.policy.overlay(Array(policy.utf8), from: "test")
            return try container.findings(host).map { "\($0.severity): \($0.summary)" }
        }
        let unknown = "information: not set up by Evenkeel; nothing is wrong so far"
        let changed = "information: it is no longer as Evenkeel would set it up"
        #expect(try summaries(nil, "{}") == [unknown])
        #expect(try summaries(1, "{}") == [changed])
        #expect(try summaries(3, "{}") == ["information: left alone, as it was started with evenkeel.skip"])
        #expect(try summaries(3, #"{"annotations": {"locked": ["skip"]}}"#) == [changed])
        // rpFilter keep is the container's own wish.
        #expect(try summaries(1 | 3 << 5, "{}") == [])
    }

    @Test func aContainersOwnPolicyCountsForWhatIsFoundInIt() throws {
        var container = TestObservation(metrics: [100, 100])
        let remedy = { try container.findings().first { $0.id == .duplicateDefaultRoute }?.remedy }
        #expect(try remedy()?.hasPrefix("sudo evenkeel apply") == true)
        container.addMark(1 | 4 << 2)
        #expect(try remedy()?.hasPrefix("(choose the mode") == true)
    }

    /// By the bridge's name in the set of those whose INVALID segments are dropped in forward.
    @Test func whereContainersComeInIsGuardedUnlessItLeadsToNobodyHere() throws {
        var host = TestObservation.host()
        var snapshot = HostSnapshot()
        snapshot.ipv4.state = .active
        snapshot.ipv4.containers = []
        snapshot.ipv4.rules = [InvalidRule.note, .silence, .stop].map {
            ListedRule(chain: $0.chain, comment: $0.comment)
        }
        host.snapshot = snapshot
        var container = TestObservation(metrics: [100])
        let bridged = container.attachment(0)
        let fallen = HostAttachment(interface: bridged.interface, end: bridged.end, bridge: nil)
        let found = { (attachment: HostAttachment, state: NeighbourState?) in
            let gateway = ContainerObservation.Gateway(
                address: try #require(container.routes[0].nextHops[0].gateway), interface: 2,
                neighbour: state.map { Neighbour($0) }, isOnLink: true)
            return try container.findings(host) { ($0.attachments, $0.gateways) = ([attachment], [gateway]) }
                .map { $0.id }
        }
        #expect(try found(bridged, nil) == [.containerNotGuarded])
        #expect(try found(fallen, nil) == [])
        #expect(try found(fallen, .failed) == [.gatewayNotReachable])
        #expect(try found(fallen, .permanent) == [.containerNotGuarded])
        container.routes[0].nextHops[0].gateway = IPAddress("10.89.1.254")
        #expect(try found(bridged, .reachable) == [])
    }

    @Test(arguments: [("/run/netns/netns-1", "/run/netns/netns-1"), ("/run/netns/a b'c", "'/run/netns/a b'\\''c'")])
    func aPathInACommandIsOneWord(path: String, quoted: String) {
        #expect(path.quotedForShell == quoted)
    }
}
