import Foundation
import JSON
import LinuxSystem
import LinuxTools
import Testing

@testable import WatchClient
@testable import evenkeel

/// What people see of the watcher.
@Suite struct WatchTextTests {
    private func event(_ text: String, kind: String = "remedy", container: String? = "3f2a9c01b7d4") throws
        -> WatcherEvent
    {
        let members: [JSON.Member] = [
            .init("time", .string("2026-01-31T10:20:30Z")), .init("event", .string(kind)), .init("text", .string(text)),
        ]
        let all = members + (container.map { [.init("container", .string($0))] } ?? [])
        return try #require(WatcherEvent(.object(all), line: ""))
    }

    /// The local time of the events.
    private var clock: String {
        get throws { String(LocalTime.text(try #require(LocalTime.seconds("2026-01-31T10:20:30Z"))).suffix(8)) }
    }

    @Test func anEventIsALine() throws {
        let text = try event("added default via 10.89.1.1 dev eth0").text(columns: nil, hasColor: false)
        #expect(text == "\(try clock)  3f2a9c01b7d4  added default via 10.89.1.1 dev eth0\n")
        let ofHost = try event("the policy was read again", kind: "message", container: nil)
        #expect(ofHost.text(columns: 80, hasColor: true) == "\(try clock)  host          the policy was read again\n")
    }

    @Test func aNarrowTerminalGetsMoreLinesAndNoneThatIsWider() throws {
        let lines = try event("added default via 10.89.1.1 dev eth0").text(columns: 40, hasColor: false)
            .split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 40 })
        #expect(lines[1].hasPrefix(String(repeating: " ", count: 24)))
    }

    @Test func nothingOfOthersReachesTheTerminal() throws {
        let event = try event("by \u{1b}[2Jsh\nx", container: "a\u{1b}b\u{202e}")
        #expect(event.text(columns: nil, hasColor: false) == "\(try clock)  a?b?          by ?[2Jsh?x\n")
    }

    @Test func whatNeedsAnEyeIsColoured() throws {
        #expect(try event("x", kind: "failure").text(columns: 80, hasColor: true).hasPrefix("\u{1b}[31;1m"))
        #expect(try event("x", kind: "contested").text(columns: 80, hasColor: true).hasSuffix("\u{1b}[0m\n"))
        #expect(try !event("x", kind: "note").text(columns: 80, hasColor: true).contains("\u{1b}"))
    }

    @Test func timesThatAreNoneAreShownAsTheyAre() {
        for text in [
            "", "2026-01-31T10:20:30", "2026-01-31T10:20:30+01:00", "2026-01-31 10:20:30Z", "2026-0x-31T10:20:30Z",
        ] {
            #expect(LocalTime.seconds(text) == nil)
        }
        #expect(LocalTime.seconds("1970-01-02T00:00:01Z") == 86401)
    }

    private static let status = """
        {"version":1,"product":"0.2.0","pid":4242,"dryRun":false,"startTime":0,"uptimeSeconds":7500,
         "namespaces":{"unknown":0,"foreign":3,"young":1,"kept":12,"left":1,"contested":1},
         "events":900,"wakes":80,"overruns":0,"looks":70,"missed":0,"lockRetries":2,"idsAssigned":4,
         "resyncs":{"start":1,"quiet":4},"remedies":{"default-route":9},"failures":{},
         "latency":{"count":9,"medianUpToMicroseconds":500,"99percentUpToMicroseconds":null},
         "host":{"restorations":{"nft":3,"s\\u001bh":1},"tables":["ip"],"declined":["ip6"],"contested":false},
         "contested":[{"container":"3f2a9c01b7d4","namespace":"/run/netns/netns-1","id":7,
                       "change":"default via 10.89.1.1 dev eth0","program":"dhclient (netlink port 321)",
                       "sinceSeconds":12,"forSeconds":480}]}
        """

    private func engines(_ members: String) throws -> String? {
        let text = Self.status.replacing("\"contested\":[", with: members + "\"contested\":[")
        let status = try WatcherStatus(try JSON(parsing: Array(text.utf8)))
        return status.text.components(separatedBy: "\n\n").first { $0.hasPrefix("Engines") }
    }

    @Test func theEnginesThatAreListenedToAreShown() throws {
        #expect(
            try engines(
                """
                "docker":{"connected":true},"nri":{"state":"live","sinceSeconds":150,"runtime":"containerd",
                "runtimeVersion":"2.1.9","pods":12,"late":1},
                """) == """
                    Engines that are listened to
                      Docker             connected
                      NRI                containerd 2.1.9, for 2 min
                      pods that started  12, of which 1 answered before they were safe
                    """)
        #expect(
            try engines(
                """
                "docker":{"connected":false},"nri":{"state":"connecting","sinceSeconds":15,"failures":4,"lastFailure":"no"},
                """) == """
                    Engines that are listened to
                      Docker  not connected
                      NRI     connecting for 15 s, 4 times in vain: no
                    """)
        #expect(try engines(#""nri":{"state":"off"},"#) == "Engines that are listened to\n  NRI  off")
    }

    @Test func theStatusIsASectionForEachPlace() throws {
        let status = try WatcherStatus(try JSON(parsing: Array(Self.status.utf8)))
        #expect(status.isContested)
        #expect(
            status.text == """
                The watcher runs: version 0.2.0, process 4242, since \(LocalTime.text(0)) (2 h 5 min).

                Network namespaces
                  not known yet   0
                  no container's  3
                  starting        1
                  kept safe       12
                  left alone      1
                  contested       1
                  contested: 3f2a9c01b7d4, by dhclient (netlink port 321)
                    it keeps undoing this: default via 10.89.1.1 dev eth0
                    for 12 s now; nothing is done about it for 8 min

                Rules for INVALID TCP segments
                  tables          ip
                  taken away      ip6, by name: so it stays until `evenkeel host apply`
                  restored after  nft 3, s\u{1b}h 1

                Work
                  events                 900
                  times awake            80
                  overruns of the queue  0
                  looks at a container   70
                  remedies found late    0
                  looks put off          2
                  ids assigned           4
                  looks at everything    start 1, quiet 4
                  remedies               default-route 9
                  failures               none
                  from event to remedy   half within 0.5 ms, 99 % longer, of 9

                """)
    }
}
