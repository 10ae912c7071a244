import Diagnosis
import HostCare
import Keel
import LinuxSystem
import Metrics

/// One look at the host and its containers, as numbers.
struct MetricsLook {
    /// Nil if nothing could be looked at.
    private let diagnosis: Diagnosis?
    private let holders: HeaviestHolders?
    /// What could not be seen.
    let problems: [String]
    private let endTime: Int
    private let milliseconds: UInt64

    /// Looks, by the policy document at this path or by the host's own.
    init(_ policy: String?) {
        let start = Clock.now
        var problems: [String] = []
        do throws(Failure) {
            let found = try Self.examine(policy)
            problems = found.missed.map { "\($0.what): \($0.reason)" + ($0.advice.map { "; \($0)" } ?? "") }
            diagnosis = found
        } catch {
            problems.append(error.description)
            diagnosis = nil
        }
        do throws(KernelError) { holders = try HeaviestHolders() } catch {
            problems.append(Failure(error).description)
            holders = nil
        }
        self.problems = problems
        endTime = Timestamp.seconds
        milliseconds = (Clock.now - start) / 1_000_000
    }

    var isComplete: Bool { problems.isEmpty }

    private static func examine(_ path: String?) throws(Failure) -> Diagnosis {
        let policy = try HostPolicy.named(path, isOnlyLooking: true)
        do throws(KernelError) {
            var examination = try Examination(policy, from: path)
            return examination.diagnose(try .all()) { _ in }
        } catch { throw Failure(error) }
    }

    /// The metrics, but for families that somebody else has.
    func text(without others: Set<String>) -> String {
        var text = Exposition(.prometheus)
        if !others.contains(Exposition.versionName) { text.addVersion(Product.version) }
        addLook(&text)
        guard let diagnosis else { return text.result }
        add(diagnosis.findings(), &text)
        add(diagnosis.summaries, missed: diagnosis.missedContainers, &text)
        text.gauge(
            "evenkeel_watch_up", "Whether the watcher answers.", nil, [("", diagnosis.host.watcher == nil ? "0" : "1")])
        if let table = diagnosis.host.state.conntrack, !others.contains(Exposition.entriesName) {
            text.addConntrack(entries: table.entries, limit: table.max)
        }
        holders?.add(to: &text)
        if diagnosis.host.snapshot != nil, !others.contains(Exposition.droppedName) {
            text.addDropped(Self.dropped(diagnosis.host.evidence))
        }
        return text.result
    }

    private func addLook(_ text: inout Exposition) {
        text.gauge(
            "evenkeel_look_timestamp_seconds", "When the last look ended, in seconds since 1970.", nil,
            [("", "\(endTime)")])
        text.gauge(
            "evenkeel_look_duration_seconds", "How long the last look took.", nil,
            [("", Exposition.decimal(millionths: milliseconds * 1000))])
        text.gauge(
            "evenkeel_look_complete", "Whether the last look saw everything.", nil, [("", isComplete ? "1" : "0")])
    }

    /// Each finding there may be has a number, so that none and unknown are told apart.
    private func add(_ findings: [Finding], _ text: inout Exposition) {
        text.gauge(
            "evenkeel_findings", "What the doctor finds: evenkeel explain tells of each id.",
            FindingID.allCases.flatMap { id in
                Finding.Severity.allCases.map { severity in
                    let count = findings.count { $0.id == id && $0.severity == severity }
                    return ([("id", id.rawValue), ("severity", severity.rawValue)], "\(count)")
                }
            })
    }

    private func add(_ containers: [ContainerSummary], missed: Int, _ text: inout Exposition) {
        text.gauge(
            "evenkeel_containers", "Containers' network namespaces, by what evenkeel status says of them.",
            "state",
            ContainerSummary.State.allCases.map { state in
                (state.rawValue, "\(containers.count { $0.state == state })")
            })
        text.gauge(
            "evenkeel_containers_missed", "Containers that the last look could not look at, at least.", nil,
            [("", "\(missed)")])
    }

    private static func dropped(_ evidence: HostEvidence) -> [Exposition.Dropped] {
        [(false, evidence.ipv4Rules), (true, evidence.ipv6Rules)].flatMap { inIPv6, rules in
            rules.compactMap { rule in
                rule.counter.map { .init(inIPv6: inIPv6, chain: rule.chain, packets: $0.packets) }
            }
        }
    }
}
