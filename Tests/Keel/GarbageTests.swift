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
        #expect(
            container.snapshot.planGarbage().actions == [
                .deleteRule(.from("10.89.4.0/24", dev: 4)), .deleteRule(.bound(.v4, "eth2", dev: 4)),
            ])
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
