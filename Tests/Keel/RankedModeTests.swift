import Netlink
import Testing

@testable import Keel

/// Mode `ranked`: all stay in main, each network's at a metric of its own.
@Suite struct RankedModeTests: RoutesOfThreeNetworks {
    @Test func itGivesEachNetworkAMetricOfItsOwn() throws {
        var container = container()
        let plan = try container.run(Policy(.ranked))
        let ranks = [best, second, third].enumerated().map { place, route in
            route.with { $0.metric = 50 + UInt32(place) }
        }
        #expect(container.mainRoutes == ranks)
        #expect(
            plan.actions.dropFirst(3) == [
                .addRoute(best.standing()), .addRoute(second.standing()), .addRoute(third.standing()),
                .addRule(.main(.v4)), .addRule(.foreign(.v4)),
                .addRule(.from("10.89.3.0/24", dev: 3)), .addRule(.from("10.89.4.0/24", dev: 4)),
                .addRule(.bound(.v4, "eth1", dev: 3)), .addRule(.bound(.v4, "eth2", dev: 4)),
                .addRoute(ranks[0]), .deleteRoute(best), .addRoute(ranks[1]), .deleteRoute(second),
                .addRoute(ranks[2]), .deleteRoute(third),
            ])
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func whatIsConnectedLaterAtAnEnginesMetricTiesWithNone() throws {
        for metric in [UInt32(100), 99, 1024] {
            var container = container()
            try container.run(Policy(.ranked))
            container.connect(5, "eth9", ["10.89.5.2/24"], [Route(via: "10.89.5.1", dev: 5, metric: metric)])
            #expect(Set(container.mainRoutes.map { $0.metric }).count == 4)
            #expect(container.ways(Flow(version: .v4)) == Set(best.nextHops))
        }
    }

    /// Where each stood before is what counts, not where an earlier run put it.
    @Test func rankedTheOrderOfAttachingHasNoSay() throws {
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
            var container = TestContainer()
            for place in order {
                let index = UInt32(place + 2)
                container.connect(
                    index, "eth\(place)", ["10.89.\(index).2/24"], [Route(via: "10.89.\(index).1", dev: index)])
                try container.run(Policy(.ranked))
            }
            #expect(container.mainRoutes.map { $0.nextHops[0].interface } == [2, 3, 4])
            #expect(container.mainRoutes.map { $0.metric } == [50, 51, 52])
        }
    }

    @Test func rankedKeepsTheOrderOfMetrics() throws {
        var container = container()
        container.snapshot.routes = [
            third.with { $0.metric = 90 }, best.with { $0.metric = 200 }, second.with { $0.metric = 300 },
        ]
        try container.run(Policy(.ranked))
        #expect(container.mainRoutes.map { $0.nextHops[0].interface } == [4, 2, 3])
        #expect(container.mainRoutes.map { $0.metric } == [50, 51, 52])
        #expect(Set(container.ourRoutes.map { $0.metric }) == [90, 200, 300])
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func rankedWhatStandsBehindAForeignDefaultStays() throws {
        var container = container()
        let foreign = Route(legs: [NextHop("10.89.2.9", dev: 2), NextHop("10.89.3.9", dev: 3)], metric: 150)
        let behind = third.with { $0.metric = 200 }
        container.snapshot.routes = [best, second, foreign, behind]
        try container.run(Policy(.ranked))
        #expect(container.mainRoutes.map { $0.metric } == [50, 51, 150, 200])
        #expect(container.mainRoutes.suffix(2) == [foreign, behind])
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func rankedPutsAPreferredOneBeforeThoseOfABetterMetric() throws {
        var container = container()
        try container.run(Policy(.ranked, prefer: ["eth2"]))
        #expect(container.mainRoutes.map { $0.nextHops[0].interface } == [4, 2, 3])
        #expect(container.mainRoutes.map { $0.metric } == [50, 51, 52])
        #expect(try container.runCarefully(Policy(.ranked, prefer: ["eth1"])) == [])
        #expect(container.mainRoutes.map { $0.nextHops[0].interface } == [3, 2, 4])
        #expect(container.mainRoutes.map { $0.metric } == [50, 51, 52])
        #expect(try container.snapshot.plan(Policy(.ranked, prefer: ["eth1"])) == [])
    }

    @Test func rankedFallsBackByItself() throws {
        var container = container()
        try container.run(Policy(.ranked))
        container.disconnect(2)
        #expect(container.main(.v4).first == second.nextHops[0])
        try container.run(Policy(.ranked))
        #expect(container.main(.v4) == [second.nextHops[0], third.nextHops[0]])
        #expect(
            container.ourRules == [
                .main(.v4), .foreign(.v4), .from("10.89.4.0/24", dev: 4), .bound(.v4, "eth2", dev: 4),
            ])
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
        #expect(container.mainRoutes.map { $0.nextHops.count } == [1, 1, 1])
        #expect(container.mainRoutes.map { $0.metric } == [50, 51, 52])
        #expect(container.snapshot.links[3].routerAdvertisementMetric == 52)
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func fromDistinctToRankedAndBackTheWinnerStays() throws {
        var container = container()
        try container.run()
        let distinct = container
        #expect(try container.runCarefully(Policy(.ranked)) == [])
        #expect(container.main(.v4).map { $0.interface } == [2, 3, 4])
        #expect(Set(container.mainRoutes.map { $0.metric }).count == 3)
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
        #expect(try container.runCarefully(Policy()) == [])
        #expect(container.main(.v4).first == best.nextHops[0])
        #expect(container.ourRules == distinct.ourRules)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: [UInt32(2), 3, 4]) func anInterfaceThatLeavesIsFollowedByTheNext(leaving: UInt32) throws {
        var container = container()
        try container.run(Policy(.ranked))
        try container.run(Policy(.ranked), leaving: leaving)
        #expect(try container.snapshot.plan(Policy(.ranked), leaving: leaving) == [])
        container.disconnect(leaving)
        #expect(container.main(.v4).map { $0.interface } == [2, 3, 4].filter { $0 != leaving })
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    /// To put the winner among or behind it would give its packets to somebody else.
    @Test func whereAForeignDefaultStandsAmongTheRanksNothingIsRanked() throws {
        for metric in [UInt32(10), 50, 51] {
            var container = container()
            let foreign = third.with { ($0.protocol, $0.metric) = (12, metric) }
            let routes = [best, second].map { route in route.with { $0.metric = 5 } }
            container.snapshot.routes = routes + [foreign]
            #expect(try container.runCarefully(Policy(.ranked)) == [])
            #expect(container.mainRoutes == [routes[0], foreign])
            #expect(try container.snapshot.plan(Policy(.ranked)) == [])
        }
    }

    @Test func whatWasSetAsideBehindAForeignDefaultIsNotForgotten() throws {
        var container = container()
        let foreign = Route(legs: [NextHop("10.89.2.9", dev: 2), NextHop("10.89.3.9", dev: 3)], metric: 150)
        container.connect(5, "eth3", ["10.89.5.2/24"], [Route(via: "10.89.5.1", dev: 5, metric: 200)])
        container.snapshot.routes += [third.with { $0.metric = 200 }, foreign]
        container.snapshot.routes.removeAll { $0 == third }
        try container.run()
        let aside = Route(via: "10.89.5.1", dev: 5, metric: 200)
        #expect(container.ourRoutes.contains(aside.copied()))
        #expect(try container.runCarefully(Policy(.ranked)) == [])
        #expect(container.ourRoutes.contains { $0.table == 17_739_005 } || container.mainRoutes.contains(aside))
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func theOnlyOneThatIsLeftComesBack() throws {
        var container = container()
        container.disconnect(4)
        try container.run()
        container.disconnect(2)
        try container.run(Policy(.ranked))
        #expect(container.mainRoutes == [second])
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    @Test func anAdvertisedOneIsRankedByWhereItStood() throws {
        for metrics in [[UInt32(1024), 1024], [1024, 512], [512, 1024]] {
            var container = TestContainer()
            container.connect(2, "eth0", ["fd00:2::2/64"], [Route(advertised: "fe80::1", dev: 2, metric: metrics[0])])
            container.connect(3, "eth1", ["fd00:3::2/64"], [Route(via: "fd00:3::1", dev: 3, metric: metrics[1])])
            try container.run(Policy(.ranked))
            let order = metrics[1] < metrics[0] ? [UInt32(3), 2] : [2, 3]
            #expect(container.mainRoutes.map { $0.nextHops[0].interface } == order)
            #expect(try container.snapshot.plan(Policy(.ranked)).text == [])
        }
    }
}
