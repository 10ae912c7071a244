import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// Several routers on one network: packets leave by one interface, with its addresses, whichever of them is taken.
@Suite struct NeighbouringRouterTests {
    private func container(_ routes: [Route]) -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.2/24", "fd00:2::2/64"])
        container.connect(3, "eth1", ["10.89.3.2/24", "fd00:3::2/64"])
        for route in routes { container.add(route) }
        return container
    }

    private func inMain(_ container: TestContainer) -> [Route] {
        container.snapshot.routes.filter { $0.table == 254 }
    }

    @Test(
        arguments: [
            [Route(advertised: "fe80::1", dev: 2), Route(advertised: "fe80::2", dev: 2)],
            [Route(via: "fd00:2::1", dev: 2), Route(via: "fd00:2::9", dev: 2)],
            [Route(via: "fd00:2::1", dev: 2), Route(advertised: "fe80::2", dev: 2)],
            [Route(via: "10.89.2.1", dev: 2), Route(via: "10.89.2.9", dev: 2)],
            [Route(via: "10.89.2.1", dev: 2), Route(via: "10.89.2.9", dev: 2, metric: 200)],
            [Route(legs: [NextHop("10.89.2.1", dev: 2), NextHop("10.89.2.9", dev: 2)])],
        ], [Policy.DefaultRoute.Mode.distinct, .one, .ranked])
    func aloneTheyAreLeftAsTheyAre(routes: [Route], mode: Policy.DefaultRoute.Mode) throws {
        let container = container(routes)
        #expect(try container.snapshot.plan(Policy(mode)).text == [])
        for version in IPVersion.allCases {
            #expect(container.snapshot.competingDefaults(version, Policy().defaultRoute).isEmpty)
        }
    }

    /// Of the two the metric belongs to the interface, so to demote the one would be to demote the winner.
    @Test func thoseOfTheNetworkThatWinsStayWithTheWinner() throws {
        let winners = [Route(advertised: "fe80::1", dev: 2), Route(advertised: "fe80::2", dev: 2)]
        var container = container(winners + [Route(via: "fd00:3::1", dev: 3)])
        #expect(container.snapshot.competingDefaults(.v6, Policy().defaultRoute).count == 3)
        try container.run()
        #expect(inMain(container) == winners)
        #expect(container.snapshot.links[1].routerAdvertisementMetric == 1024)
        #expect(try container.snapshot.plan(Policy()).text == [])
    }

    /// The next advertisement gives both the interface's metric.
    @Test func advertisedOnesThatLoseStandByAtOneMetric() throws {
        let losers = [Route(advertised: "fe80::1", dev: 3), Route(advertised: "fe80::2", dev: 3)]
        var container = container([Route(via: "fd00:2::1", dev: 2)] + losers)
        let plan = try container.run()
        #expect(inMain(container).map { $0.metric } == [1024, 17741, 17741])
        #expect(plan.count { if case .set = $0.action { true } else { false } } == 1)
        #expect(container.snapshot.links[2].routerAdvertisementMetric == 17741)
        #expect(try container.snapshot.plan(Policy()).text == [])
    }

    @Test func rankedThoseOfOneNetworkShareAMetric() throws {
        let losers = [Route(advertised: "fe80::1", dev: 3), Route(advertised: "fe80::2", dev: 3)]
        var container = container([Route(via: "fd00:2::1", dev: 2)] + losers)
        let plan = try container.run(Policy(.ranked))
        #expect(inMain(container).map { $0.metric } == [50, 51, 51])
        #expect(plan.count { if case .set = $0.action { true } else { false } } == 1)
        #expect(container.snapshot.links[2].routerAdvertisementMetric == 51)
        #expect(try container.snapshot.plan(Policy(.ranked)).text == [])
    }

    @Test func thoseThatLostComeBackTogether() throws {
        for routers in [["10.89.3.1", "10.89.3.9"], ["fd00:3::1", "fd00:3::9"]] {
            let winner = Route(via: routers[0].replacing("3", with: "2"), dev: 2)
            var container = container([winner] + routers.map { Route(via: $0, dev: 3) })
            try container.run()
            #expect(inMain(container) == [winner])
            container.disconnect(2)
            try container.run()
            #expect(container.main(winner.version) == routers.map { NextHop($0, dev: 3) })
            #expect(try container.snapshot.plan(Policy()).text == [])
        }
    }

    @Test func whoPrefersOneByItsGatewayLeavesTheOther() throws {
        let routes = [Route(via: "10.89.2.1", dev: 2), Route(via: "10.89.2.9", dev: 2)]
        var container = container(routes)
        #expect(try container.run(Policy(prefer: ["10.89.2.9/32"])) == [])
        container.add(Route(via: "10.89.3.1", dev: 3))
        try container.run(Policy(prefer: ["10.89.2.9/32"]))
        #expect(inMain(container) == routes)
    }

    /// An administrator's own static default beside the one that a router advertises.
    @Test func aStaticOneBesideAnAdvertisedOneStays() throws {
        let routes = [Route(advertised: "fe80::1", dev: 2), Route(via: "fd00:2::9", dev: 2, metric: 2000)]
        var container = container(routes + [Route(via: "fd00:3::1", dev: 3)])
        try container.run()
        #expect(inMain(container) == routes)
        #expect(try container.snapshot.plan(Policy()).text == [])
    }

    @Test func oneThatAnswersIsEnoughForItsNetworkToWin() throws {
        var container = container([
            Route(via: "10.89.2.1", dev: 2), Route(via: "10.89.2.9", dev: 2), Route(via: "10.89.3.1", dev: 3),
        ])
        container.doubt([("10.89.2.1", 2)], .silent)
        try container.run()
        #expect(container.standing(.v4) == [NextHop("10.89.2.1", dev: 2), NextHop("10.89.2.9", dev: 2)])
        #expect(try container.snapshot.plan(Policy()).text == [])
    }
}
