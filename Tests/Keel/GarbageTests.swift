import Netlink
import Testing

@testable import Keel

/// What is left of attachments that nobody took down.
@Suite struct GarbageTests {
    private func container() throws -> TestContainer {
        var container = TestContainer()
        for index in 2...4 as ClosedRange<UInt32> {
            container.connect(
                index, "eth\(index - 2)", ["10.89.\(index).5/24"],
                [Route(via: "10.89.\(index).1", dev: index, metric: 100)])
        }
        try container.run()
        return container
    }

    @Test func aContainerThatIsWholeHasNone() throws {
        #expect(try container().snapshot.planGarbage() == [])
        #expect(TestContainer().snapshot.planGarbage() == [])
    }

    @Test func aRuleWhoseTableIsEmptyGoes() throws {
        var container = try container()
        container.disconnect(4)
        #expect(container.snapshot.planGarbage().actions == [.deleteRule(.from("10.89.4.5", dev: 4))])
        container.disconnect(3)
        for change in container.snapshot.planGarbage() { try container.apply(change.action) }
        #expect(container.ourRules == [])
        #expect(container.main(.v4).map { $0.interface } == [2])
    }

    @Test func othersRulesStay() throws {
        var container = try container()
        let other = PolicyRule(.v4, priority: 100, table: 7, protocol: 4, source: prefix("10.89.4.5"))
        container.snapshot.rules?.append(other)
        container.disconnect(3)
        container.disconnect(4)
        #expect(!container.snapshot.planGarbage().actions.contains(.deleteRule(other)))
    }
}

/// Networks that somebody else routes by source, as the CNI plugin sbr does.
@Suite struct OthersRoutingTests {
    private func container(table: UInt32) throws -> TestContainer {
        var container = TestContainer()
        for index in 2...3 as ClosedRange<UInt32> {
            container.connect(
                index, "eth\(index - 2)", ["10.89.\(index).5/24"],
                [Route(via: "10.89.\(index).1", dev: index, metric: 100)])
        }
        try container.run()
        // sbr behind this plugin: a rule and a table of its own.
        container.add(Route(via: "10.89.3.1", dev: 3).with { $0.table = 100 })
        let rule = PolicyRule(.v4, priority: 32764, table: table, protocol: 3, source: prefix("10.89.3.5"))
        container.snapshot.rules?.append(rule)
        return container
    }

    @Test func aNetworkThatIsTheirsIsForgotten() throws {
        var container = try container(table: 100)
        try container.run()
        #expect(container.ourRules == [] && container.ourRoutes == [])
        container.disconnect(2)
        #expect(try container.snapshot.plan(Policy()) == [], "its default is not ours to put back")
    }

    @Test func aRuleToAnEmptyTableTakesNothingOver() throws {
        var container = try container(table: 7)
        try container.run()
        #expect(container.ourRules.count == 2)
        container.disconnect(2)
        try container.run()
        #expect(container.main(.v4).map { $0.interface } == [3])
    }
}
