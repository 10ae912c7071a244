import LinuxSystem
import Netlink

// The first remedy. If the kernel cannot tell several networks' default routes apart, one stays in main. Each other is copied
// into its interface's own table. Rules lead packets from that network's addresses, or bound to its device, to that table. The
// tables are the memory, too: the kernel empties the table of an interface that is gone.

/// The default routes of one family in one namespace, sorted by owner. A class for the reason that `Candidate` is one.
final class DefaultRoutes {
    let version: IPVersion
    let snapshot: NamespaceSnapshot
    let policy: Policy.DefaultRoute
    let preferences: Preferences
    /// The index of an interface that is about to go. It counts as gone.
    let leaving: UInt32?
    /// The defaults of networks in main, on interfaces that stay.
    private(set) var main: [Candidate] = []
    /// The defaults of networks in main, on the interface that is about to go, or of a network that others route.
    private(set) var departing: [Candidate] = []
    /// The other defaults in main, which are never touched: of tunnels, routing daemons, multipath routes, and those that lead
    /// nowhere.
    private(set) var foreign: [Route] = []
    /// Losers of an earlier run, on interfaces that stay and have no default in main now. Advertised ones are not among them:
    /// they never left main, so one that is missing there must not be put back.
    private(set) var remembered: [Candidate] = []
    /// The legs that our tables hold now.
    private(set) var tableLegs: [TableLeg] = []
    /// Winners of an earlier run whose interface exists but whose default left main: somebody removed it on purpose.
    private(set) var takenAway: [Candidate] = []
    /// Routes by learnt gateways, as our tables hold them now.
    private(set) var heldLearnt: [Candidate] = []
    /// Those that the tables should hold, and the rules lead to. None ever wins, is ranked, or enters main.
    private(set) var learnt: [LearntRoute] = []
    /// Which of them wins and which lose.
    private(set) var selection = Selection()
    /// The networks to whose tables rules lead, by their interfaces' indexes: all but the winner's whose gateway answers, and those whose
    /// gateway was learnt.
    private(set) var ruledNetworks: [UInt32] = []

    init(_ version: IPVersion, _ snapshot: NamespaceSnapshot, _ policy: Policy.DefaultRoute, leaving: UInt32?) {
        self.version = version
        self.snapshot = snapshot
        self.policy = policy
        self.leaving = leaving
        preferences = Preferences(version, snapshot, policy)
        let routes = snapshot.routes
        for place in routes.indices where routes[place].version == version && routes[place].table == Route.mainTable {
            sort(routes[place])
        }
        for place in routes.indices where routes[place].version == version && routes[place].table > Ours.preferredTable
        {
            recall(routes[place])
        }
        selection = select()
        if !heldLearnt.isEmpty || !snapshot.learnings.isEmpty { learnt = findLearnt() }
        ruledNetworks = findRuledNetworks()
    }

    /// Sorts a default of main into `main`, `departing` or `foreign`.
    private func sort(_ route: Route) {
        // Dead and expired routes do not count, nor those for other than ordinary traffic.
        guard route.typeOfService == 0, route.lifetime ?? 1 > 0 else { return }
        var isForeign = false
        for hop in route.nextHops where !hop.isDead {
            guard route.maySupplyCandidates, let link = network(of: hop) else {
                isForeign = isForeign || hop.interface != leaving
                continue
            }
            let leg = route.leg(hop)
            let candidate = candidate(link, route, leg, level: originalLevel(of: leg))
            if link.index == leaving || snapshot.isRoutedByForeignRules(candidate) {
                departing.append(candidate)
            } else {
                main.append(candidate)
            }
        }
        if isForeign { foreign.append(route) }
    }

    private func network(of hop: NextHop) -> Link? { network(hop.interface) }

    func network(_ interface: UInt32) -> Link? {
        for place in snapshot.links.indices where snapshot.links[place].index == interface {
            return snapshot.links[place].isNetwork ? snapshot.links[place] : nil
        }
        return nil
    }

    /// Sorts the content of one of our tables.
    private func recall(_ route: Route) {
        for hop in route.nextHops where route.table == Ours.table(of: hop.interface) {
            let leg = route.leg(hop)
            var held = leg
            held.table = route.table
            tableLegs.append(TableLeg(held))
            let isSuperseded = { (candidate: Candidate) in candidate.link.index == hop.interface }
            if hop.isDead || main.contains(where: isSuperseded) || departing.contains(where: isSuperseded) { continue }
            guard let link = network(of: hop) else { continue }
            let candidate = candidate(link, route, leg, level: nil)
            if snapshot.isRoutedByForeignRules(candidate) { continue }
            switch route.protocol {
            case Ours.routeProtocol: takenAway.append(candidate)
            case Ours.standbyProtocol: break
            case Ours.learntProtocol: if link.index != leaving { heldLearnt.append(candidate) }
            default: if link.index != leaving && !candidate.isAdvertised { remembered.append(candidate) }
            }
        }
    }

    func candidate(_ link: Link, _ listed: Route, _ leg: Route, level: Level?) -> Candidate {
        Candidate(
            link: link, listed: listed, leg: leg, preference: preferences.rank(link, leg.nextHops[0].gatewayAddress),
            state: snapshot.state(of: leg.nextHops[0]), level: level)
    }

    /// The level of a route before mode `ranked` moved it, which its copy tells; nil for one that was not moved.
    private func originalLevel(of leg: Route) -> Level? {
        guard policy.mode == .ranked, Ours.ranks.contains(leg.metric) else { return nil }
        let hop = leg.nextHops[0]
        let copy = snapshot.routes.first { held in
            held.version == version && held.table == Ours.table(of: hop.interface)
                && held.protocol != Ours.learntProtocol
                && held.nextHops.contains { $0.interface == hop.interface && $0.gateway == hop.gateway }
        }
        return copy.map { Level($0) }
    }
}

/// A leg that one of our tables holds, or should hold. A class for the reason that `Candidate` is one.
final class TableLeg: Sendable {
    let route: Route

    init(_ route: Route) { self.route = route }

    /// `default via 10.89.2.1 dev eth1 from table 17739003`
    func text(of interface: InterfaceName) -> String {
        let kind = route.protocol == Ours.learntProtocol ? "learnt default" : "default"
        return "\(kind) \(route.nextHops[0].place(on: interface)) from table \(route.table)"
    }
}

extension Ours {
    /// The metrics of mode `ranked`.
    static let ranks = firstRank..<firstRank + 49
}
