import Netlink
import Testing

@testable import Keel

/// The order of our rules, and that each is there once.
@Suite struct RuleOrderTests: RulesOfThreeNetworks {
    @Test func theyStandBehindWhatOthersPutAtTheirPriority() throws {
        var container = container()
        let vpn = PolicyRule(.v4, priority: 32764, table: 51820, protocol: 3)
        let same = PolicyRule(.v4, priority: 32765, table: 100, protocol: 4, source: prefix("10.89.3.0/24"))
        let look = PolicyRule(.v4, priority: 32765, table: 254, protocol: 3, suppressedPrefixLength: 0)
        container.snapshot.rules?.insert(contentsOf: [vpn, same, look], at: 1)
        try container.run()
        #expect(container.snapshot.rules?.prefix(10) == [TestContainer.kernelRules[0], vpn, same, look] + wanted[...])
        #expect(try container.snapshot.plan(Policy()) == [])
        for index in [UInt32(3), 4] { container.disconnect(index) }
        try container.run()
        #expect(
            container.snapshot.rules?.prefix(5) == [
                TestContainer.kernelRules[0], vpn, same, look, TestContainer.kernelRules[1],
            ])
    }

    @Test func whatOthersPutBehindThemComesBeforeThemAgain() throws {
        var container = container()
        try container.run()
        let vpn = PolicyRule(.v4, priority: 32765, table: 51820, protocol: 0)
        try container.apply(.addRule(vpn))
        #expect(try container.runCarefully(Policy()) == [])
        #expect(container.snapshot.rules?.filter { $0.version == .v4 && $0.priority == 32765 } == [vpn] + wanted)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func othersAtTheirPriorityOfTheOtherFamilyDoNotMatter() throws {
        var container = container()
        try container.run()
        try container.apply(.addRule(PolicyRule(.v6, priority: 32765, table: 51820, protocol: 0)))
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func aMissingRuleIsAddedAndTheOthersStay() throws {
        for missing in [first, second] + devices {
            var container = container()
            try container.run()
            container.snapshot.rules?.removeAll { $0 == missing }
            #expect(try container.run().actions == [.addRule(missing)])
            #expect(Set(container.ourRules) == Set(wanted) && container.ourRules.prefix(2) == heads[...])
            #expect(try container.snapshot.plan(Policy()) == [])
        }
    }

    @Test func whereOneOfTheFirstTwoIsMissingAllAreMadeAnewInOrder() throws {
        for missing in heads {
            var container = container()
            try container.run()
            container.snapshot.rules?.removeAll { $0 == missing }
            let before = container
            let plan = try container.snapshot.plan(Policy())
            for change in plan {
                try container.apply(change.action)
                // Half-way is no worse than before.
                for flow in container.flows where flow.version == .v4 && flow.device == nil {
                    let ways = container.ways(flow)
                    #expect(
                        ways == before.ways(flow) || ways == [NextHop("10.89.2.1", dev: 2)],
                        "\(change.attempt): \(flow)")
                }
            }
            #expect(container.ourRules == wanted)
            #expect(try container.snapshot.plan(Policy()) == [])
        }
    }

    @Test func aFirstThatStandsBehindIsNoFirst() throws {
        for order in [[1, 2, 3, 4, 5, 0], [1, 0, 2, 3, 4, 5], [0, 2, 1, 3, 4, 5], [0, 2, 3, 4, 5, 1]] {
            var container = container()
            try container.run()
            container.snapshot.rules = TestContainer.kernelRules
            for place in order { try container.apply(.addRule(wanted[place])) }
            try container.run()
            #expect(container.ourRules == wanted)
        }
    }

    @Test func whatStandsThereTwiceIsRemovedOnce() throws {
        var container = container()
        try container.run()
        container.snapshot.rules?.insert(first, at: 4)
        #expect(try container.run().actions == [.deleteRule(first)])
        #expect(container.ourRules == wanted)
        container.snapshot.rules?.insert(wanted[0], at: 1)
        #expect(try container.run().actions == [.deleteRule(wanted[0])])
        #expect(container.ourRules == wanted)
        #expect(try container.snapshot.plan(Policy()) == [])
    }
}
