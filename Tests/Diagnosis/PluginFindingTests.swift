import Testing
import WatchClient

@testable import Diagnosis

/// The connection by which a runtime tells of pods.
@Suite struct PluginFindingTests {
    private func findings(_ plugin: String) throws -> [Finding] {
        let text = """
            {"version":1,"product":"0.2.0","pid":1,"dryRun":false,"startTime":0,"uptimeSeconds":1,"namespaces":{},
             "events":0,"wakes":0,"overruns":0,"looks":0,"missed":0,"lockRetries":0,"idsAssigned":0,"resyncs":{},
             "remedies":{},"failures":{},"latency":{"count":0},
             "host":{"restorations":{},"tables":[],"declined":[],"contested":false},"contested":[]\(plugin)}
            """
        var host = TestObservation.host()
        host.watcher = try WatcherStatus(parsing: Array(text.utf8))
        return host.pluginFindings()
    }

    private func findings(_ state: String, for seconds: Int, _ failures: Int) throws -> [Finding] {
        try findings(
            """
            ,"nri":{"state":"\(state)","sinceSeconds":\(seconds),"failures":\(failures),"runtime":"containerd",
                    "runtimeVersion":"2.1.9","lastFailure":"cannot connect: Connection refused"}
            """)
    }

    @Test(arguments: ["connecting", "registering", "syncing"]) func oneThatStaysAwayIsAWarning(state: String) throws {
        let found = try findings(state, for: 90, 20)
        #expect(found.map { $0.id } == [.nriDisconnected] && found.first?.severity == .warning)
        #expect(
            found.first?.evidence == [
                "the watcher's connection to /run/nri/nri.sock is \(state) for 90 s, after 20 failures",
                "the last time: cannot connect: Connection refused", "it was containerd 2.1.9 before",
            ])
    }

    @Test func oneThatIsThereOrOffOrHasHadNoTimeIsNone() throws {
        #expect(try findings("live", for: 90, 0).isEmpty && findings("off", for: 90, 20).isEmpty)
        #expect(try findings("connecting", for: 9, 20).isEmpty && findings("connecting", for: 90, 2).isEmpty)
        #expect(try findings("").isEmpty && findings(#","nri":{"state":"off"}"#).isEmpty)
        #expect(TestObservation.host().pluginFindings().isEmpty, "without a watcher nothing is known")
    }
}
