import Diagnosis
import ForeignRules
import HostCare
import Keel
import LinuxSystem

/// What `evenkeel host status` found.
struct HostReport {
    enum Verdict: String, CaseIterable {
        case asPolicy = "as-policy"
        case differs
        case unknown
    }

    let policy: Policy
    let state: HostState
    let plan: HostPlan
    let evidence: HostEvidence
    /// What could not be looked at.
    let failures: [KernelError]

    var errors: [String] { failures.map { Failure($0).description } }

    /// Information beside the changes.
    var notes: [String] {
        let timeout = IdleTimeout(policy.conntrack, present: state.conntrack?.tcpEstablishedTimeout)
        return plan.notes + (timeout.map { [$0.note] } ?? [])
    }

    /// Whether the table has reached the policy's `warnAt`.
    var isNearlyFull: Bool { state.conntrack?.fill.reaches(policy.conntrack.warnAt) ?? false }

    var verdict: Verdict {
        if !plan.changes.isEmpty || isNearlyFull { return .differs }
        return failures.isEmpty ? .asPolicy : .unknown
    }

    /// What the kernel counted, what each count means, and what to do about it.
    var troubles: [Trouble] {
        guard let statistics = evidence.statistics else { return [] }
        return [
            Trouble(
                name: "drop", count: statistics.drop,
                meaning:
                    "packets of new flows, dropped because the table was full: programs got \"Operation not permitted\", "
                    + "or no answer",
                remedy:
                    "a larger table (`evenkeel host apply`), shorter timeouts (\"tcpEstablishedTimeout\" in the policy)"
            ),
            Trouble(
                name: "early_drop", count: statistics.earlyDrop,
                meaning: "unanswered flows, removed to make room for others",
                remedy: "the same; if it continues, `evenkeel host top` shows who fills the table"),
            Trouble(
                name: "insert_failed", count: statistics.insertFailed,
                meaning:
                    "packets lost because two of one new flow raced, as a resolver's A and AAAA questions do, or because "
                    + "no free port was left to translate to",
                remedy: "a few are normal; many to port 53: a resolver on the host, or `options single-request-reopen`"),
            Trouble(
                name: "search_restart", count: statistics.searchRestart,
                meaning: "look-ups restarted because the hash table changed during them",
                remedy: "if many: more buckets (`evenkeel host apply` makes a quarter of the limit)"),
        ]
    }

    struct Trouble {
        /// The column of /proc/net/stat/nf_conntrack.
        let name: String
        let count: Int
        let meaning: String
        let remedy: String
    }
}
