import Netlink
import Testing

@testable import Keel

/// The modes of the policy, and what becomes of a container when they change.
@Suite struct ModeTests {
    private let best = Route(via: "10.89.2.1", dev: 2)
    private let second = Route(via: "10.89.3.1", dev: 3)
    private let third = Route(via: "10.89.4.1", dev: 4)

    private func container() -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.2/24"], [best])
        container.connect(3, "eth1", ["10.89.3.2/24"], [second])
        container.connect(4, "eth2", ["10.89.4.2/24"], [third])
        return container
    }

    private func mainTable(_ container: TestContainer) -> [Route] {
        container.snapshot.routes.filter { $0.table == 254 }
    }

    @Test func keepTouchesNothing() throws {
        var container = container()
        #expect(try container.snapshot.plan(Policy(.keep)) == [])
        try container.run()
        #expect(try container.snapshot.plan(Policy(.keep)) == [])
        #expect(try container.snapshot.plan(Policy(.keep), leaving: 2) == [])
    }

    @Test func rankedGivesEachLoserAMetricOfItsOwn() throws {
        var container = container()
        let plan = try container.run(Policy(.ranked))
        let ranks = [second.with { $0.metric = 17741 }, third.with { $0.metric = 17742 }]
        #expect(mainTable(container) == [best] + ranks)
        #expect(
            plan.actions == ranks.map { .addRoute($0.with { $0.protocol = 69 }.copied()) } + [
                .addRule(.main(.v4)), .addRule(.from("10.89.3.2", dev: 3)), .addRule(.from("10.89.4.2", dev: 4)),
                .addRoute(ranks[0]), .deleteRoute(second), .addRoute(ranks[1]), .deleteRoute(third),
            ])
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func rankedLeavesMetricsThatDifferAlready() throws {
        var container = container()
        container.snapshot.routes = [best, second.with { $0.metric = 200 }, third.with { $0.metric = 300 }]
        try container.run(Policy(.ranked))
        #expect(mainTable(container) == [best, second.with { $0.metric = 200 }, third.with { $0.metric = 300 }])
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func rankedPutsAPreferredOneBeforeThoseOfABetterMetric() throws {
        var container = container()
        try container.run(Policy(.ranked, prefer: ["eth2"]))
        #expect(mainTable(container).map { $0.nextHops[0].interface } == [4, 2, 3])
        #expect(mainTable(container).map { $0.metric } == [100, 17741, 17742])
        try container.run(Policy(.ranked, prefer: ["eth1"]))
        #expect(mainTable(container).first?.nextHops == second.nextHops)
        #expect(Set(mainTable(container).map { $0.metric }).count == 3)
        #expect(try container.snapshot.plan(Policy(.ranked, prefer: ["eth1"])) == [])
    }

    @Test func rankedFallsBackByItself() throws {
        var container = container()
        try container.run(Policy(.ranked))
        container.disconnect(2)
        #expect(container.main(.v4).first == second.nextHops[0])
        try container.run(Policy(.ranked))
        #expect(container.main(.v4) == [second.nextHops[0], third.nextHops[0]])
        #expect(container.ourRules == [.main(.v4), .from("10.89.4.2", dev: 4)])
        container.disconnect(4)
        try container.run(Policy(.ranked))
        #expect(container.ourRules == [] && container.ourRoutes == [])
    }

    @Test func rankedIPv6RoutesDoNotMerge() throws {
        var container = TestContainer()
        container.connect(2, "eth0", ["fd00:2::2/64"], [Route(via: "fd00:2::1", dev: 2)])
        container.connect(3, "eth1", ["fd00:3::2/64"], [Route(via: "fd00:3::1", dev: 3)])
        container.connect(4, "eth2", [], [Route(advertised: "fe80::1", dev: 4)])
        try container.run(Policy(.ranked))
        #expect(mainTable(container).map { $0.nextHops.count } == [1, 1, 1])
        #expect(mainTable(container).map { $0.metric } == [1024, 17741, 17742])
        #expect(container.snapshot.links[3].routerAdvertisementMetric == 17742)
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func fromOneToRankedAndBackTheWinnerStays() throws {
        var container = container()
        try container.run()
        let one = container
        try container.run(Policy(.ranked))
        #expect(container.main(.v4).map { $0.interface } == [2, 3, 4])
        #expect(Set(mainTable(container).map { $0.metric }).count == 3)
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
        try container.run()
        #expect(container.main(.v4) == best.nextHops)
        #expect(container.ourRules == one.ourRules)
        #expect(container.ourRoutes.count == 3)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: [UInt32(2), 3, 4]) func rankedAnInterfaceThatLeavesIsFollowedByTheNext(leaving: UInt32) throws {
        var container = container()
        try container.run(Policy(.ranked))
        try container.run(Policy(.ranked), leaving: leaving)
        #expect(try container.snapshot.plan(Policy(.ranked), leaving: leaving) == [])
        container.disconnect(leaving)
        #expect(container.main(.v4).map { $0.interface } == [2, 3, 4].filter { $0 != leaving })
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }
}
