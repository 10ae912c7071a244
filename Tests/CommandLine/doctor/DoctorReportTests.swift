import Discovery
import HostCare
import JSON
import Keel
import LinuxSystem
import Netlink
import Testing
import WatchClient

@testable import Diagnosis
@testable import evenkeel

/// What the first line and the exit status say where not all could be looked at.
@Suite struct DoctorReportTests {
    private static let refusal = KernelError("read the ruleset", .notPermitted)
    private static let paint = Paint(isColoured: false)

    private func report(absence: String? = nil, _ miss: (inout Diagnosis) -> Void = { _ in }) -> DoctorReport {
        var diagnosis = Diagnosis(Policy())
        miss(&diagnosis)
        return DoctorReport(diagnosis, absence: absence)
    }

    private func firstLine(_ report: DoctorReport) -> Substring? {
        report.text(Self.paint, diagram: false).split(separator: "\n").first
    }

    @Test func allOfItIsHealthy() {
        #expect(report().status == 0)
        #expect(firstLine(report()) == "healthy: nothing wrong with the host and 0 containers")
        #expect(
            report().answer().json["verdict"]?.string == "healthy"
                && report().answer().json["complete"]?.boolean == true)
    }

    @Test func aWatcherThatRunsIsMentionedAtTheEnd() throws {
        #expect(report().answer().json["watcher"] == .null)
        let text = """
            {"version":1,"product":"0.2.0","pid":42,"dryRun":false,"startTime":0,"uptimeSeconds":1,"namespaces":{"kept":2},
             "events":0,"wakes":0,"overruns":0,"looks":0,"missed":0,"lockRetries":0,"idsAssigned":0,"resyncs":{},
             "remedies":{},"failures":{},"latency":{"count":0},"contested":[],
             "host":{"restorations":{},"tables":[],"declined":["ip","ip6"],"contested":false}}
            """
        let status = try WatcherStatus(parsing: Array(text.utf8))
        let report = report { $0.host.watcher = status }
        #expect(report.status == 0, "what a person took away is no trouble by itself")
        #expect(
            report.text(Self.paint, diagram: false) == """
                healthy: nothing wrong with the host and 0 containers

                evenkeel-watch runs: it keeps 2 containers safe
                  it does not restore table ip evenkeel and table ip6 evenkeel, which somebody took away by name, until `evenkeel host apply`

                """)
        #expect(
            report.answer().json["watcher"]?.text() == #"{"pid":42,"kept":2,"dryRun":false,"declined":["ip","ip6"]}"#)
    }

    @Test func aHostThatCouldNotBeLookedAtIsNotHealthy() {
        let report = report { $0.missHost([Self.refusal]) }
        #expect(report.status == DoctorReport.couldNotLook)
        #expect(
            firstLine(report)
                == "could not look at all of the host (see the end); nothing wrong with what could be looked at")
        #expect(
            report.answer().json["verdict"]?.string == "unknown" && report.answer().json["complete"]?.boolean == false)
        #expect(report.answer().json["looked"]?["host"]?.boolean == false)
    }

    @Test func aContainerThatCouldNotBeLookedAtIsSaidFirst() {
        let namespace = ContainerNamespace(path: "/run/netns/netns-1", evidence: "podman")
        let report = report {
            $0.miss(namespace, Self.refusal)
            $0.host.forwardsIPv4 = true
        }
        #expect(report.status == DoctorReport.couldNotLook)
        #expect(firstLine(report)?.hasPrefix("could not look at 1 container (see the end); ") == true)
        #expect(report.answer().json["looked"]?["host"]?.boolean == true)
    }

    @Test func whatIsWrongIsStillToldByTheStatus() {
        let report = report { diagnosis in
            diagnosis.missHost([Self.refusal])
            diagnosis.host.evidence.conflicts = ["50-mine.conf line 1"]
            diagnosis.host.state.conntrack = ConntrackSnapshot(entries: 1, max: 100, buckets: 25)
        }
        #expect(report.status == 1)
        #expect(
            firstLine(report)
                == "could not look at all of the host (see the end); 1 warning with what could be looked at")
    }

    @Test func aContainerThatHasStoppedIsSaidFirst() {
        let report = report(absence: "web has stopped; waiting for it")
        #expect(report.status == DoctorReport.couldNotLook)
        #expect(firstLine(report) == "web has stopped; waiting for it; nothing wrong with the host")
        #expect(report.answer().json["error"]?.string == "web has stopped; waiting for it")
    }

    /// Containers of an internal network, and one that is on its own.
    @Test func whatIsWorthKnowingOfSeveralContainersIsToldOnce() throws {
        let internalOne = { (name: String) throws -> ContainerObservation in
            let link = Link(index: 2, name: "eth0")
            let address = InterfaceAddress(
                interface: 2, address: try #require(IPAddress("10.89.1.5")), prefixLength: 24, isGlobal: true,
                isPermanent: true)
            let place = ContainerNamespace(
                path: "/run/netns/\(name)", evidence: "podman", containers: [ContainerIdentity(id: name, name: name)])
            return ContainerObservation(place, NamespaceSnapshot(links: [link], addresses: [address]), plan: [])
        }
        let text = { (names: [String]) throws -> String in
            let observations = try names.map(internalOne)
            return self.report { $0.observations = observations }.text(Self.paint, diagram: false)
        }
        let shared = try text(["a", "b", "c", "d", "e"])
        #expect(shared.contains("\n\n5 containers: a, b, c, d and 1 more\n  information: no-default-route: no IPv4"))
        #expect(shared.split(separator: "information: ").count == 2, "\(shared)")
        #expect(try text(["a"]).contains("\na (/run/netns/a)\n  information: no-default-route: "))
    }

    /// As `--help` documents them.
    @Test func jsonHasTheSameKeysToTheLast() throws {
        let container = ContainerIdentity(id: "4f1c", engine: .podman, name: "web", pid: 7)
        let place = ContainerNamespace(path: "/run/netns/netns-1", evidence: "podman", containers: [container])
        let report = report {
            $0.missHost([Self.refusal])
            $0.observations = [ContainerObservation(place, NamespaceSnapshot(links: []), plan: [])]
        }
        let missed = try #require(report.answer().json["missed"]?.elements?.first)
        #expect(keys(missed) == ["what", "reason", "advice"])
        let looked = try #require(report.answer().json["looked"]?["containers"]?.elements?.first)
        #expect(keys(looked) == ["kind", "namespace", "engine", "containers"])
        let inside = try #require(looked["containers"]?.elements?.first)
        #expect(keys(inside) == ["id", "name", "engine", "pid"])
        #expect(inside["name"]?.string == "web" && inside["pid"]?.integer == 7)
    }

    private func keys(_ object: JSON) -> [String] {
        if case .object(let members) = object { members.map { $0.name } } else { [] }
    }
}
