import Keel
import Netlink
import Testing

@testable import Diagnosis

/// Sizes of packets along a container's way into the host.
@Suite struct SizeFindingTests {
    private func found(
        _ own: UInt32?, end: UInt32? = nil, bridge: UInt32?, narrowest: UInt32? = nil
    ) throws -> Finding? {
        var container = TestObservation(metrics: [100])
        container.links[0].mtu = own
        let entrance = container.entrance(0, mtu: bridge, endMTU: end)
        var host = HostObservation()
        var port = Link(index: 300, name: "vother")
        port.mtu = narrowest
        host.narrowestPorts = [100: narrowest == nil ? [entrance.end] : [entrance.end, port]]
        let findings = try container.findings(host) { $0.entrances = [entrance] }
        #expect(findings.allSatisfy { $0.id == .mtuMismatch } && findings.count < 2)
        return findings.first
    }

    @Test func whatIsEqualFromEndToEndIsHealthy() throws {
        #expect(try found(1500, bridge: 1500) == nil)
        #expect(try found(1500, bridge: 1500, narrowest: 1500) == nil)
        #expect(try found(1500, bridge: 1500, narrowest: 9000) == nil, "which is told of the other container")
        #expect(try found(1500, bridge: nil) == nil, "a size that is not known")
        #expect(try found(nil, bridge: 1400) == nil)
    }

    @Test func endsThatDifferAreBroughtToTheBridgesSize() throws {
        let larger = try #require(try found(1500, end: 1400, bridge: 1400))
        #expect(larger.severity == .warning)
        #expect(larger.evidence == ["MTU 1500 on eth0, 1400 on its host end veth0, 1400 on the bridge br1"])
        #expect(larger.remedy == "sudo nsenter --net=/run/netns/netns-1 ip link set eth0 mtu 1400")
        let smaller = try #require(try found(1500, end: 1400, bridge: 1500))
        #expect(smaller.severity == .warning && smaller.remedy == "sudo ip link set veth0 mtu 1500")
    }

    @Test func aPortThatTakesLessIsFoundByItsName() throws {
        let finding = try #require(try found(1500, bridge: 1500, narrowest: 1450))
        #expect(finding.severity == .warning)
        #expect(finding.evidence == ["MTU 1500 on eth0, 1500 on the bridge br1, 1450 on the bridge's port vother"])
        #expect(
            finding.remedy == "sudo nsenter --net=/run/netns/netns-1 ip link set eth0 mtu 1450"
                + " && sudo ip link set veth0 mtu 1450 && sudo ip link set br1 mtu 1450")
    }

    @Test func aBridgeThatTakesLessIsAWarningAndOneThatTakesMoreInformation() throws {
        let less = try #require(try found(1500, bridge: 1400, narrowest: 1500))
        #expect(less.severity == .warning && less.consequence.contains("fragmentation needed"))
        let more = try #require(try found(1400, bridge: 1500))
        #expect(more.severity == .information && more.remedy.hasPrefix("("))
    }

    @Test func withoutABridgeTheEndsAreBroughtToTheSmaller() throws {
        var container = TestObservation(metrics: [100])
        container.links[0].mtu = 1500
        let routed = container.entrance(0, endMTU: 1400)
        let entrance = Entrance(interface: routed.interface, end: routed.end, bridge: nil)
        let findings = try container.findings { $0.entrances = [entrance] }
        #expect(findings.map { $0.evidence } == [["MTU 1500 on eth0, 1400 on its host end veth0"]])
        #expect(findings[0].remedy == "sudo nsenter --net=/run/netns/netns-1 ip link set eth0 mtu 1400")
    }
}
