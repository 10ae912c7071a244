import LinuxSystem
import Netlink

// The tables of the networks' interfaces. The protocol of a route there tells its role. The engine's own protocol: set aside, to
// be put back when its turn comes. 69: a winner's, never put back. 70: the copy of one that is in main as well. 71: one that its engine
// told of and that never was in main.

extension DefaultRoutes {
    private enum Role {
        /// Removed from main, to be put back when the winner goes.
        case setAside
        /// Also in main; the copy serves the rules alone.
        case standby
        /// Also in main; the copy keeps its level from before it was ranked.
        case ranked
        /// Marks the network as the winner.
        case winner
        /// By a gateway that was learnt from an engine.
        case learnt(String)

        var isWinner: Bool { if case .winner = self { true } else { false } }
    }

    /// A class for the reason that `Candidate` is one.
    private final class Copy: Sendable {
        let candidate: Candidate
        let role: Role
        let route: Route

        /// No advertisement renews a copy, so with a lifetime it would expire while its router is well. A copy that stays too
        /// long does no harm: it serves that network's packets alone, and never returns to main.
        ///
        /// An IPv6 leg that merged with another outlives its address, as when its link flaps. The kernel would not take its copy, as
        /// it would not take the leg, unless it is told that the gateway is on the link.
        init(_ candidate: Candidate, _ role: Role, isCutOff: Bool) {
            self.candidate = candidate
            self.role = role
            var route = candidate.leg
            if isCutOff { route.nextHops[0].isOnLink = true }
            route.table = Ours.table(of: candidate.link.index)
            switch role {
            case .standby, .ranked:
                route.metric = candidate.level.metric
                route.protocol = Ours.standbyProtocol
            case .winner: route.protocol = Ours.routeProtocol
            case .setAside, .learnt: break
            }
            if candidate.isAdvertised {
                route.protocol = candidate.leg.protocol
                route.lifetime = nil
                if case .ranked = role {} else { route.metric = Ours.standbyMetric }
            }
            self.route = route
        }

        var addition: Change {
            if case .learnt(let source) = role {
                let line = "\(candidate.text) to table \(route.table) (\(source))"
                return Change(.defaultRoute, .learn, line, .addRoute(route))
            }
            return Change(.defaultRoute, .add, self.text, .addRoute(route))
        }

        private var text: String {
            let purpose = role.isWinner ? "remembers that it won" : "for its addresses and its device"
            return "\(candidate.text) to table \(route.table) (\(purpose))"
        }
    }

    private func copy(_ candidate: Candidate, _ role: Role) -> Copy {
        Copy(candidate, role, isCutOff: version == .v6 && snapshot.isCutOff(candidate.hop))
    }

    /// The content that our tables should have.
    private var wantedCopies: [Copy] {
        var copies: [Copy] = []
        if isRanked {
            copies = ranks.map { copy($0.candidate, .ranked) }
            // Routes that are set aside and have no rank stay set aside.
            for other in selection.besideWinner + selection.others where !other.isInMain {
                if !copies.contains(where: { $0.candidate === other }) {
                    copies.append(copy(other, .setAside))
                }
            }
        } else {
            for loser in selection.losers where !staysInMain(loser) {
                copies.append(copy(loser, .setAside))
            }
            // An advertised default that is missing in main expired or was withdrawn; nobody removed it on purpose.
            if let winner = selection.winner, !winner.isAdvertised, !copies.isEmpty {
                copies.append(copy(winner, .winner))
            }
        }
        // A standby is in main, or returns there.
        for other in selection.others where ruledNetworks.contains(other.link.index) {
            guard other.isInMain || selection.standbys.contains(other) else { continue }
            if !copies.contains(where: { $0.candidate === other }) {
                copies.append(copy(other, .standby))
            }
        }
        copies += selection.takenAway.map { copy($0, .winner) }
        for each in learnt { copies.append(copy(each.candidate, .learnt(each.source))) }
        return copies
    }

    /// The changes to our tables, in two parts: what must be there before main changes, and what may go afterwards.
    func planTables() -> (before: [Change], after: [Change]) {
        switch selection.obstacle {
        case .unknownGateways?: return ([], [])
        case .foreignDefault?:
            // Makes nothing new and keeps what is there, except what an older version made of tunnels.
            return ([], tableLegs.filter { !isKeptBehindForeign($0.route) }.map(forget))
        case nil: break
        }
        let wanted = wantedCopies
        var before: [Change] = []
        var after: [Change] = []
        var obsolete = tableLegs.filter { leg in !wanted.contains { isSame($0.route, leg.route) } }
        for copy in wanted where !tableLegs.contains(where: { isSame(copy.route, $0.route) }) {
            // If a loser becomes the winner, its table stays in use until main has its route.
            if copy.role.isWinner && tableLegs.contains(where: { $0.route.table == copy.route.table }) {
                after.append(copy.addition)
                continue
            }
            if obsolete.contains(where: { isInTheWay(of: copy.route, $0.route) }) {
                before += obsolete.filter { $0.route.table == copy.route.table }.map(forget)
                obsolete.removeAll { $0.route.table == copy.route.table }
            }
            before.append(copy.addition)
        }
        // Winners' marks come last: in IPv6 a mark would merge with what is still there, and be listed under its protocol.
        return (before, obsolete.map(forget) + after)
    }

    private func isKeptBehindForeign(_ leg: Route) -> Bool {
        guard let link = snapshot.link(leg.nextHops[0].interface) else { return false }
        let isRestored = selection.winner.map { winner in !winner.isInMain && winner.link.index == link.index } ?? false
        return link.isNetwork && !isRestored
    }

    @inline(never)
    private func forget(_ held: TableLeg) -> Change {
        let name = snapshot.link(held.route.nextHops[0].interface)?.name ?? "?"
        return Change(.defaultRoute, .remove, held.text(of: name), .deleteRoute(held.route))
    }

    /// Whether a table's route is the wanted one. Lifetimes run down, and in a copy for the rules alone the metric is free.
    private func isSame(_ wanted: Route, _ held: Route) -> Bool {
        // Most are of different tables, and copying a route is expensive.
        guard wanted.table == held.table else { return false }
        let isForRules = wanted.protocol == Ours.standbyProtocol && !isRanked
        let mayDiffer =
            isForRules || (wanted.lifetime != nil && held.lifetime != nil)
            || wanted.nextHops[0].isOnLink != held.nextHops[0].isOnLink
        guard mayDiffer else { return wanted == held }
        var expected = wanted
        expected.lifetime = held.lifetime
        // What the kernel took while the gateway's prefix was there leads alike without it.
        expected.nextHops[0].isOnLink = held.nextHops[0].isOnLink
        if isForRules { expected.metric = held.metric }
        return expected == held
    }

    /// In IPv6 the kernel identifies routes that differ only in protocol or lifetime, and merges those of one metric under the
    /// protocol of the first. A winner's mark must not stand beside a loser's copy either: if this run were cut off, the next
    /// would conclude that the default was removed on purpose. No rule leads to a winner's table.
    private func isInTheWay(of wanted: Route, _ held: Route) -> Bool {
        (version == .v6 || held.protocol == Ours.routeProtocol || held.protocol == Ours.learntProtocol)
            && wanted.table == held.table
            && wanted.metric == held.metric
    }
}
