import Discovery
import JSON
import Keel
import Testing
import WatchClient

@testable import Diagnosis

/// Programs that keep undoing what the watcher does.
@Suite struct ContestFindingTests {
    private func host(contests: String = "", isContested: Bool = false, declined: String = "") throws -> HostObservation
    {
        let text = """
            {"version":1,"product":"0.2.0","pid":1,"dryRun":false,"startTime":0,"uptimeSeconds":1,"namespaces":{},
             "events":0,"wakes":0,"overruns":0,"looks":0,"missed":0,"lockRetries":0,"idsAssigned":0,"resyncs":{},
             "remedies":{},"failures":{},"latency":{"count":0},
             "host":{"restorations":{"nft":5},"tables":[],"declined":[\(declined)],"contested":\(isContested)},
             "contested":[\(contests)]}
            """
        var host = TestObservation.host()
        host.watcher = try WatcherStatus(parsing: Array(text.utf8))
        return host
    }

    private static func contest(_ container: String, _ namespace: String, by program: String = "null") -> String {
        """
        {"container":"\(container)","namespace":\(namespace),"change":"default via 10.89.1.1 dev eth0","program":\(program),
         "sinceSeconds":12,"forSeconds":48}
        """
    }

    @Test func aContainersIsKnownByItsNamespacesPath() throws {
        let observation = try TestObservation(metrics: [100]).observation()
        let host = try host(contests: Self.contest("x", "\"/run/netns/netns-1\"", by: "\"dhclient (netlink port 7)\""))
        let findings = observation.contestFindings(host)
        #expect(findings.map { $0.id } == [.contested] && findings.first?.severity == .warning)
        #expect(findings.first?.summary == "dhclient (netlink port 7) keeps undoing what Evenkeel does")
        #expect(
            findings.first?.evidence == [
                "undone again and again: default via 10.89.1.1 dev eth0",
                "for 12 s now; the watcher does nothing about it for 48 s",
            ])
        #expect(host.contestFindings().isEmpty)
    }

    @Test func anotherContainersIsNot() throws {
        let observation = try TestObservation(metrics: [100]).observation()
        #expect(observation.contestFindings(try host(contests: Self.contest("x", "\"/run/netns/netns-2\""))).isEmpty)
        #expect(observation.contestFindings(try host(contests: Self.contest("x", "null"))).isEmpty)
        #expect(observation.contestFindings(TestObservation.host()).isEmpty)
    }

    @Test func theHostsNamesThePrograms() throws {
        let findings = try host(isContested: true).contestFindings()
        #expect(findings.map { $0.place } == [.host])
        #expect(findings.first?.evidence == ["restored 5 times after a change by nft"])
    }

    @Test func aTableThatSomebodyTookAwayIsEvidence() throws {
        #expect(
            try host(declined: "\"ip\"").declined == [
                "the watcher does not restore table ip evenkeel: somebody took it away by its name"
            ])
        #expect(try host().declined.isEmpty && TestObservation.host().declined.isEmpty)
    }
}
