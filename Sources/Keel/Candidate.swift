import Netlink

/// What this product writes into a container's kernel, told apart from everybody else's by these numbers.
enum Ours {
    /// The `protocol` of our rules, and of a winner's copy in its table.
    static let routeProtocol: UInt8 = 69
    /// Asked just before the rule for table main, after whatever others put at that priority or a lower one.
    static let rulePriority: UInt32 = 32765
    /// The first metric of routes that stand by in main.
    static let standbyMetric: UInt32 = 17740

    /// Not looked up by any rule: whose default should win by the word of its network.
    static let preferredTable: UInt32 = 17_738_999
    /// Nor this one: whose should win by the word of the container.
    static let chosenTable: UInt32 = 17_738_998

    /// An interface's own table.
    static func table(of interface: UInt32) -> UInt32 { 17_739_000 &+ interface }
}

/// A default route that could win: one leg of a route in main, or one remembered in its interface's own table.
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

    init(link: Link, listed: Route, leg: Route, preference: Int) {
        self.link = link
        self.listed = listed
        self.leg = leg
        self.preference = preference
    }

    static func == (left: Candidate, right: Candidate) -> Bool {
        left === right
            || (left.link == right.link && left.listed == right.listed && left.leg == right.leg
                && left.preference == right.preference)
    }

    var isInMain: Bool { listed.table == Route.mainTable }
    var hop: NextHop { leg.nextHops[0] }
    /// Whether the kernel would delete the leg alone. It does not for IPv4 (ESRCH), nor inside a next-hop object.
    var isDeletableLeg: Bool { listed.nextHops.count == 1 || (leg.version == .v6 && listed.nextHopObject == nil) }

    /// The candidates among a route's legs; routes that are none, such as blackholes or on `lo`, yield nothing.
    static func of(_ route: Route, _ links: [Link], _ preferences: Preferences?) -> [Candidate] {
        guard route.isUnicast, route.typeOfService == 0, route.lifetime ?? 1 > 0 else { return [] }
        return route.nextHops.compactMap { hop in
            guard !hop.isDead, let link = links.first(where: { $0.index == hop.interface }), !link.isLoopback
            else { return nil }
            var leg = route
            leg.table = Route.mainTable
            if route.nextHops.count > 1 {
                leg.nextHops = [hop]
                leg.nextHops[0].hops = 0
                leg.nextHopObject = nil
            }
            let preference = preferences?.rank(link, hop.gateway) ?? 0
            return Candidate(link: link, listed: route, leg: leg, preference: preference)
        }
    }

    /// Whether it is another router of the same network, which competes with nobody: packets leave by the one interface
    /// whichever is taken. Who prefers one by its gateway has the other go; of those that advertise themselves it is for
    /// them to say (RFC 4191), and both get their metric from the one interface.
    func isBeside(_ other: Candidate) -> Bool {
        link.index == other.link.index && hop != other.hop
            && (preference == other.preference
                || (leg.isFromRouterAdvertisement && other.leg.isFromRouterAdvertisement))
    }

    /// Whether its route has legs on its own interface alone, or can be taken out of it.
    var standsAlone: Bool { isDeletableLeg || listed.nextHops.allSatisfy { $0.interface == hop.interface } }

    /// The better of two: by preference, metric, the name's natural order, the gateway's bytes. The order of attaching has
    /// no say, nor the interface's index: engines attach in random order.
    static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        if left.preference != right.preference { return left.preference < right.preference }
        if left.leg.metric != right.leg.metric { return left.leg.metric < right.leg.metric }
        if left.link.name != right.link.name { return isNaturallyOrdered(left.link.name, right.link.name) }
        if left.hop.gatewayBytes != right.hop.gatewayBytes {
            return left.hop.gatewayBytes.lexicographicallyPrecedes(right.hop.gatewayBytes)
        }
        // The same way twice, as a run that was cut off leaves it: the one that need not be taken out of a larger route.
        return left.isDeletableLeg && !right.isDeletableLeg
    }

    /// `default via 10.89.2.1 dev eth1`
    var words: String { "default \(place)" }

    /// `via 10.89.2.1 dev eth1`
    private(set) lazy var place = "\(gatewayWords)dev \(printable(link.name))"

    private var gatewayWords: String {
        if let gateway = hop.gateway { return "via \(gateway) " }
        // struct rtvia: the address family in two bytes, the address.
        if let via = hop.via, via.count > 2,
            let gateway = via.withUnsafeBytes({ IPAddress(bytes: .init(rebasing: $0[2...])) })
        {
            return "via \(gateway) "
        }
        return leg.version == .v6 ? "(IPv6) " : ""
    }
}

extension NextHop {
    fileprivate var gatewayBytes: [UInt8] { gateway?.bytes ?? via ?? [] }
}

extension [Candidate] {
    /// In the order of `isBetter`. There are as many as a container has networks, so each is put in its place.
    var bestFirst: [Candidate] {
        var sorted: [Candidate] = []
        for candidate in self {
            sorted.insert(candidate, at: sorted.firstIndex { Candidate.isBetter(candidate, $0) } ?? sorted.count)
        }
        return sorted
    }
}

/// Names with their runs of digits compared as numbers: eth2 before eth10.
public func isNaturallyOrdered(_ left: String, _ right: String) -> Bool {
    // In place: sorting asks this often.
    var (left, right) = (left, right)
    return left.withUTF8 { left in right.withUTF8 { right in isNaturallyOrdered(left[...], right[...]) } }
}

private func isNaturallyOrdered(
    _ left: Slice<UnsafeBufferPointer<UInt8>>, _ right: Slice<UnsafeBufferPointer<UInt8>>
) -> Bool {
    var (left, right) = (left, right)
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    while let a = left.first, let b = right.first {
        if isDigit(a) && isDigit(b) {
            let (runA, runB) = (left.prefix(while: isDigit), right.prefix(while: isDigit))
            let zero = UInt8(ascii: "0")
            let (numberA, numberB) = (runA.drop { $0 == zero }, runB.drop { $0 == zero })
            if numberA.count != numberB.count { return numberA.count < numberB.count }
            if !numberA.elementsEqual(numberB) { return numberA.lexicographicallyPrecedes(numberB) }
            // 01 and 1 are the same number but not the same name.
            if runA.count != runB.count { return runA.count < runB.count }
            (left, right) = (left.dropFirst(runA.count), right.dropFirst(runB.count))
        } else if a != b {
            return a < b
        } else {
            (left, right) = (left.dropFirst(), right.dropFirst())
        }
    }
    return left.count < right.count
}
