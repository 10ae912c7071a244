import Laboratory
import Netlink
import Testing

@testable import Keel

/// What holds for every container, tried on thousands of made-up ones.
@Suite struct PlanPropertyTests {
    typealias Features = GeneratedNetwork.Features
    static let lots: [Features] = [
        [], .objects, .foreign, .advertised, .routers, [.silent, .unknown], .groups, .shared,
        [.silent, .foreign], Features.all.subtracting(.older),
    ]

    private func policy(_ random: inout SeededGenerator) -> Policy {
        Policy.generated.randomElement(using: &random) ?? Policy()
    }

    /// What differs between two containers that should have come to the same.
    private func differences(_ one: TestContainer, _ other: TestContainer, _ what: String) -> [String] {
        var differences = IPVersion.allCases.filter { one.standing($0) != other.standing($0) }
            .map { "\(what): \($0) in main: \(one.standing($0)), not \(other.standing($0))" }
        if Set(one.ourRules) != Set(other.ourRules) { differences.append("\(what): rules") }
        return differences
    }

    @Test(arguments: lots) func aSecondRunFindsNothingToDo(features: Features) throws {
        try forMany(features) { networks, random in
            var container = TestContainer(networks, features, &random)
            let policy = policy(&random)
            return try container.runCarefully(policy) + (try container.snapshot.plan(policy).text)
        }
    }

    @Test(arguments: lots) func aRunThatIsCutOffAnywhereIsCompletedByTheNext(features: Features) throws {
        try forMany(features) { networks, random in
            let start = TestContainer(networks, features, &random)
            let policy = policy(&random)
            var whole = start
            let length = try whole.run(policy).count
            for step in 0..<length {
                var part = start
                _ = try part.runCarefully(policy, stopAfter: step)
                var wrong = try part.runCarefully(policy)
                wrong += differences(part, whole, "cut off after \(step)") + (try part.snapshot.plan(policy).text)
                if !wrong.isEmpty { return wrong }
            }
            return []
        }
    }

    @Test(arguments: [[], .routers, .silent] as [Features])
    func theWinnerDependsOnNoOrder(features: Features) throws {
        try forMany(features) { networks, random in
            let policy = Policy(
                Bool.random(using: &random) ? .distinct : .ranked, prefer: Bool.random(using: &random) ? ["net.*"] : [])
            var first = TestContainer(networks)
            try first.run(policy)
            for _ in 0..<4 {
                // Attached in another order, with a run after each or only at the end, and listed in another order.
                var other = TestContainer()
                let runsEachTime = Bool.random(using: &random)
                for network in networks.shuffled(using: &random) {
                    other.connect(network)
                    if runsEachTime { try other.run(policy) }
                }
                other.snapshot.links.shuffle(using: &random)
                other.snapshot.addresses.shuffle(using: &random)
                try other.run(policy)
                let wrong = differences(other, first, "in another order")
                if !wrong.isEmpty { return wrong }
            }
            return []
        }
    }

    @Test(arguments: [[], .routers] as [Features]) func anyInterfaceThatLeavesLeavesTheNextBest(features: Features)
        throws
    {
        try forMany(features) { networks, random in
            for leaving in networks {
                var rest = TestContainer(networks.filter { $0.index != leaving.index })
                try rest.run()
                var container = TestContainer(networks)
                var wrong = try container.runCarefully(Policy())
                if Bool.random(using: &random) {
                    wrong += try container.runCarefully(Policy(), leaving: leaving.index)
                    wrong += try container.snapshot.plan(Policy(), leaving: leaving.index).text
                }
                container.disconnect(leaving.index)
                wrong += try container.runCarefully(Policy())
                wrong +=
                    differences(container, rest, "without \(leaving.name)")
                    + (try container.snapshot.plan(Policy()).text)
                if Set(container.ourRoutes) != Set(rest.ourRoutes) { wrong.append("tables") }
                if !wrong.isEmpty { return wrong }
            }
            return []
        }
    }

    @Test func ofOneNetworkAloneNothingOfOursIsLeft() throws {
        try forMany(.objects) { networks, random in
            var networks = networks
            var container = TestContainer(networks)
            while networks.count > 1 {
                try container.run(policy(&random))
                let leaving = networks.remove(at: Int.random(in: networks.indices, using: &random))
                if Bool.random(using: &random) { try container.run(policy(&random), leaving: leaving.index) }
                container.disconnect(leaving.index)
            }
            try container.run()
            let ours = container.ourRoutes.map { "\($0)" } + container.ourRules.map { "\($0)" }
            return ours
                + IPVersion.allCases.filter { version in
                    container.main(version).count != networks[0].routes.count { $0.version == version }
                }.map { "\($0) in main" } + container.grouped.map { "\($0) in the group" }
        }
    }

    @Test(arguments: [[], .routers] as [Features]) func aDefaultTakenAwayOnPurposeIsNeverPutBack(features: Features)
        throws
    {
        try forMany(features) { networks, random in
            var networks = networks
            var container = TestContainer(networks)
            try container.run()
            let version: IPVersion = Bool.random(using: &random) ? .v4 : .v6
            container.cut(version)
            var history: [String] = []
            for _ in 0..<6 {
                if Bool.random(using: &random), networks.count > 1 {
                    // Its own network's disconnecting without a word lets the next best take over.
                    let marked = container.ourRoutes.first { $0.protocol == 69 && $0.version == version }?.nextHops[0]
                        .interface
                    let place = Int.random(in: networks.indices, using: &random)
                    let leaving = networks[place].index
                    if Bool.random(using: &random) || leaving == marked {
                        history += ["leaving \(leaving)"] + (try container.run(policy(&random), leaving: leaving).text)
                    }
                    if Bool.random(using: &random) {
                        networks.remove(at: place)
                        container.disconnect(leaving)
                        history.append("disconnected \(leaving)")
                    }
                }
                history += ["run"] + (try container.run(policy(&random)).text)
                if container.main(version) != [] { return history }
            }
            return []
        }
    }

    @Test(arguments: [.older, [.silent, .foreign, .older], .all] as [Features])
    func whatAnOlderVersionLeftIsSettledByTheSecondLook(features: Features) throws {
        try forMany(features) { networks, random in
            var container = TestContainer(networks, features, &random)
            let policy = policy(&random)
            return try container.runCarefully(policy) + (try container.runCarefully(policy))
                + (try container.snapshot.plan(policy).text)
        }
    }

    @Test(arguments: [Policy.DefaultRoute.Mode.distinct, .one, .ranked])
    func whateverHappensARunIsCarriedOutAndLeavesNothingToDo(mode: Policy.DefaultRoute.Mode) throws {
        try forMany([.routers, .silent]) { networks, random in
            var container = TestContainer()
            var history: [String] = []
            for _ in 0..<8 {
                let network = networks.randomElement(using: &random) ?? networks[0]
                if !container.snapshot.links.contains(where: { $0.index == network.index }) {
                    container.connect(network)
                    history.append("connected \(network.name)")
                } else if Bool.random(using: &random) {
                    container.disconnect(network.index)
                    history.append("disconnected \(network.name)")
                } else {
                    for route in network.routes { container.add(route) }
                    history.append("reloaded \(network.name)")
                }
                var policy = policy(&random)
                policy.defaultRoute.mode = mode
                history += ["mode \(policy.defaultRoute.mode)"] + (try container.snapshot.plan(policy).text)
                var wrong = try container.runCarefully(policy)
                // Where an engine adds a default again beside a ranked one, the second look sees which of them stays.
                if mode == .ranked { wrong += try container.runCarefully(policy) }
                wrong += try container.snapshot.plan(policy).text
                if !wrong.isEmpty { return history + ["wrong:"] + wrong }
            }
            return []
        }
    }
}
