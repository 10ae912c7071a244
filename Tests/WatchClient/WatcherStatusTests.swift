import JSON
import Testing

@testable import WatchClient

/// The watcher's status, which is believed only if it is whole.
@Suite struct WatcherStatusTests {
    static let text = """
        {"version":1,"product":"0.2.0","pid":4242,"dryRun":false,"startTime":1769904000,"uptimeSeconds":7500,
         "namespaces":{"unknown":0,"foreign":3,"young":1,"kept":12,"left":1,"contested":1},
         "events":900,"wakes":80,"overruns":0,"looks":70,"missed":0,"lockRetries":2,"idsAssigned":4,
         "resyncs":{"start":1,"quiet":4},"remedies":{"default-route":9,"invalid":2},"failures":{"EPERM":1},
         "latency":{"count":9,"sumMicroseconds":4000,"medianUpToMicroseconds":500,"99percentUpToMicroseconds":null,
                    "buckets":[{"upToMicroseconds":100,"count":0}]},
         "host":{"generations":50,"restorations":{"nft":3},"tables":["ip"],"declined":["ip6"],"contested":false},
         "docker":{"connected":true},
         "nri":{"state":"live","sinceSeconds":60,"runtime":"containerd","runtimeVersion":"2.1.9","failures":0,
                "lastFailure":null,"pods":7,"late":1,"answers":{"count":7}},
         "contested":[{"container":"3f2a9c01b7d4","namespace":"/run/netns/netns-1","id":7,
                       "change":"default via 10.89.1.1 dev eth0","port":321,"program":"dhclient (netlink port 321)",
                       "sinceSeconds":12,"forSeconds":48}]}
        """

    private func status(_ text: String = text) throws -> WatcherStatus {
        try WatcherStatus(try JSON(parsing: Array(text.utf8)))
    }

    @Test func allOfItIsRead() throws {
        let status = try status()
        #expect(status.product == "0.2.0" && status.processID == 4242 && !status.isDry && status.kept == 12)
        #expect(status.startTime == 1_769_904_000 && status.uptimeSeconds == 7500)
        #expect(status.namespaces.map { $0.name } == ["unknown", "foreign", "young", "kept", "left", "contested"])
        #expect(status.work.first { $0.name == "looks" }?.number == 70)
        #expect(status.remedies == [.init("default-route", 9), .init("invalid", 2)])
        #expect(status.latency.count == 9 && status.latency.median == 500 && status.latency.of99Percent == nil)
        #expect(status.host.tables == ["ip"] && status.host.declined == ["ip6"])
        #expect(status.host.restorations == [.init("nft", 3)] && !status.host.isContested)
        #expect(status.hasDocker == true)
        let plugin = try #require(status.plugin)
        #expect(plugin.state == "live" && plugin.sinceSeconds == 60 && plugin.runtime == "containerd 2.1.9")
        #expect(plugin.pods == 7 && plugin.late == 1 && plugin.failures == 0 && plugin.lastFailure == nil)
        let contest = try #require(status.contests.first)
        #expect(contest.container == "3f2a9c01b7d4" && contest.namespace == "/run/netns/netns-1")
        #expect(
            contest.program == "dhclient (netlink port 321)" && contest.sinceSeconds == 12 && contest.forSeconds == 48)
    }

    @Test func anOlderWatcherListensToNoEngine() throws {
        let status = try status(
            Self.text.replacing("\"docker\":", with: "\"x\":").replacing("\"nri\":", with: "\"y\":"))
        #expect(status.hasDocker == nil && status.plugin == nil)
    }

    @Test func anotherVersionIsNotGuessedAt() {
        #expect(throws: WatcherStatus.Fault.self) {
            try status(Self.text.replacing("\"version\":1", with: "\"version\":2"))
        }
    }

    @Test(arguments: [
        "pid", "namespaces", "latency", "host", "contested", "looks", "declined", "change", "restorations", "state",
    ])
    func whatIsMissingIsNamed(member: String) throws {
        let fault = #expect(throws: WatcherStatus.Fault.self) {
            try status(Self.text.replacing("\"\(member)\":", with: "\"x\":"))
        }
        #expect(fault?.description == "its status lacks \(member)")
    }

    @Test func aNumberThatIsNoneIsMissing() {
        for wrong in ["\"4242\"", "1e300", "null", "4.5"] {
            #expect(throws: WatcherStatus.Fault.self) { try status(Self.text.replacing("4242", with: wrong)) }
        }
        #expect(throws: WatcherStatus.Fault.self) {
            try status(Self.text.replacing("\"kept\":12", with: "\"kept\":[]"))
        }
        #expect(throws: WatcherStatus.Fault.self) { try status(Self.text.replacing("[\"ip6\"]", with: "[\"ip6\",4]")) }
    }
}
