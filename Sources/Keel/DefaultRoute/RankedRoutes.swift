import LinuxSystem
import Netlink

// Mode `ranked`: no route leaves main, but each network has a metric of its own. So the kernel neither alternates nor merges, and
// falls back by itself when an interface goes.

extension DefaultRoutes {
    /// The changes for mode `ranked`.
    func planRanked() throws(KernelError) -> FamilyPlan {
        guard isRanked else { return try planOneInMain() }
        let tables = planTables()
        let rules = try planRules()
        var plan = FamilyPlan(additions: tables.before + rules.additions, removals: rules.removals)
        let ranks = ranks
        // Routes that move back make room first, the last of them before the others. Then those that move forward take it.
        let back = ranks.reversed().filter { $0.candidate.isInMain && $0.candidate.leg.metric < $0.metric }
        let forward = ranks.filter { !$0.candidate.isInMain || $0.candidate.leg.metric > $0.metric }
        for (candidate, metric) in back + forward {
            if isTwin(candidate, at: metric) {
                plan.removals.append(remove(candidate, why: "it stands at metric \(metric)"))
            } else {
                for change in move(candidate, to: metric, why: "a metric of its own") {
                    _ = plan.removals.appendIfNew(change)
                }
            }
        }
        if let winner = selection.winner {
            for candidate in departing { plan.removals.append(remove(candidate, keeping: winner)) }
        }
        plan.removals += tables.after + planPreferences()
        return plan
    }

    /// Whether there is something to rank. Not if somebody else's default has a metric among the ranks or below: the winner
    /// precedes it now, and would follow it there. Then one stays in main as in mode `distinct`.
    var isRanked: Bool {
        guard policy.mode == .ranked, selection.winner != nil, selection.obstacle == nil else { return false }
        let last = Ours.firstRank + UInt32(selection.others.count)
        return !selection.others.isEmpty && foreign.allSatisfy { $0.metric > last }
    }

    /// Each network's best routes, with the metric that they should have. Routers of one network share theirs. Empty if no
    /// networks are to be told apart. Routes behind somebody else's default are left out.
    var ranks: [(candidate: Candidate, metric: UInt32)] {
        guard let winner = selection.winner, isRanked else { return [] }
        let foreign = self.foreign.map { Level($0) }.min()
        let all = [winner] + selection.besideWinner + sorted(selection.others)
        var networks: [(link: UInt32, level: Level)] = []
        var ranks: [(candidate: Candidate, metric: UInt32)] = []
        for candidate in all where foreign.map({ candidate.level < $0 }) ?? true {
            let place = networks.firstIndex { $0.link == candidate.link.index } ?? networks.count
            if place == networks.count {
                if networks.count == Ours.ranks.count { continue }
                networks.append((candidate.link.index, candidate.level))
            }
            guard networks[place].level == candidate.level else { continue }
            ranks.append((candidate, Ours.firstRank + UInt32(place)))
        }
        return ranks
    }

    /// Whether a run that was cut off has left the same route at its new metric.
    private func isTwin(_ candidate: Candidate, at metric: UInt32) -> Bool {
        candidate.isInMain && main.contains { $0.hop == candidate.hop && $0.leg.metric == metric }
    }
}
