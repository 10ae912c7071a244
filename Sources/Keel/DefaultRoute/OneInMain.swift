import LinuxSystem
import Netlink

// Modes `distinct` and `one`: one of the competing networks stays in main.

/// The changes to one family, in two parts: what is added first, and what is removed once that is there.
struct FamilyPlan {
    var additions: [Change] = []
    var removals: [Change] = []
}

extension DefaultRoutes {
    private typealias Demotion = (loser: Candidate, metric: UInt32)

    /// The changes that leave one of the competing networks in main. Main never lacks a default route, and none leads nowhere:
    /// first the tables, then the winner, then the rules, and only then the losers go.
    func planOneInMain() throws(KernelError) -> FamilyPlan {
        let tables = planTables()
        let rules = try planRules()
        var demoted: [Demotion] = []
        var plan = FamilyPlan(additions: tables.before, removals: rules.removals)
        plan.additions += planRestoration()
        plan.additions += rules.additions
        if let winner = selection.winner {
            for loser in selection.losers {
                if staysInMain(loser) {
                    // The routers of one network share one `ra_defrtr_metric`.
                    for change in demote(loser, behind: winner, besides: &demoted) {
                        _ = plan.removals.appendIfNew(change)
                    }
                } else if loser.isInMain {
                    plan.removals.append(remove(loser, keeping: winner))
                }
            }
            for candidate in departing { plan.removals.append(remove(candidate, keeping: winner)) }
        }
        plan.removals += tables.after
        plan.removals += planPreferences()
        return plan
    }

    /// Whether a loser is moved behind the winner instead of out of main: an advertised one, which would return with the next
    /// advertisement, one that no rule could lead to, and one without which its device would have no default.
    func staysInMain(_ loser: Candidate) -> Bool {
        guard let winner = selection.winner, loser.isInMain || selection.takenAway.isEmpty else { return false }
        return staysInMain(loser, behind: winner)
    }

    func staysInMain(_ loser: Candidate, behind winner: Candidate) -> Bool {
        loser.isAdvertised
            || policy.sourceRules
                && (!(loser.link.canBeGrouped && winner.link.canBeGrouped) || findsNothing(loser, behind: winner))
    }

    /// Whether a socket bound to the loser's device would find a default of main that leads nowhere. In IPv4 that ends its
    /// lookup, whatever the rules say, unless the device's own default stands before it.
    private func findsNothing(_ loser: Candidate, behind winner: Candidate) -> Bool {
        guard let deadEnd, loser.level.metric < deadEnd, winner.leg.metric < deadEnd else { return false }
        // There must be free metrics between them.
        return deadEnd - winner.leg.metric > UInt32(main.count + remembered.count) + 1
    }

    private var deadEnd: UInt32? {
        version == .v6 ? nil : foreign.filter { !$0.isUnicast }.map { $0.metric }.min()
    }

    /// Puts back into main what was set aside: the winner with its network's other routes, and standbys that have no better rival
    /// of their level any more.
    private func planRestoration() -> [Change] {
        guard let winner = selection.winner else { return [] }
        return ([winner] + selection.besideWinner + selection.standbys).filter { !$0.isInMain }.map { restored in
            Change(.defaultRoute, .restore, "\(restored.text) metric \(restored.leg.metric)", .addRoute(restored.leg))
        }
    }

    /// Moves a route to a metric behind the winner's. Each network gets one metric, since the next advertisement gives one to all
    /// advertised routes of an interface.
    private func demote(_ loser: Candidate, behind winner: Candidate, besides demoted: inout [Demotion]) -> [Change] {
        // A run that was cut off may have left it at both metrics.
        let twin = main.contains { $0.hop == loser.hop && $0.level > winner.level && $0 != loser }
        if twin { return [remove(loser, why: "it stands by at a worse metric")] }
        let isBeside = { (other: Demotion) in
            other.loser.link.index == loser.link.index && other.loser.level == loser.level
        }
        let metric = demoted.first(where: isBeside)?.metric ?? freeMetric(behind: winner, besides: demoted)
        demoted.append((loser, metric))
        return move(loser, to: metric, why: "stands by behind \(winner.place)")
    }

    private func freeMetric(behind winner: Candidate, besides demoted: [Demotion]) -> UInt32 {
        var metric = max(Ours.standbyMetric, winner.leg.metric) &+ 1
        if let deadEnd, metric >= deadEnd { metric = winner.leg.metric &+ 1 }
        while main.contains(where: { $0.leg.metric == metric }) || demoted.contains(where: { $0.metric == metric }) {
            metric &+= 1
        }
        return metric
    }

    /// Moves a route within main without a moment in which it is missing.
    ///
    /// A router's next advertisement sets its default again, so the interface gets the metric permanently, too
    /// (`ra_defrtr_metric`, Linux 5.12). The moved route keeps its lifetime, so that a withdrawn router's expires.
    func move(_ candidate: Candidate, to metric: UInt32, why: String) -> [Change] {
        var changes: [Change] = []
        if candidate.isAdvertised, let present = candidate.link.routerAdvertisementMetric, present != metric,
            let sysctl = Sysctl(family: "ipv6", interface: candidate.link.name, "ra_defrtr_metric")
        {
            changes.append(
                Change(
                    .defaultRoute, .set, "ra_defrtr_metric of \(candidate.link.name) to \(metric) (\(why))",
                    .set(sysctl, Int(metric))))
        }
        var moved = candidate.leg
        moved.metric = metric
        changes.append(
            Change(.defaultRoute, .add, "\(candidate.text) metric \(metric) (\(why))", .addRoute(moved)))
        if candidate.isInMain {
            changes.append(remove(candidate, why: "metric \(candidate.leg.metric); now at \(metric)"))
        }
        return changes
    }

    func remove(_ loser: Candidate, keeping winner: Candidate) -> Change {
        remove(loser, why: "kept: \(winner.place), metric \(winner.leg.metric)")
    }

    func remove(_ loser: Candidate, why: @autoclosure @escaping @Sendable () -> String) -> Change {
        Change(.defaultRoute, .remove, "\(loser.text) (\(why()))", .deleteRoute(loser.leg))
    }
}
