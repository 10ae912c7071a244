import Netlink

/// A network's default route: one leg of a route in main, or one kept in its interface's own table.
///
/// A class, because candidates are sorted, filtered and passed around, and copying a route with its parts is expensive.
final class Candidate: Equatable, Sendable {
    let link: Link
    /// The route as the kernel lists it; for a leg of a multipath route, the whole route.
    let listed: Route
    /// The leg as a route of its own in table main, with one next hop.
    let leg: Route
    /// Its rank by preference; lower is better.
    let preference: Int
    /// Whether its gateway answers.
    let state: GatewayState
    /// Its level among the defaults of main, before mode `ranked` moved it.
    let level: Level

    init(link: Link, listed: Route, leg: Route, preference: Int, state: GatewayState, level: Level? = nil) {
        self.link = link
        self.listed = listed
        self.leg = leg
        self.preference = preference
        self.state = state
        self.level = level ?? Level(leg)
    }

    static func == (left: Candidate, right: Candidate) -> Bool {
        left === right
            || (left.link == right.link && left.listed == right.listed && left.leg == right.leg
                && left.preference == right.preference)
    }

    var isInMain: Bool { listed.table == Route.mainTable }
    var hop: NextHop { leg.nextHops[0] }
    var isAdvertised: Bool { leg.isFromRouterAdvertisement }

    /// `default via 10.89.2.1 dev eth1`
    var text: String { "default \(place)" }

    /// `via 10.89.2.1 dev eth1`
    var place: String { "\(gatewayWords)dev \(link.name)" }

    private var gatewayWords: String {
        if let gateway = hop.gatewayAddress { return "via \(gateway) " }
        return leg.version == .v6 ? "(IPv6) " : ""
    }
}

/// How the kernel orders default routes, better ones first: by metric, and in IPv6 by the router's preference.
struct Level: Comparable {
    let metric: UInt32
    /// RFC 4191: 0 high, 1 medium, also for routes that are not advertised, 2 low.
    let reluctance: UInt8

    init(_ route: Route) {
        metric = route.metric
        // ICMPV6_ROUTER_PREF_… of linux/icmpv6.h. 2 is reserved and means medium.
        reluctance =
            switch route.preference {
            case 1?: 0
            case 3?: 2
            default: 1
            }
    }

    static func < (left: Level, right: Level) -> Bool {
        (left.metric, left.reluctance) < (right.metric, right.reluctance)
    }
}

extension Route {
    /// Whether its legs through networks are candidates. Not those of a route that is left alone: one that leads nowhere, one of
    /// a routing daemon, one for other than ordinary traffic, a multipath route that somebody made.
    var maySupplyCandidates: Bool {
        isUnicast && typeOfService == 0 && !isOfRoutingDaemon && !isMadeMultipath && lifetime ?? 1 > 0
    }

    /// In IPv6 the kernel merges equal routes into one with several legs. Any other multipath route was made on purpose.
    private var isMadeMultipath: Bool { nextHops.count > 1 && (version == .v4 || nextHopObject != nil) }

    /// One leg of it as a route of its own in main.
    func leg(_ hop: NextHop) -> Route {
        var leg = self
        leg.table = Route.mainTable
        if nextHops.count > 1 {
            leg.nextHops = [hop]
            leg.nextHops[0].hops = 0
        }
        return leg
    }
}
