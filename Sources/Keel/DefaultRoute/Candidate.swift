import Netlink

/// A network's default route: one leg of a route in main, or one remembered in its interface's own table.
///
/// A class, because candidates are sorted, filtered and handed about, and a route with all that belongs to it is dear to copy.
final class Candidate: Equatable {
    let link: Link
    /// As the kernel lists it; of a multipath route, the whole.
    let listed: Route
    /// As a route of its own in table main, with one next hop.
    let leg: Route
    /// Its rank by preference; lower is better.
    let preference: Int
    /// Whether its gateway answers.
    let state: GatewayState
    /// Where it stands among the defaults of main: as it was before mode `ranked` moved it.
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
    private(set) lazy var place = "\(gatewayWords)dev \(link.name)"

    private var gatewayWords: String {
        if let gateway = hop.gatewayAddress { return "via \(gateway) " }
        return leg.version == .v6 ? "(IPv6) " : ""
    }
}

/// What the kernel goes by among default routes, the better first: the metric, and in IPv6 the router's preference.
struct Level: Comparable {
    let metric: UInt32
    /// RFC 4191: 0 high, 1 medium, as whatever is not advertised, 2 low.
    let reluctance: UInt8

    init(_ route: Route) {
        metric = route.metric
        // ICMPV6_ROUTER_PREF_… of linux/icmpv6.h; 2 is reserved, and stands for medium.
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
    /// Whether its legs by networks are candidates. Not so those of a route that is left alone: one that leads nowhere, a routing
    /// daemon's, one for other than ordinary traffic, a multipath route that somebody made.
    var maySupplyCandidates: Bool {
        isUnicast && typeOfService == 0 && !isOfRoutingDaemon && !isMadeMultipath && lifetime ?? 1 > 0
    }

    /// In IPv6 the kernel merges equal routes into one of several legs; any other was made so on purpose.
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
