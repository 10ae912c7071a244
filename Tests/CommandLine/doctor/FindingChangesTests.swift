import Diagnosis
import Discovery
import Testing

@testable import evenkeel

@Suite struct FindingChangesTests {
    private static func container(_ path: String, id: String) -> Finding.Place {
        .container(ContainerNamespace(path: path, evidence: "podman", containers: [ContainerIdentity(id: id, pid: 7)]))
    }

    private static let web = container("/run/netns/netns-1", id: "web")

    private func finding(
        _ id: FindingID, _ severity: Finding.Severity = .error, at place: Finding.Place = web, summary: String = "",
        evidence: String = ""
    ) -> Finding {
        Finding(id, severity, at: place, summary, evidence: [evidence], consequence: "", remedy: "")
    }

    @Test func numbersThatGoOnAreNoChange() {
        let before = finding(.rpFilterStrict, evidence: "17 packets dropped so far")
        let after = finding(.rpFilterStrict, summary: "on 3 networks", evidence: "19 packets dropped so far")
        #expect(FindingChanges(from: [before], to: [after]).isEmpty)
    }

    @Test func whatIsGraverOrElsewhereHasComeAndGone() {
        let before = finding(.rpFilterStrict, .warning)
        for after in [finding(.rpFilterStrict), finding(.rpFilterStrict, .warning, at: .host), finding(.mtuMismatch)] {
            let changes = FindingChanges(from: [before], to: [after])
            #expect(changes.new == [after] && changes.gone == [before])
        }
    }

    @Test func aContainerIsKnownAgainByItsMountOrElseItsID() {
        let process = finding(.mtuMismatch, at: Self.container("/proc/7/ns/net", id: "db"))
        let another = finding(.mtuMismatch, at: Self.container("/proc/9/ns/net", id: "db"))
        #expect(FindingChanges(from: [process], to: [another]).isEmpty)
        let restarted = finding(.mtuMismatch, at: Self.container("/run/netns/netns-2", id: "web"))
        #expect(FindingChanges(from: [finding(.mtuMismatch)], to: [restarted]).new == [restarted])
    }

    @Test func ofSeveralOfOneNameTheOneThatReadsOtherwiseIsNew() {
        let bridge = { (name: String) in
            finding(.hostRPFilterStrict, .warning, at: .host, summary: "\(name) filters strictly")
        }
        let grown = FindingChanges(from: [bridge("br2")], to: [bridge("br1"), bridge("br2")])
        #expect(grown.new == [bridge("br1")] && grown.gone.isEmpty)
        let shrunk = FindingChanges(from: [bridge("br1"), bridge("br2")], to: [bridge("br2")])
        #expect(shrunk.new.isEmpty && shrunk.gone == [bridge("br1")])
    }
}
