import LinuxSystem
import Netlink

extension DefaultRoutes {
    /// The changes that bring mode `ranked` about: nobody leaves main, but each loser has a worse metric of its own, so the
    /// kernel neither alternates nor merges, and falls back by itself when an interface goes.
    func planRanked() throws(KernelError) -> [Change] {
        let standing = standing
        guard let winner = standing.winner else { return try planOne() }
        var taken = [winner] + standing.besideWinner
        let inPlace = standing.losers.filter { $0.standsBy(winner) && taken.take($0) }
        var ranked = standing
        var moves: [Change] = []
        ranked.losers = standing.losers.compactMap { loser in
            if inPlace.contains(loser) { return loser }
            // A run that was cut off may have left a route at both its metrics.
            if inPlace.contains(where: { $0.hop == loser.hop }) {
                if loser.isDeletableLeg { moves.append(remove(loser, why: "it stands by at a worse metric")) }
                return nil
            }
            moves += demote(loser, behind: winner, taken: &taken)
            return loser.at(metric: moves.lastAddedMetric ?? loser.leg.metric)
        }
        let multipaths = standing.losers.filter { $0.isInMain && !$0.isDeletableLeg }.map { $0.listed }.unique
        moves += multipaths.map { route in
            let object = "default route of \(route.nextHops.count) legs (each stands alone now)"
            return Change(.defaultRoute, .remove, object, .deleteRoute(route))
        }
        // Nothing is put aside, so nothing need be remembered beyond what the rules look up.
        var remembered = ranked
        remembered.winner = nil
        remembered.cut = []
        remembered.losers.removeAll { $0.link.index == winner.link.index }
        if !policy.sourceRules { remembered.losers = [] }
        let tables = planTables(remembered)
        return tables.before + planWinner(standing) + (try planRules(policy.sourceRules ? ranked : remembered)) + moves
            + tables.after + planPreferences(standing)
    }
}

extension Candidate {
    /// Whether it is in main at a worse metric than the winner's.
    func standsBy(_ winner: Candidate) -> Bool { isInMain && isDeletableLeg && leg.metric > winner.leg.metric }

    func at(metric: UInt32) -> Candidate {
        var moved = leg
        moved.metric = metric
        return Candidate(link: link, listed: listed, leg: moved, preference: preference)
    }
}

extension [Candidate] {
    /// Adds one unless its metric is somebody else's; routers of one network share theirs.
    mutating func take(_ candidate: Candidate) -> Bool {
        if contains(where: { $0.leg.metric == candidate.leg.metric && !$0.isBeside(candidate) }) { return false }
        append(candidate)
        return true
    }
}

extension [Change] {
    /// The metric of the route that was added last.
    fileprivate var lastAddedMetric: UInt32? {
        for change in reversed() {
            if case .addRoute(let route) = change.action { return route.metric }
        }
        return nil
    }
}
