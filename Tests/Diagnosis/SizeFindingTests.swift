import Keel
import Netlink
import Testing

@testable import Diagnosis

/// Sizes of packets along a container's way into the host.
@Suite struct SizeFindingTests {
    private func found(
        _ own: UInt32?, end: UInt32? = nil, bridge: UInt32?, narrowest: UInt32? = nil, isEndOfItsOwn: Bool = false
    ) throws -> Finding? {
        var container = TestObservation(metrics: [100])
        container.links[0].mtu = own
        let attachment = container.attachment(0, mtu: bridge, endMTU: end)
        var host = HostObservation()
        var port = Link(index: 300, name: "vother")
        port.mtu = narrowest
        let own = NarrowPort(link: attachment.end, isEndOfItsOwn: true)
        let other = NarrowPort(link: port, isEndOfItsOwn: isEndOfItsOwn)
        host.narrowPorts = [100: narrowest == nil ? [own] : [own, other]]
        let findings = try container.findings(host) { $0.attachments = [attachment] }
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

    /// Nobody there expects more, and TCP goes by the smaller of both ends.
    @Test func aPortThatIsTheEndOfASmallerWayIsWorthKnowing() throws {
        let finding = try #require(try found(1500, bridge: 1500, narrowest: 1450, isEndOfItsOwn: true))
        #expect(finding.severity == .information && finding.remedy.hasPrefix("("))
        #expect(finding.evidence == ["MTU 1500 on eth0, 1500 on the bridge br1, 1450 on the bridge's port vother"])
    }

    @Test func aSmallerSizeOfTheContainersOwnEndAloneIsWorthKnowing() throws {
        let finding = try #require(try found(1400, end: 1500, bridge: 1500))
        #expect(finding.severity == .information && finding.remedy.hasPrefix("("))
        #expect(finding.consequence.contains("TCP adapts"))
        let alone = try #require(try found(1400, end: 1500, bridge: nil))
        #expect(alone.severity == .information)
        #expect(try found(1400, end: 1500, bridge: 1300)?.severity == .warning, "what comes from afar is larger")
        #expect(try found(1400, end: 1500, bridge: 1500, narrowest: 1300)?.severity == .warning)
    }

    @Test func withoutABridgeTheEndsAreBroughtToTheSmaller() throws {
        var container = TestObservation(metrics: [100])
        container.links[0].mtu = 1500
        let routed = container.attachment(0, endMTU: 1400)
        let attachment = HostAttachment(interface: routed.interface, end: routed.end, bridge: nil)
        let findings = try container.findings { $0.attachments = [attachment] }
        #expect(findings.map { $0.evidence } == [["MTU 1500 on eth0, 1400 on its host end veth0"]])
        #expect(findings[0].remedy == "sudo nsenter --net=/run/netns/netns-1 ip link set eth0 mtu 1400")
    }
}
