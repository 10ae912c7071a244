import Netlink
import Testing

@testable import Keel

/// What the tables remember: who lost, who won, and that somebody took the winner's default away.
@Suite struct RouteMemoryTests {
    private let routes = [
        Route(via: "10.89.2.1", dev: 2), Route(via: "10.89.3.1", dev: 3), Route(via: "10.89.4.1", dev: 4),
    ]

    private func hop(_ place: Int) -> [NextHop] { routes[place].nextHops }

    /// After a run over `count` networks, of which the first won.
    private func container(_ count: Int = 3, _ policy: Policy = Policy()) throws -> TestContainer {
        var container = TestContainer()
        for index in 0..<count {
            let dev = UInt32(index + 2)
            container.connect(dev, "eth\(index)", ["10.89.\(dev).2/24"], [routes[index]])
        }
        try container.run(policy)
        return container
    }

    @Test func whenTheWinnersNetworkIsDisconnectedTheBestLoserComesBack() throws {
        var container = try container()
        container.disconnect(2)
        let plan = try container.run()
        #expect(
            plan.actions == [
                .addRoute(routes[1]), .deleteRule(.from("10.89.3.0/24", dev: 3)),
                .deleteRule(.bound(.v4, "eth1", dev: 3)), .deleteRoute(routes[1].copied()),
                .addRoute(routes[1].marked()),
            ])
        #expect(plan.text.first == "restored default via 10.89.3.1 dev eth1 metric 100")
        #expect(container.main(.v4) == hop(1))
        #expect(
            container.ourRules == [
                .main(.v4), .foreign(.v4), .from("10.89.4.0/24", dev: 4), .bound(.v4, "eth2", dev: 4),
            ])
        #expect(container.grouped == [3, 4])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func whenALosersNetworkIsDisconnectedItsRulesGo() throws {
        var container = try container()
        container.disconnect(3)
        #expect(
            try container.run().actions == [
                .deleteRule(.from("10.89.3.0/24", dev: 3)), .deleteRule(.bound(.v4, "eth1", dev: 3)),
            ])
        #expect(container.main(.v4) == hop(0))
    }

    @Test func whereOneNetworkIsLeftEverythingOfOursGoes() throws {
        for last in [UInt32(2), 3] {
            var container = try container(2)
            container.disconnect(last == 2 ? 3 : 2)
            try container.run()
            #expect(container.ourRoutes == [] && container.ourRules == [] && container.grouped == [])
            #expect(container.main(.v4) == hop(Int(last) - 2))
            #expect(try container.snapshot.plan(Policy()) == [])
        }
    }

    @Test(arguments: [UInt32(2), 3, 4]) func anInterfaceThatIsLeavingLeavesTheNextBest(leaving: UInt32) throws {
        var container = try container()
        try container.run(leaving: leaving)
        #expect(container.main(.v4) == (leaving == 2 ? hop(1) : hop(0)))
        #expect(try container.snapshot.plan(Policy(), leaving: leaving) == [])
        container.disconnect(leaving)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func anInterfaceThatLeavesUntouchedMainGoesFirst() throws {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.2/24"], [routes[0]])
        container.connect(3, "eth1", ["10.89.3.2/24"], [routes[1]])
        #expect(try container.run(leaving: 2).actions == [.deleteRoute(routes[0])])
        #expect(container.ourRoutes == [] && container.ourRules == [])
    }

    @Test func theLastInterfaceThatLeavesIsLeftToTheKernel() throws {
        var container = try container(1)
        #expect(try container.run(leaving: 2) == [])
        var both = try self.container(2)
        try both.run(leaving: 2)
        both.disconnect(2)
        #expect(try both.run(leaving: 3) == [])
    }

    @Test func allLeaveOneAfterTheOther() throws {
        for order in [[UInt32(2), 3, 4], [4, 3, 2], [3, 2, 4], [2, 4, 3]] {
            var container = try container()
            for leaving in order {
                try container.run(leaving: leaving)
                container.disconnect(leaving)
            }
            #expect(container.snapshot.routes == [] && container.ourRules == [])
        }
    }

    @Test func aDefaultTakenAwayOnPurposeIsNotPutBack() throws {
        var container = try container()
        container.cut(.v4)
        // What is bound must not get out by the tables, either.
        let plan = try container.run()
        #expect(plan.allSatisfy { if case .deleteRule = $0.action { true } else { false } })
        #expect(container.ourRules == [] && container.ourRoutes.count == 3)
        for policy in [Policy(prefer: ["eth1"]), Policy(.ranked), Policy(sourceRules: false), Policy(.one), Policy()] {
            try container.run(policy)
            #expect(container.main(.v4) == [])
            for flow in container.flows { #expect(container.ways(flow) == []) }
        }
    }

    @Test func whenItIsPutBackByHandTheRulesComeBack() throws {
        var container = try container()
        let before = container
        container.cut(.v4)
        try container.run()
        container.add(routes[0])
        try container.run()
        #expect(container.mainRoutes == [routes[0]])
        #expect(container.ourRules == before.ourRules && Set(container.ourRoutes) == Set(before.ourRoutes))
        #expect(container.grouped == before.grouped)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func norWhenALosersNetworkGoes() throws {
        for leaving in [UInt32(3), 4] {
            var container = try container()
            container.cut(.v4)
            try container.run(leaving: leaving)
            container.disconnect(leaving)
            try container.run()
            container.disconnect(leaving == 3 ? 4 : 3)
            try container.run()
            #expect(container.main(.v4) == [])
        }
    }

    @Test func norWhenItsOwnNetworkLeaves() throws {
        var container = try container()
        container.cut(.v4)
        try container.run(leaving: 2)
        container.disconnect(2)
        for _ in 0..<2 {
            try container.run()
            #expect(container.main(.v4) == [])
        }
    }

    @Test func norWhenAllWereRanked() throws {
        var container = try container(3, Policy(.ranked))
        container.cut(.v4)
        try container.run(Policy(.ranked))
        #expect(container.main(.v4) == [])
        try container.run()
        #expect(container.main(.v4) == [])
    }

    @Test func theOtherFamilyIsNotConcerned() throws {
        var container = try container()
        for dev in [UInt32(2), 3] { container.add(Route(via: "fd00:\(dev)::1", dev: dev)) }
        container.cut(.v4)
        try container.run()
        #expect(container.main(.v4) == [] && container.main(.v6) == [NextHop("fd00:2::1", dev: 2)])
    }

    @Test func aNetworkConnectedAfterwardsBringsItsOwnDefaultAndNoOther() throws {
        var container = try container()
        container.cut(.v4)
        container.connect(5, "eth3", ["10.89.5.2/24"], [Route(via: "10.89.5.1", dev: 5)])
        try container.run()
        #expect(container.main(.v4) == [NextHop("10.89.5.1", dev: 5)])
        try container.run(leaving: 5)
        container.disconnect(5)
        try container.run()
        #expect(container.main(.v4) == [])
    }

    @Test func anEngineThatAddsItsDefaultsAgainIsFollowed() throws {
        var container = try container()
        for route in routes { container.add(route) }
        let plan = try container.run()
        #expect(plan.actions == [.deleteRoute(routes[1]), .deleteRoute(routes[2])])
        #expect(container.main(.v4) == hop(0))
    }

    @Test func aBetterNetworkConnectedLaterWinsAndTheWinnerStandsBy() throws {
        var container = try container()
        container.connect(5, "eth3", ["10.89.5.2/24"], [Route(via: "10.89.5.1", dev: 5, metric: 10)])
        try container.run()
        #expect(container.main(.v4) == [NextHop("10.89.5.1", dev: 5)] + hop(0))
        #expect(container.ourRules.count == 8)
        #expect(try container.snapshot.plan(Policy()) == [])
        container.disconnect(5)
        try container.run()
        #expect(container.main(.v4) == hop(0))
        #expect(container.ourRules.count == 6)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func anotherPreferenceChangesTheWinner() throws {
        var container = try container()
        let plan = try container.run(Policy(prefer: ["eth2"]))
        #expect(container.main(.v4) == hop(2))
        #expect(plan.text.contains("restored default via 10.89.4.1 dev eth2 metric 100"))
        #expect(
            plan.text.contains("removed default via 10.89.2.1 dev eth0 (kept: via 10.89.4.1 dev eth2, metric 100)"))
        #expect(
            Set(container.ourRules) == [
                .main(.v4), .foreign(.v4), .from("10.89.3.0/24", dev: 3), .from("10.89.2.0/24", dev: 2),
                .bound(.v4, "eth1", dev: 3), .bound(.v4, "eth0", dev: 2),
            ])
        #expect(try container.snapshot.plan(Policy(prefer: ["eth2"])) == [])
        try container.run()
        #expect(container.main(.v4) == hop(0))
    }

    @Test func ofTheLosersOneThatAnswersComesBack() throws {
        var container = try container()
        container.doubt([("10.89.3.1", 3)], .silent)
        container.disconnect(2)
        try container.run()
        #expect(container.main(.v4) == hop(2))
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    /// Where main has none, one of which nothing is known is better than none.
    @Test func whereNobodyCanBeAskedTheBestComesBackAllTheSame() throws {
        var container = try container()
        container.doubt([("10.89.3.1", 3), ("10.89.4.1", 4)], .unknown)
        container.disconnect(2)
        try container.run()
        #expect(container.main(.v4) == hop(1))
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func tablesOfOthersAreNobodysMemory() throws {
        var container = try container(1)
        let strangers = [
            routes[0].with { $0.table = 17_739_003 }, routes[0].with { $0.table = 100 },
            Route(via: "10.89.2.9", dev: 2).with { $0.table = 51820 },
        ]
        container.snapshot.routes += strangers
        #expect(try container.snapshot.plan(Policy()) == [])
    }
}
