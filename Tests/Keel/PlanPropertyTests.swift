import Netlink
import Testing

@testable import Keel

/// What holds for every container, tried on thousands of made-up ones.
@Suite struct PlanPropertyTests {
    static let seeds = UInt64(0)..<400
    static let policies = [
        Policy(), Policy(prefer: ["eth1*", "10.89.2.0/24"]), Policy(.ranked), Policy(.ranked, prefer: ["fd00:3::/64", "net.*"]),
        Policy(sourceRules: false),
    ]

    private func container(_ seed: UInt64, _ features: GeneratedNetwork.Features) -> (TestContainer, SeededGenerator) {
        var random = SeededGenerator(seed: seed)
        var container = TestContainer(GeneratedNetwork.several(&random, features))
        if features.contains(.multipath), Bool.random(using: &random) { container.mergeIPv4() }
        return (container, random)
    }

    private func policy(_ random: inout SeededGenerator) -> Policy {
        Self.policies.randomElement(using: &random) ?? Policy()
    }

    @Test(arguments: [[], .objects, .multipath, [.objects, .multipath], .advertised] as [GeneratedNetwork.Features])
    func aSecondRunFindsNothingToDo(features: GeneratedNetwork.Features) throws {
        for seed in Self.seeds {
            var (container, random) = container(seed, features)
            let policy = policy(&random)
            let wrong = try container.runCarefully(policy)
            #expect(wrong == [], "seed \(seed)")
            let again = try container.snapshot.plan(policy).words
            #expect(again == [], "seed \(seed)")
            if !again.isEmpty { break }
        }
    }

    @Test func afterARunMainHasOneDefaultOfEachFamilyThatHadOne() throws {
        for seed in Self.seeds {
            var (container, _) = container(seed, [.objects, .multipath])
            let before = container
            try container.run()
            for version in IPVersion.allCases {
                #expect(container.main(version).count == min(1, before.main(version).count), "seed \(seed)")
            }
        }
    }

    @Test(arguments: [[], .multipath, .advertised] as [GeneratedNetwork.Features])
    func aRunThatIsCutOffAnywhereIsCompletedByTheNext(features: GeneratedNetwork.Features) throws {
        for seed in Self.seeds {
            var (whole, random) = container(seed, features)
            let policy = policy(&random)
            let start = whole
            let length = try whole.run(policy).count
            for step in 0..<length {
                var part = start
                _ = try part.runCarefully(policy, stopAfter: step)
                #expect(try part.runCarefully(policy) == [], "seed \(seed), cut off after \(step)")
                for version in IPVersion.allCases {
                    #expect(part.standing(version) == whole.standing(version), "seed \(seed), cut off after \(step)")
                }
                #expect(Set(part.ourRules) == Set(whole.ourRules), "seed \(seed), cut off after \(step)")
            }
        }
    }

    @Test func theWinnerDependsOnNoOrder() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let networks = GeneratedNetwork.several(&random)
            let policy = Policy(prefer: Bool.random(using: &random) ? ["net.*"] : [])
            var first = TestContainer(networks)
            try first.run(policy)
            for _ in 0..<4 {
                // Attached in another order, with a run after each or only at the end, at last listed in another order.
                var other = TestContainer()
                let runsEachTime = Bool.random(using: &random)
                for network in networks.shuffled(using: &random) {
                    other.connect(network)
                    if runsEachTime { #expect(try other.runCarefully(policy) == [], "seed \(seed)") }
                }
                other.snapshot.links.shuffle(using: &random)
                other.snapshot.addresses.shuffle(using: &random)
                try other.run(policy)
                for version in IPVersion.allCases {
                    #expect(other.standing(version) == first.standing(version), "seed \(seed)")
                }
            }
        }
    }

    @Test func anyInterfaceThatLeavesLeavesTheNextBest() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let networks = GeneratedNetwork.several(&random)
            for leaving in networks {
                var rest = TestContainer(networks.filter { $0.index != leaving.index })
                try rest.run()
                var container = TestContainer(networks)
                try container.run()
                if Bool.random(using: &random) {
                    #expect(try container.runCarefully(Policy(), leaving: leaving.index).filter { !$0.hasPrefix("no ") } == [])
                    #expect(try container.snapshot.plan(Policy(), leaving: leaving.index) == [], "seed \(seed)")
                }
                container.disconnect(leaving.index)
                try container.run()
                for version in IPVersion.allCases {
                    #expect(container.standing(version) == rest.standing(version), "seed \(seed)")
                }
                #expect(Set(container.ourRules) == Set(rest.ourRules), "seed \(seed)")
                #expect(Set(container.ourRoutes) == Set(rest.ourRoutes), "seed \(seed)")
                #expect(try container.snapshot.plan(Policy()) == [], "seed \(seed)")
            }
        }
    }

    @Test func ofOneNetworkAloneNothingOfOursIsLeft() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            var networks = GeneratedNetwork.several(&random, .objects)
            var container = TestContainer(networks)
            while networks.count > 1 {
                try container.run(policy(&random))
                let leaving = networks.remove(at: Int.random(in: networks.indices, using: &random))
                if Bool.random(using: &random) { try container.run(policy(&random), leaving: leaving.index) }
                container.disconnect(leaving.index)
            }
            try container.run()
            #expect(container.ourRoutes == [] && container.ourRules == [], "seed \(seed)")
            for version in IPVersion.allCases {
                let own = networks[0].routes.contains { $0.version == version }
                #expect(container.main(version).count == (own ? 1 : 0), "seed \(seed)")
            }
        }
    }

    @Test func aDefaultTakenAwayOnPurposeIsNeverPutBack() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            var networks = GeneratedNetwork.several(&random)
            var container = TestContainer(networks)
            try container.run()
            // With one candidate of a family nothing is remembered, and nothing done.
            let version: IPVersion = Bool.random(using: &random) ? .v4 : .v6
            container.cut(version)
            for _ in 0..<6 {
                if Bool.random(using: &random), networks.count > 1 {
                    // Its own network's disconnecting without a word lets the next best take over.
                    let marked = container.ourRoutes.first { $0.protocol == 69 && $0.version == version }?.nextHops[0].interface
                    let place = Int.random(in: networks.indices, using: &random)
                    let leaving = networks[place].index
                    if Bool.random(using: &random) || leaving == marked {
                        try container.run(policy(&random), leaving: leaving)
                    }
                    if Bool.random(using: &random) {
                        networks.remove(at: place)
                        container.disconnect(leaving)
                    }
                }
                try container.run(policy(&random))
                #expect(container.main(version) == [], "seed \(seed)")
            }
        }
    }

    @Test func whateverHappensARunIsCarriedOutAndLeavesNothingToDo() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            let networks = GeneratedNetwork.several(&random)
            var container = TestContainer(networks)
            for _ in 0..<8 {
                let network = networks.randomElement(using: &random) ?? networks[0]
                if !container.snapshot.links.contains(where: { $0.index == network.index }) {
                    container.connect(network)
                } else if Bool.random(using: &random) {
                    container.disconnect(network.index)
                } else {
                    for route in network.routes { container.add(route) }
                }
                let policy = policy(&random)
                #expect(try container.runCarefully(policy) == [], "seed \(seed)")
                let again = try container.snapshot.plan(policy).words
                #expect(again == [], "seed \(seed)")
            }
        }
    }
}
