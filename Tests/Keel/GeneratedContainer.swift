import Netlink

@testable import Keel
import Laboratory

/// A made-up network: an interface, its addresses, and what its engine adds to main.
struct GeneratedNetwork {
    let index: UInt32
    let name: String
    let addresses: [InterfaceAddress]
    let routes: [Route]

    /// `number` makes its name and subnets its own; the index says nothing about it.
    init(_ number: Int, index: UInt32, allowing features: Features, _ random: inout SeededGenerator) {
        self.index = index
        name =
            ["eth\(number)", "net.\(number)", "eth1\(number)", "macvlan0.\(number)"].randomElement(using: &random) ?? ""
        var addresses: [InterfaceAddress] = []
        for host in 2..<2 + Int.random(in: 0...2, using: &random) {
            addresses.append(InterfaceAddress("10.89.\(number).\(host)/24", dev: index))
            addresses.append(
                InterfaceAddress("fd00:\(number)::\(host)/64", dev: index, isPermanent: Bool.random(using: &random)))
        }
        self.addresses = addresses
        let metric = [0, 50, 100, 100, 100, 20000].randomElement(using: &random) ?? 100
        var routes: [Route] = []
        if Int.random(in: 0..<5, using: &random) > 0 {
            routes.append(Route(via: "10.89.\(number).1", dev: index, metric: UInt32(metric)))
        }
        if Int.random(in: 0..<5, using: &random) > 0 {
            let gateway = "fd00:\(number)::1"
            let isAdvertised = features.contains(.advertised) && Bool.random(using: &random)
            routes.append(
                isAdvertised
                    ? Route(advertised: gateway, dev: index)
                    : Route(via: gateway, dev: index, metric: UInt32(metric == 0 ? 1024 : metric)))
        }
        if features.contains(.routers), Bool.random(using: &random) {
            routes += routes.map { route in
                route.with {
                    $0.nextHops[0].gateway = ipAddress(route.version == .v4 ? "10.89.\(number).254" : "fe80::254")
                }
            }
        }
        if features.contains(.objects) {
            routes = routes.map { route in
                Bool.random(using: &random) || route.protocol == 9 ? route : route.with { $0.nextHopObject = index }
            }
        }
        self.routes = routes
    }

    struct Features: OptionSet {
        let rawValue: Int
        /// IPv6 defaults from routers.
        static let advertised = Features(rawValue: 1)
        /// Next-hop objects, one to a route.
        static let objects = Features(rawValue: 2)
        /// IPv4 routes of several legs.
        static let multipath = Features(rawValue: 4)
        /// Several routers on one network.
        static let routers = Features(rawValue: 8)
    }

    static func several(_ random: inout SeededGenerator, _ features: Features = []) -> [GeneratedNetwork] {
        let count = Int.random(in: 1...5, using: &random)
        let indexes = Array(UInt32(2)..<20).shuffled(using: &random)
        return (0..<count).map { GeneratedNetwork($0, index: indexes[$0], allowing: features, &random) }
    }
}

extension TestContainer {
    init(_ networks: [GeneratedNetwork]) {
        self.init()
        for network in networks { connect(network) }
    }

    mutating func connect(_ network: GeneratedNetwork) {
        connect(network.index, network.name, [], network.routes)
        snapshot.addresses += network.addresses
    }

    /// An IPv4 multipath route over all the networks that have a gateway, in the place of their own routes.
    mutating func mergeIPv4() {
        let legs = main(.v4)
        guard legs.count > 1, snapshot.routes.allSatisfy({ $0.nextHopObject == nil }) else { return }
        snapshot.routes.removeAll { $0.version == .v4 }
        add(Route(legs: legs, metric: 5))
    }

    /// Plans and carries out like `run`; says what is wrong at any moment on the way.
    mutating func runCarefully(_ policy: Policy, leaving: UInt32? = nil, stopAfter: Int = .max) throws -> [String] {
        var wrong: [String] = []
        for change in try snapshot.plan(policy, leaving: leaving).prefix(stopAfter) {
            let had = IPVersion.allCases.filter { hasWay($0) }
            do { try apply(change.action) } catch { wrong.append("refused: \(change.attempt): \(error.errno)") }
            for version in had where !hasWay(version) { wrong.append("no \(version) default: \(change.attempt)") }
            if case .addRule(let rule) = change.action, rule.table != 254,
                !ourRoutes.contains(where: { $0.table == rule.table && $0.version == rule.version })
            {
                wrong.append("a rule that leads nowhere: \(change.attempt)")
            }
        }
        return wrong
    }

    private func hasWay(_ version: IPVersion) -> Bool { !main(version).isEmpty }

    /// Where main sends packets of a family, whatever the order.
    func standing(_ version: IPVersion) -> Set<NextHop> {
        Set(
            main(version).map { hop in
                var hop = hop
                hop.hops = 0
                return hop
            })
    }
}
