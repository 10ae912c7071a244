import Keel

// The connection tracking table: room for new connections, and others who change its size.

extension HostObservation {
    func conntrackFindings(_ policy: Policy) -> [Finding] {
        guard let table = state.conntrack else { return [] }
        return fullness(table.fill, policy) + drops(table.fill) + conflicts + idleTimeoutFindings(policy)
    }

    /// Full or nearly full. The remedy is the plan's larger table, or a person's decision if the plan has none.
    private func fullness(_ fill: ConntrackFill, _ policy: Policy) -> [Finding] {
        guard fill.isFull || fill.reaches(policy.conntrack.warnAt) else { return [] }
        let consequence =
            "new connections of the host fail with \"Operation not permitted\", those of containers time out, name look-ups "
            + "first; existing connections go on"
        let isFull = fill.isFull
        return [
            Finding(
                isFull ? .conntrackFull : .conntrackNearFull, isFull ? .error : .warning, at: .host,
                isFull ? "the connection tracking table is full" : "the connection tracking table is nearly full",
                evidence: [fill.text] + changes + kernelLog,
                consequence: isFull ? consequence : "once it is full: \(consequence)",
                remedy: isCurable ? apply : "sudo evenkeel host top (and a larger conntrack.max in the policy)")
        ]
    }

    /// Only if the counters rise now, or the table is smaller than it should be: totals since boot alone say little.
    private func drops(_ fill: ConntrackFill) -> [Finding] {
        guard let statistics = evidence.statistics, statistics.drops > 0, !fill.isFull else { return [] }
        let rise = dropsDuringLook ?? 0
        guard rise > 0 || isCurable else { return [] }
        return [
            Finding(
                .conntrackDrops, rise > 0 ? .error : .warning, at: .host,
                "connections were dropped because the table was full",
                evidence: [
                    "\(statistics.drop) packets dropped, \(statistics.earlyDrop) flows evicted early, since the host started"
                        + (rise > 0 ? "; \(rise) more during this diagnosis" : ""), fill.text,
                ] + changes + kernelLog,
                consequence: "new connections failed now and then, while many were open, and will again",
                remedy: isCurable ? apply : "sudo evenkeel host top (and a larger conntrack.max in the policy)")
        ]
    }

    private var conflicts: [Finding] {
        guard !evidence.conflicts.isEmpty else { return [] }
        return [
            Finding(
                .conntrackLimitConflict, .warning, at: .host,
                "somebody else sets the connection tracking table's size or timeouts", evidence: evidence.conflicts,
                consequence:
                    "the policy's values hold only until the next boot, or until the other sets its own again",
                remedy: "(change them where the lines above say)")
        ]
    }

    private var isCurable: Bool { !plan.conntrack.isEmpty }

    private var changes: [String] { plan.conntrack.map { "evenkeel \($0.proposed)" } }

    private var kernelLog: [String] {
        let records = (evidence.tableFull ?? []).filter { !$0.isOfAnotherNamespace }
        guard let last = records.last else { return [] }
        return ["the kernel's log, \(records.count) times, last: \(last.text)"]
    }
}
