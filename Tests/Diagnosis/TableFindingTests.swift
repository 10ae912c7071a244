import Discovery
import HostCare
import Keel
import LinuxSystem
import Testing

@testable import Diagnosis

/// Connection tracking: tables that are not the host's, and timeouts.
@Suite struct TableFindingTests {
    private func found(_ entries: Int, max: Int = 1000, policy: Policy = Policy()) throws -> Finding? {
        var container = TestObservation(metrics: [100])
        container.policy = policy
        var host = TestObservation.host()
        host.state.conntrack = ConntrackSnapshot(entries: 7, max: max, buckets: 250)
        var table = OwnTable(fill: ConntrackFill(entries: entries, max: max), inode: 4026532289)
        var statistics = ConntrackStatistics()
        (statistics.drop, statistics.earlyDrop) = (3, 2)
        table.statistics = statistics
        let findings = try container.findings(host) { $0.ownTable = table }
        #expect(findings.count < 2)
        return findings.first
    }

    @Test func aContainersOwnTableIsFoundInItsDegrees() throws {
        #expect(try found(800) == nil)
        let near = try #require(try found(900))
        #expect(near.id == .conntrackNearFull && near.severity == .warning && near.place != .host)
        let full = try #require(try found(1000))
        #expect(full.id == .conntrackFull && full.severity == .error)
        #expect(
            full.evidence == [
                "in its own namespace 1000 of 1000 entries (100%); the machine's limit applies to each namespace separately",
                "the host's own table has 7 entries", "3 packets dropped, 2 flows evicted early, since it was made",
            ])
        #expect(full.remedy.hasPrefix("sudo nsenter --net=/run/netns/netns-1 evenkeel host top"))
        #expect(try found(1000, max: 0) == nil, "no limit")
        var policy = Policy()
        policy.conntrack.warnAt = 0.5
        #expect(try found(500, policy: policy)?.id == .conntrackNearFull)
    }

    @Test func aTableOfNobodysContainerIsFoundAtItsNamespace() {
        var diagnosis = Diagnosis(Policy())
        diagnosis.host.state.conntrack = ConntrackSnapshot(entries: 7, max: 100, buckets: 25)
        let namespace = ContainerNamespace(path: "/run/user/1000/netns/rootless-netns-1", evidence: "rootless network")
        diagnosis.otherTables = [(namespace, OwnTable(fill: ConntrackFill(entries: 100, max: 100), inode: 1))]
        let findings = diagnosis.findings()
        #expect(findings.map { $0.id } == [.conntrackFull] && findings[0].place == .container(namespace))
    }

    @Test(arguments: [
        (nil, 432000, false), (7440, 7440, false), (nil, 7439, true), (2, 432000, true), (2, 2, true),
        (86400, 600, true),
        (nil, nil, false),
    ]) func aTimeoutThatIdleConnectionsDoNotSurviveIsFound(wanted: Int?, present: Int?, isShort: Bool) throws {
        var policy = Policy()
        policy.conntrack.tcpEstablishedTimeout = wanted
        var host = HostObservation()
        host.state.conntrack = ConntrackSnapshot(max: 1000, buckets: 250, tcpEstablishedTimeout: present)
        let finding = host.conntrackFindings(policy).first
        #expect((finding?.id == .conntrackTimeoutShort) == isShort)
        guard let finding else { return }
        #expect(finding.severity == .information)
        #expect(finding.evidence.last == "RFC 5382 asks for no less than 2 h 4 min, 7440 s, for idle connections")
        let note = try #require(IdleTimeout(policy.conntrack, present: present)).note
        #expect(note.contains("2 h 4 min") && note.contains("keepalive"))
    }
}
