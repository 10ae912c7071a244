package import Netlink

// When a link goes down or loses its last address, the kernel flushes its IPv4 routes and says nothing. Engines do not notice, so a
// flap leaves a container without its default route. Whoever looks again and again knows what was there, and can put it back: but
// never what somebody deleted. A winner's mark, which tells that its default was taken away on purpose, is flushed as well.

/// The default routes of a container's networks as they were seen last, and those that the kernel has flushed since.
package struct FlushedDefaults {
    /// A class for the reason that `Candidate` is one.
    private final class Leg {
        let version: IPVersion
        /// As a route of its own, in main or in its interface's table.
        let route: Route
        let hop: NextHop

        init(_ route: Route) {
            (version, self.route, hop) = (route.version, route, route.nextHops[0])
        }

        /// Whether both lead the same way, in whatever table.
        func leadsAlike(_ other: Route) -> Bool {
            version == other.version
                && other.nextHops.contains {
                    $0.interface == hop.interface && $0.gateway == hop.gateway && $0.via == hop.via
                }
        }
    }

    private var present: [Leg] = []
    private var flushed: [Leg] = []
    /// The interfaces that went down or lost an address since their routes were seen.
    private var flapped: [UInt32] = []

    package init() {}

    /// Whether routes wait to be put back.
    package var areAny: Bool { !flushed.isEmpty }

    /// Whether a default route was seen whose gateway is that neighbour.
    package func lead(by gateway: IPAddress, on interface: UInt32) -> Bool {
        present.contains { $0.hop.interface == interface && $0.hop.gatewayAddress == gateway }
    }

    /// Whether the next comparison may find one to put back.
    package var mayGrow: Bool { areAny || !flapped.isEmpty }

    /// An interface went down, or lost an address.
    package mutating func note(flapOf interface: UInt32) {
        if present.contains(where: { $0.hop.interface == interface }) { _ = flapped.appendIfNew(interface) }
    }

    /// Somebody deleted a route: it does not come back.
    package mutating func note(deletionOf route: Route) {
        present.removeAll { $0.leadsAlike(route) }
        flushed.removeAll { $0.leadsAlike(route) }
    }

    /// Events were lost, so nothing is known of what somebody may have deleted.
    package mutating func forgetAll() { self = FlushedDefaults() }

    /// Compares what is there now with what was.
    package mutating func update(_ snapshot: NamespaceSnapshot) {
        let now = Self.legs(snapshot)
        for leg in present where !now.contains(where: { leg.leadsAlike($0.route) }) {
            guard flapped.contains(leg.hop.interface), snapshot.link(leg.hop.interface) != nil else { continue }
            flushed.append(leg)
        }
        // Somebody has given the family another default: what was there is not wanted any more.
        for leg in now
        where leg.route.table == Route.mainTable && !present.contains(where: { $0.leadsAlike(leg.route) }) {
            flushed.removeAll {
                $0.version == leg.version
                    && ($0.route.table == Route.mainTable || $0.route.protocol == Ours.routeProtocol)
            }
        }
        flushed.removeAll { leg in
            snapshot.link(leg.hop.interface) == nil
                || now.contains { $0.version == leg.version && $0.hop.interface == leg.hop.interface }
        }
        flapped.removeAll { index in !flushed.contains { $0.hop.interface == index } && snapshot.isRunning(index) }
        present = now
    }

    /// The routes whose link is up and whose gateway is on it again. Each is put back once. Until then a default that was taken away
    /// on purpose still counts as such: `snapshot` gets its mark, which the kernel would not accept now.
    package mutating func takeRestorable(in snapshot: inout NamespaceSnapshot) -> [Route] {
        var routes: [Route] = []
        var marks: [Route] = []
        flushed.removeAll { leg in
            guard snapshot.isRunning(leg.hop.interface), snapshot.reaches(leg.hop) else {
                if leg.route.protocol == Ours.routeProtocol { marks.append(leg.route) }
                return false
            }
            routes.append(leg.route)
            return true
        }
        snapshot.routes += marks
        return routes
    }

    /// The default routes of networks that could be put back. Advertised ones come by themselves.
    private static func legs(_ snapshot: NamespaceSnapshot) -> [Leg] {
        var legs: [Leg] = []
        for route in snapshot.routes where route.maySupplyCandidates && !route.isFromRouterAdvertisement {
            for hop in route.nextHops where !hop.isDead {
                guard route.table == Route.mainTable || snapshot.isRemembered(route, on: hop.interface),
                    snapshot.link(hop.interface)?.isNetwork == true
                else { continue }
                var leg = route.leg(hop)
                leg.table = route.table
                leg.nextHops[0].isDead = false
                legs.append(Leg(leg))
            }
        }
        return legs
    }
}

extension NamespaceSnapshot {
    /// Whether one of our tables has the route by itself: one that is set aside, or the mark of one that was taken away.
    fileprivate func isRemembered(_ route: Route, on interface: UInt32) -> Bool {
        guard route.table == Ours.table(of: interface) else { return false }
        switch route.protocol {
        // A learnt one is learnt again.
        case Ours.standbyProtocol, Ours.learntProtocol: return false
        case Ours.routeProtocol:
            return !routes.contains { $0.version == route.version && $0.table == Route.mainTable }
        default: return true
        }
    }

    fileprivate func isRunning(_ interface: UInt32) -> Bool { link(interface)?.isRunning ?? false }

    /// Whether the kernel would accept the next hop: its gateway is on the link.
    fileprivate func reaches(_ hop: NextHop) -> Bool {
        guard let gateway = hop.gatewayAddress, !hop.isOnLink else { return true }
        return gateway.isLinkLocal
            || addresses.contains {
                $0.interface == hop.interface && !$0.isTentative && $0.onLinkPrefix.contains(gateway)
            }
    }

    /// Whether the interface of an IPv6 next hop has lost its addresses, and with them the route to the gateway.
    func isCutOff(_ hop: NextHop) -> Bool {
        var hasAny = false
        // By index, without copies, since every merged default is asked about.
        for place in addresses.indices where addresses[place].interface == hop.interface {
            if addresses[place].address.version == .v6 && addresses[place].isGlobal { return false }
            hasAny = true
        }
        return hasAny && hop.gateway?.version == .v6 && hop.gateway?.isLinkLocal == false
    }

    /// The changes that put them back. The snapshot is as it will be then.
    package mutating func restore(_ routes: [Route]) -> [Change] {
        self.routes += routes
        return routes.map { route in
            let place = route.nextHops[0].place(on: link(route.nextHops[0].interface)?.name ?? "?")
            return Change(
                .defaultRoute, .restore, "default \(place) (the kernel flushed it when the link flapped)",
                .addRoute(route))
        }
    }
}
