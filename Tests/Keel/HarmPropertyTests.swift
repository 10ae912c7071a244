import Laboratory
import Netlink
import Testing

@testable import Keel

/// What a run must not do to any container, tried on thousands of made-up ones.
@Suite struct HarmPropertyTests {
    typealias Features = GeneratedNetwork.Features

    /// What of `features` is known, so that nothing is left alone for want of knowledge.
    static let known: [Features] = [
        [], .advertised, .foreign, .routers, .silent, .groups, .shared,
        [.advertised, .foreign, .routers, .silent, .groups, .shared],
    ]

    private func isNetwork(_ container: TestContainer, _ hop: NextHop) -> Bool {
        container.snapshot.links.contains { $0.index == hop.interface && $0.isNetwork }
    }

    private func answers(_ container: TestContainer, _ hop: NextHop) -> Bool {
        container.snapshot.state(of: hop) == .answers
    }

    /// The networks' routes in main of the best level; none where a foreign default comes before or stands beside them.
    private func contestants(_ container: TestContainer, _ version: IPVersion) -> [NextHop] {
        let routes = container.mainRoutes.filter { $0.version == version }
        guard let best = routes.map({ Level($0) }).min() else { return [] }
        let ahead = routes.filter { Level($0) == best }
        guard ahead.allSatisfy({ $0.maySupplyCandidates && $0.nextHops.allSatisfy { isNetwork(container, $0) } }) else {
            return []
        }
        return ahead.flatMap { $0.nextHops }.map(\.plain)
    }

    @Test(arguments: known) func mainStaysAsItIsWhereNothingCompetes(features: Features) throws {
        try forMany(features.subtracting(.older)) { networks, random in
            var container = TestContainer(networks, features.subtracting(.older), &random)
            let before = container
            try container.run()
            return IPVersion.allCases.filter { version in
                let levels = before.mainRoutes.filter { $0.version == version }.map { Level($0) }
                let competes = levels.contains { level in
                    let hops = before.mainRoutes.filter { $0.version == version && Level($0) == level }.flatMap {
                        $0.nextHops
                    }
                    return hops.contains { $0.interface != hops[0].interface }
                }
                return !competes
                    && before.mainRoutes.filter { $0.version == version }
                        != container.mainRoutes.filter { $0.version == version }
            }.map { "\($0): \(before.mainRoutes) became \(container.mainRoutes)" }
        }
    }

    @Test(arguments: PlanPropertyTests.lots) func whatIsNoNetworksIsNeverTouched(features: Features) throws {
        try forMany(features.union(.foreign)) { networks, random in
            var container = TestContainer(networks, features.union(.foreign), &random)
            let foreign = { (container: TestContainer) in
                container.mainRoutes.filter {
                    !$0.maySupplyCandidates || !$0.nextHops.allSatisfy { isNetwork(container, $0) }
                }
            }
            let before = foreign(container)
            let policy = Policy.generated.randomElement(using: &random) ?? Policy()
            try container.run(policy)
            return foreign(container) == before ? [] : ["\(before) became \(foreign(container))"]
        }
    }

    @Test(arguments: known) func theWinnersGatewayAnswersIfAnyContestantsDoes(features: Features) throws {
        try forMany(features.union(.silent)) { networks, random in
            var container = TestContainer(networks, features.union(.silent), &random)
            let before = container
            try container.run()
            return IPVersion.allCases.filter { version in
                let rivals = contestants(before, version)
                let left = contestants(container, version)
                return rivals.contains { answers(before, $0) } && !left.contains { answers(before, $0) }
            }.map { "\($0): of \(contestants(before, $0)) is left \(contestants(container, $0))" }
        }
    }

    @Test(arguments: known) func afterARunNoTwoNetworksCompete(features: Features) throws {
        try forMany(features) { networks, random in
            var container = TestContainer(networks, features, &random)
            let policy = Policy.generated.randomElement(using: &random) ?? Policy()
            try container.run(policy)
            return IPVersion.allCases.filter { version in
                let left = contestants(container, version)
                let ofNetworks = container.mainRoutes.filter { $0.version == version && $0.maySupplyCandidates }
                    .flatMap { $0.nextHops }.filter { isNetwork(container, $0) }
                return left.contains { $0.interface != left[0].interface }
                    || policy.defaultRoute.mode == .one && !left.isEmpty
                        && container.snapshot.links.allSatisfy { $0.canBeGrouped }
                        && !features.contains(.advertised) && !features.contains(.foreign)
                        && ofNetworks.contains { $0.interface != ofNetworks[0].interface }
            }.map { "\($0): \(container.standing($0))" }
        }
    }

    /// Where somebody could not be asked, main is as it was.
    @Test func whereNobodyCouldBeAskedMainStaysAsItIs() throws {
        try forMany([.unknown, .routers]) { networks, random in
            var container = TestContainer(networks)
            let before = container
            try container.run(Policy(Bool.random(using: &random) ? .distinct : .ranked))
            return IPVersion.allCases.filter { version in
                let rivals = contestants(before, version)
                return rivals.contains { $0.interface != rivals[0].interface }
                    && rivals.contains { before.snapshot.state(of: $0) == .unknown }
                    && container.standing(version) != before.standing(version)
            }.map { "\($0): \(before.standing($0)) became \(container.standing($0))" }
        }
    }

    @Test(arguments: known) func whatWasUnambiguousGoesOnAsItDid(features: Features) throws {
        try forMany(features) { networks, random in
            var container = TestContainer(networks, features, &random)
            let before = container
            let policy = Policy([.distinct, .one, .ranked].randomElement(using: &random) ?? .one)
            try container.run(policy)
            return before.flows.compactMap { flow in
                let (was, now) = (before.ways(flow), container.ways(flow))
                return isRight(flow, was, now, before, container) ? nil : "\(flow): \(was) became \(now)"
            }.prefix(3).map { $0 } + (try container.snapshot.plan(policy).text)
        }
    }

    private func isRight(
        _ flow: Flow, _ was: Set<NextHop>, _ now: Set<NextHop>, _ before: TestContainer, _ after: TestContainer
    ) -> Bool {
        if now == was || was.isEmpty { return true }
        // What leads nowhere may lead anywhere else, or nowhere.
        guard was.contains(where: { answers(before, $0) }) else { return true }
        if now.isEmpty { return false }
        if let device = flow.device { return now.allSatisfy { $0.interface == device } }
        // What is sent from a network's address leaves by that network by now.
        if let source = flow.source, flow.arrival == nil,
            let own = before.snapshot.addresses.first(where: { $0.address == source })?.interface,
            now.allSatisfy({ $0.interface == own })
        {
            return true
        }
        return now.isSubset(of: was)
    }
}
