import LinuxSystem
import Netlink

// The first remedy: of several default routes of a family one stays in main, and beside it source rules let the networks
// that lost go on. Each candidate is copied into its interface's own table; a winner's copy carries our protocol number.
// The tables are the memory, too: the kernel empties the one of an interface that is gone.

/// The default routes of one family in one namespace, and who should have main.
struct DefaultRoutes {
    let version: IPVersion
    let snapshot: NamespaceSnapshot
    let policy: Policy.DefaultRoute
    let preferences: Preferences
    /// The index of an interface that is about to go, which counts as gone.
    let leaving: UInt32?
    /// In main, on interfaces that stay.
    let main: [Candidate]
    /// In main, on the interface that is about to go, or of a network that others route.
    let departing: [Candidate]
    /// Losers of an earlier run, on interfaces that stay and have no default in main by now. An advertised one never left
    /// main, so what is not there any more is not to be put back.
    let remembered: [Candidate]
    /// What our tables hold now, leg by leg.
    let tableLegs: [Route]
    /// Winners of an earlier run whose interface is there and whose default is not in main: taken away on purpose.
    let cut: [Candidate]
    /// Who wins and who loses by all that.
    private(set) var standing = Standing(losers: [])

    init(_ version: IPVersion, _ snapshot: NamespaceSnapshot, _ policy: Policy.DefaultRoute, leaving: UInt32?) {
        self.version = version
        self.snapshot = snapshot
        self.policy = policy
        self.leaving = leaving
        let preferences = Preferences(version, snapshot, policy)
        self.preferences = preferences
        let all = snapshot.routes.filter { $0.version == version }
            .flatMap { Candidate.of($0, snapshot.links, preferences) }
        let inMain = all.filter { $0.isInMain }
        let isTheirs = snapshot.isRoutedByOthers
        main = inMain.filter { $0.link.index != leaving && !isTheirs($0) }
        departing = inMain.filter { $0.link.index == leaving || isTheirs($0) }
        let inTables = all.filter { $0.listed.table == Ours.table(of: $0.link.index) }
        tableLegs = inTables.map { candidate in
            var leg = candidate.leg
            leg.table = candidate.listed.table
            return leg
        }
        let superseded = inMain.map { $0.link.index }
        let memory = inTables.filter { !superseded.contains($0.link.index) && !isTheirs($0) }
        remembered = memory.filter { candidate in
            candidate.leg.protocol != Ours.routeProtocol && !candidate.leg.isFromRouterAdvertisement
                && candidate.link.index != leaving
        }
        cut = memory.filter { $0.leg.protocol == Ours.routeProtocol }
        standing = judged
    }
}

extension DefaultRoutes {
    /// Who wins and who loses.
    struct Standing {
        /// Nil where main has no default route and is not to get one.
        var winner: Candidate?
        /// Other routers of the winner's network, which stay with it; best first.
        var besideWinner: [Candidate] = []
        /// Best first.
        var losers: [Candidate]
        /// Whose default was taken away on purpose; kept in mind, and out of main.
        var cut: [Candidate] = []

        /// With no other network to choose from there is nothing to remember either.
        var isSettled: Bool { losers.allSatisfy { $0.link.index == winner?.link.index } }
    }

    private var judged: Standing {
        let remaining = cut.filter { candidate in !isLeaving(candidate) }
        if main.isEmpty {
            let ranked = remembered.bestFirst
            if !remaining.isEmpty { return Standing(winner: nil, losers: ranked, cut: remaining) }
            guard let best = ranked.first else { return Standing(winner: nil, losers: []) }
            return cut.isEmpty ? standing(of: best, Array(ranked.dropFirst())) : standing(cutting: best, ranked)
        }
        // What an earlier run put aside competes only where main is as we left it. Where a default was taken away on
        // purpose, putting another in its place would undo that.
        let competing = cut.isEmpty ? main + remembered : main
        guard let winner = competing.min(by: Candidate.isBetter) else { return Standing(winner: nil, losers: []) }
        var standing = standing(of: winner, (main + remembered).filter { $0 != winner }.bestFirst)
        standing.cut = remaining
        return standing
    }

    private func standing(of winner: Candidate, _ others: [Candidate]) -> Standing {
        var standing = Standing(winner: winner, losers: [])
        for other in others {
            if other.isBeside(winner) && other.standsAlone {
                standing.besideWinner.append(other)
            } else {
                standing.losers.append(other)
            }
        }
        return standing
    }

    /// The network whose default somebody took away goes. Main stays without one all the same, so the next best is remembered
    /// as cut in its place, with all its routers: in IPv6 what is marked would merge with what is not.
    private func standing(cutting next: Candidate, _ ranked: [Candidate]) -> Standing {
        var standing = Standing(winner: nil, losers: [])
        for candidate in ranked {
            if candidate.link.index == next.link.index {
                standing.cut.append(candidate)
            } else {
                standing.losers.append(candidate)
            }
        }
        return standing
    }

    private func isLeaving(_ candidate: Candidate) -> Bool { candidate.link.index == leaving }

    /// The changes that bring mode `one` about. At no moment is main without a default route, and none leads nowhere:
    /// tables, then the winner, then rules, and only then the losers go.
    func planOne() throws(KernelError) -> [Change] {
        let standing = standing
        let tables = planTables(standing)
        let rules = try planRules(standing)
        return tables.before + planWinner(standing) + rules + planLosers(standing) + tables.after
            + planPreferences(standing)
    }

    /// Puts the winner into main: one that was remembered, or the leg of a route that can only be deleted whole.
    func planWinner(_ standing: Standing) -> [Change] {
        guard let winner = standing.winner else { return [] }
        if !winner.isInMain {
            return ([winner] + standing.besideWinner).map { restored in
                Change(
                    .defaultRoute, .restore, "\(restored.words) metric \(restored.leg.metric)", .addRoute(restored.leg))
            }
        }
        let going = (standing.losers + departing).filter { $0.isInMain && !$0.isDeletableLeg }.map { $0.listed }
        if winner.isDeletableLeg { return going.contains { wouldTake(winner, for: $0) } ? moveBehind(winner) : [] }
        guard going.contains(winner.listed) else { return [] }
        let object = "\(winner.words) as a route of its own (it was one leg of several)"
        return [Change(.defaultRoute, .add, object, .addRoute(winner.leg))]
    }

    /// Whether the kernel, asked to delete a multipath route, would delete the winner: it takes the first route of that
    /// metric whose legs match as far as they go (`fib_nh_match` of net/ipv4/fib_semantics.c).
    private func wouldTake(_ winner: Candidate, for multipath: Route) -> Bool {
        guard winner.leg.metric == multipath.metric, winner.leg.protocol == multipath.protocol,
            winner.hop.interface == multipath.nextHops.first?.interface,
            winner.hop.gateway == multipath.nextHops.first?.gateway,
            let own = snapshot.routes.firstIndex(of: winner.listed),
            let other = snapshot.routes.firstIndex(of: multipath)
        else { return false }
        return own < other
    }

    /// Main keeps the multipath route meanwhile.
    private func moveBehind(_ winner: Candidate) -> [Change] {
        let why = "the kernel would take it for the route of several legs"
        return [
            remove(winner, why: why),
            Change(.defaultRoute, .add, "\(winner.words) again, behind that route", .addRoute(winner.leg)),
        ]
    }

    /// Takes the losers, and what is about to go, out of main.
    private func planLosers(_ standing: Standing) -> [Change] {
        let losers = standing.losers.filter { $0.isInMain } + departing
        guard let winner = standing.winner, !losers.isEmpty else { return [] }
        let kept = "kept: \(winner.place), metric \(winner.leg.metric)"
        var taken = main
        var changes: [Change] = []
        var deletedWhole: [Route] = []
        for loser in losers {
            if loser.leg.isFromRouterAdvertisement && !departing.contains(loser) {
                guard !loser.standsBy(winner) else { continue }
                // A run that was cut off may have left it at both its metrics.
                let stands = main.contains { $0.hop == loser.hop && $0.standsBy(winner) }
                changes += stands ? [remove(loser, why: kept)] : demote(loser, behind: winner, taken: &taken)
            } else if loser.isDeletableLeg {
                changes.append(remove(loser, why: kept))
            } else if deletedWhole.appendIfNew(loser.listed) {
                let object = "default route of \(loser.listed.nextHops.count) legs (\(kept))"
                changes.append(Change(.defaultRoute, .remove, object, .deleteRoute(loser.listed)))
            }
        }
        return changes
    }

    /// Moves a route to a metric of its own behind the winner's.
    ///
    /// A router's next advertisement brings its default back, so that one also gets the metric for good
    /// (`ra_defrtr_metric`, Linux 5.12), and keeps the lifetime that a withdrawn router lets run out.
    func demote(_ loser: Candidate, behind winner: Candidate, taken: inout [Candidate]) -> [Change] {
        var metric = max(Ours.standbyMetric, winner.leg.metric) &+ 1
        while !taken.take(loser.at(metric: metric)) { metric &+= 1 }
        var changes: [Change] = []
        let isSet = taken.contains { $0.leg.isFromRouterAdvertisement && $0.isBeside(loser) && $0.leg.metric == metric }
        if loser.leg.isFromRouterAdvertisement, !isSet, loser.link.routerAdvertisementMetric != nil,
            let sysctl = Sysctl(family: "ipv6", interface: loser.link.name, "ra_defrtr_metric")
        {
            let object = "ra_defrtr_metric of \(printable(loser.link.name)) to \(metric) (behind \(winner.place))"
            changes.append(Change(.defaultRoute, .set, object, .set(sysctl, Int(metric))))
        }
        var standby = loser.leg
        standby.metric = metric
        let object = "\(loser.words) metric \(metric) (stands by behind \(winner.place))"
        changes.append(Change(.defaultRoute, .add, object, .addRoute(standby)))
        if loser.isInMain && loser.isDeletableLeg {
            changes.append(remove(loser, why: "metric \(loser.leg.metric); now at \(metric)"))
        }
        return changes
    }

    func remove(_ loser: Candidate, why: String) -> Change {
        Change(.defaultRoute, .remove, "\(loser.words) (\(why))", .deleteRoute(loser.leg))
    }
}
