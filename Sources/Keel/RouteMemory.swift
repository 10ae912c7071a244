import Netlink

extension Candidate {
    /// The copy that its interface's own table holds; one marked by our protocol number is never put back into main.
    ///
    /// No advertisement renews a copy, so one with a lifetime would run out while its router is well. A copy that stays too
    /// long does no harm: it is for packets from that network's addresses alone, and never goes back into main.
    func copy(marked isMarked: Bool) -> Route {
        var copy = leg
        copy.table = Ours.table(of: link.index)
        if isMarked { copy.protocol = Ours.routeProtocol }
        if leg.isFromRouterAdvertisement { (copy.lifetime, copy.metric) = (nil, Ours.standbyMetric) }
        return copy
    }
}

extension DefaultRoutes {
    /// In mode `ranked` main keeps them all, so what is missing there was taken away on purpose, whoever it was.
    private var isRanked: Bool { policy.mode == .ranked }

    /// The changes to our tables, in two parts: what must be there before main changes, and what may go after.
    func planTables(_ standing: Standing) -> (before: [Change], after: [Change]) {
        var wanted: [(candidate: Candidate, route: Route, isMark: Bool)] = []
        if !standing.isSettled {
            // A loser on the winner's own interface needs no copy: its addresses are the winner's, and it goes with it.
            let losers = standing.losers.filter { $0.link.index != standing.winner?.link.index }
            wanted += losers.map { ($0, $0.copy(marked: isRanked), false) }
            // An advertised default that is not in main has run out or was withdrawn; nobody took it away on purpose.
            let winner = standing.winner.flatMap { $0.leg.isFromRouterAdvertisement ? nil : $0 }
            wanted += ((winner.map { [$0] } ?? []) + standing.cut).map { ($0, $0.copy(marked: true), true) }
        }
        var before: [Change] = []
        var after: [Change] = []
        var obsolete = tableLegs.filter { leg in !wanted.contains { isSame($0.route, leg) } }
        for (candidate, route, isMark) in wanted where !tableLegs.contains(where: { isSame(route, $0) }) {
            let purpose = isMark ? "remembers that it won" : "for packets from its addresses"
            let object = "\(candidate.words) to table \(route.table) (\(purpose))"
            let addition = Change(.defaultRoute, .add, object, .addRoute(route))
            // A loser that becomes the winner keeps its table in use until main has its route.
            if isMark && tableLegs.contains(where: { $0.table == route.table }) {
                after.append(addition)
                continue
            }
            if obsolete.contains(where: { isInTheWay(of: route, $0) }) {
                before += obsolete.filter { $0.table == route.table }.map(forget)
                obsolete.removeAll { $0.table == route.table }
            }
            before.append(addition)
        }
        // Marks last: in IPv6 one would merge with what is still there, and be listed under that one's protocol.
        return (before, obsolete.map(forget) + after)
    }

    private func forget(_ leg: Route) -> Change {
        let words = Candidate.of(leg, snapshot.links, nil).first?.words ?? "default"
        return Change(.defaultRoute, .remove, "\(words) from table \(leg.table)", .deleteRoute(leg))
    }

    /// Whether a table holds what it should. Lifetimes run down by themselves.
    private func isSame(_ wanted: Route, _ held: Route) -> Bool {
        // Most are of different tables, and a route is dear to copy.
        guard wanted.table == held.table else { return false }
        guard wanted.lifetime != nil && held.lifetime != nil else { return wanted == held }
        var expected = wanted
        expected.lifetime = held.lifetime
        return expected == held
    }

    /// The kernel takes a route that differs in its protocol or lifetime alone for the same one, and in IPv6 merges those of
    /// one metric under the protocol of the first.
    private func isInTheWay(of wanted: Route, _ held: Route) -> Bool {
        wanted.table == held.table && wanted.metric == held.metric
            && (version == .v6 || wanted.nextHops == held.nextHops)
    }
}
