import Keel
import Netlink
import Testing

@testable import Diagnosis

/// A container's networks in plain text.
@Suite struct DiagramTests {
    private func drawn(
        _ host: HostObservation, _ change: (inout ContainerObservation) -> Void = { _ in }
    ) throws -> [Substring] {
        let container = TestObservation(metrics: [100])
        var observation = try container.observation()
        observation.attachments = [container.attachment(0)]
        change(&observation)
        return Diagram(host, observation, container.policy).text(columns: nil).split(separator: "\n").map {
            $0.dropFirst(2)
        }
    }

    @Test func whereInvalidSegmentsAreDroppedIsDrawn() throws {
        var host = TestObservation.host()
        var snapshot = HostSnapshot()
        (snapshot.ipv4.state, snapshot.ipv4.containers) = (.active, ["br1"])
        host.snapshot = snapshot
        #expect(try drawn(host).contains("|    host: veth0 on bridge br1  rp_filter 0 off  INVALID dropped"))
        host.snapshot?.ipv4.containers = ["br2"]
        #expect(try drawn(host).contains("|    host: veth0 on bridge br1  rp_filter 0 off"))
    }

    @Test func whatIsLostIsDrawnWithItsPlace() throws {
        var host = TestObservation.host()
        #expect(try !drawn(host).contains { $0.hasPrefix("x  ") })
        (host.forwardsIPv4, host.forwardsIPv4From, host.running) = (false, ["br1": false], [200])
        let gateway = ContainerObservation.Gateway(
            address: try #require(IPAddress("10.89.1.1")), interface: 2, neighbour: nil, isOnLink: true)
        #expect(
            try drawn(host) { $0.gateways = [gateway] }.filter { $0.hasPrefix("x  ") } == [
                "x  packets are lost in the container: its gateway 10.89.1.1 is not reachable (gateway-not-reachable)",
                "x  packets are lost on the host: the host does not forward packets of its containers (ip-forward-off)",
            ])
    }
}
