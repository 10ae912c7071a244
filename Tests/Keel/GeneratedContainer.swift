import Laboratory
import Netlink

@testable import Keel

/// A made-up network: an interface, its addresses, and what its engine adds to main.
struct GeneratedNetwork {
    let index: UInt32
    let name: String
    let addresses: [InterfaceAddress]
    let routes: [Route]
    /// What is known of its gateways.
    let state: GatewayState
    /// The device group that somebody put its interface into.
    let group: UInt32

    /// `number` makes its name and subnets its own; the index says nothing about it.
    init(_ number: Int, index: UInt32, allowing features: Features, _ random: inout SeededGenerator) {
        self.index = index
        name =
            ["eth\(number)", "net.\(number)", "eth1\(number)", "macvlan0.\(number)"].randomElement(using: &random) ?? ""
        var addresses: [InterfaceAddress] = []
        for host in 2..<2 + Int.random(in: 0...2, using: &random) {
            // Of two networks on one prefix each address stands for itself.
            let subnet = features.contains(.shared) && Bool.random(using: &random) ? 77 : number
            addresses.append(InterfaceAddress("10.89.\(subnet).\(host + 16 * number)/24", dev: index))
            addresses.append(
                InterfaceAddress(
                    "fd00:\(subnet)::\(host + 16 * number)/64", dev: index, isPermanent: Bool.random(using: &random)))
        }
        self.addresses = addresses
        routes = Self.routes(number, index, allowing: features, &random)
        let dice = Int.random(in: 0..<6, using: &random)
        state =
            features.contains(.silent) && dice < 2
            ? .silent : features.contains(.unknown) && dice == 5 ? .unknown : .answers
        group = features.contains(.groups) && Int.random(in: 0..<4, using: &random) == 0 ? 5 : 0
    }

    private static func routes(
        _ number: Int, _ index: UInt32, allowing features: Features, _ random: inout SeededGenerator
    ) -> [Route] {
        let metric = [0, 50, 100, 100, 100, 100, 20000].randomElement(using: &random) ?? 100
        var routes: [Route] = []
        if Int.random(in: 0..<5, using: &random) > 0 {
            routes.append(Route(via: "10.89.\(number).1", dev: index, metric: UInt32(metric)))
        }
        if Int.random(in: 0..<5, using: &random) > 0 {
            let gateway = "fd00:\(number)::1"
            let isAdvertised = features.contains(.advertised) && Bool.random(using: &random)
            routes.append(
                isAdvertised
                    ? Route(advertised: gateway, dev: index).with {
                        $0.preference = [0, 0, 0, 1, 3].randomElement(using: &random)
                    }
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
        return routes
    }

    struct Features: OptionSet {
        let rawValue: Int
        /// IPv6 defaults from routers.
        static let advertised = Features(rawValue: 1)
        /// Next-hop objects, one to a route.
        static let objects = Features(rawValue: 2)
        /// Defaults that are no network's.
        static let foreign = Features(rawValue: 4)
        /// Several routers on one network.
        static let routers = Features(rawValue: 8)
        /// Gateways that do not answer.
        static let silent = Features(rawValue: 16)
        /// Gateways that nobody could ask.
        static let unknown = Features(rawValue: 32)
        /// Interfaces in somebody else's device group.
        static let groups = Features(rawValue: 64)
        /// Networks on one prefix.
        static let shared = Features(rawValue: 128)
        /// Rules and tables that an older version left.
        static let older = Features(rawValue: 256)

        static let all: Features = [.advertised, .foreign, .routers, .silent, .unknown, .groups, .shared, .older]
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

    /// With what the features allow beside the networks.
    init(_ networks: [GeneratedNetwork], _ features: GeneratedNetwork.Features, _ random: inout SeededGenerator) {
        self.init(networks)
        if features.contains(.older), Bool.random(using: &random) { makeSafeAsOlderVersionsDid() }
        if features.contains(.foreign) { addForeign(&random) }
    }

    mutating func connect(_ network: GeneratedNetwork) {
        connect(network.index, network.name, [], network.routes)
        snapshot.addresses += network.addresses
        group(network.index, network.group)
        guard network.state != .answers else { return }
        for hop in network.routes.flatMap({ $0.nextHops }) {
            guard let gateway = hop.gateway else { continue }
            snapshot.doubtfulGateways.append(DoubtfulGateway(gateway, on: network.index, network.state))
        }
    }

    /// A default of a tunnel, of a routing daemon over a network's interface, of several legs, and one that leads nowhere.
    private mutating func addForeign(_ random: inout SeededGenerator) {
        let metric = { (random: inout SeededGenerator) -> UInt32 in
            [10, 50, 100, 300].randomElement(using: &random) ?? 10
        }
        if Bool.random(using: &random) {
            var tunnel = Link(30, "tun0")
            (tunnel.kind, tunnel.isEthernet) = ("tun", false)
            snapshot.links.append(tunnel)
            for version in IPVersion.allCases where Bool.random(using: &random) {
                add(Route(version, metric: metric(&random), nextHops: [NextHop(interface: 30, gateway: nil)]))
            }
        }
        if let hop = main(.v4).randomElement(using: &random), Int.random(in: 0..<4, using: &random) == 0 {
            add(Route(legs: [hop], metric: metric(&random)).with { $0.protocol = 186 })
        }
        let legs = main(.v4).filter { $0.gateway != nil }.map(\.plain)
        if legs.count > 1, Int.random(in: 0..<4, using: &random) == 0 {
            add(Route(legs: legs, metric: metric(&random)))
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            add(
                Route(.v4, metric: metric(&random), nextHops: [NextHop(interface: 1, gateway: nil)]).with {
                    $0.type = 7
                })
        }
    }

    /// As versions did that took every default but one out of main: tables, and a rule for each address.
    mutating func makeSafeAsOlderVersionsDid() {
        for version in IPVersion.allCases {
            let before = mainRoutes.filter {
                $0.version == version && !$0.isFromRouterAdvertisement && $0.nextHopObject == nil
            }
            let legs = before.flatMap { route in route.nextHops.map { hop in route.with { $0.nextHops = [hop] } } }
            guard
                let winner = legs.min(by: {
                    ($0.metric, $0.nextHops[0].interface) < ($1.metric, $1.nextHops[0].interface)
                })
            else { continue }
            let losers = legs.filter { $0.nextHops[0].interface != winner.nextHops[0].interface }
            if losers.isEmpty { continue }
            add(winner.marked())
            try? apply(.addRule(.main(version)))
            for loser in losers {
                add(loser.copied())
                try? apply(.deleteRoute(loser))
            }
            for address in snapshot.addresses where address.address.version == version {
                guard losers.contains(where: { $0.nextHops[0].interface == address.interface }) else { continue }
                try? apply(
                    .addRule(
                        .older(
                            "\(address.isPermanent ? IPPrefix(host: address.address) : address.onLinkPrefix)",
                            dev: address.interface)))
            }
        }
    }
}

extension TestContainer {
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
    func standing(_ version: IPVersion) -> Set<NextHop> { Set(main(version).map(\.plain)) }
}
