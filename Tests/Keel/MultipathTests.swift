import Netlink
import Testing

@testable import Keel

/// Routes of several legs, and those that refer to next-hop objects.
@Suite struct MultipathTests {
    private func container() -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.2/24", "fd00:2::2/64"])
        container.connect(3, "eth1", ["10.89.3.2/24", "fd00:3::2/64"])
        container.connect(4, "eth2", ["10.89.4.2/24", "fd00:4::2/64"])
        return container
    }

    private let legs4 = [NextHop("10.89.2.1", dev: 2), NextHop("10.89.3.1", dev: 3)]
    private let legs6 = [NextHop("fd00:2::1", dev: 2), NextHop("fd00:3::1", dev: 3)]

    private func leg(_ route: Route, _ hop: NextHop) -> Route {
        route.with {
            $0.nextHops = [hop]
            $0.nextHopObject = nil
        }
    }

    @Test(arguments: [Policy.DefaultRoute.Mode.distinct, .one, .ranked]) func anIPv4MultipathRouteIsLeftAlone(
        mode: Policy.DefaultRoute.Mode
    ) throws {
        var container = container()
        var weighted = legs4
        weighted[1].hops = 9
        for route in [Route(legs: legs4, metric: 5), Route(legs: weighted, metric: 5)] {
            container.snapshot.routes = [route]
            #expect(try container.snapshot.plan(Policy(mode)) == [])
            #expect(try container.snapshot.plan(Policy(mode), leaving: 2) == [])
            #expect(container.snapshot.competingDefaults(.v4, Policy().defaultRoute).isEmpty)
        }
    }

    /// A link that flaps loses its IPv6 addresses; its leg of a merged route stays.
    @Test func aLegWithoutItsAddressIsCopiedAsIfItsGatewayWereOnTheLink() throws {
        var container = container()
        container.snapshot.addresses.removeAll { $0.interface == 3 && $0.address.version == .v6 }
        container.snapshot.routes = [Route(legs: legs6)]
        try container.run()
        #expect(container.main(.v6).map { $0.interface } == [2])
        #expect(container.ourRoutes.map { $0.nextHops[0].isOnLink } == [true, false])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func besideRoutesOfItsMetricNothingCompetes() throws {
        var container = container()
        let route = Route(legs: legs4)
        for routes in [[route, leg(route, legs4[0])], [leg(route, legs4[0]), leg(route, legs4[1]), route]] {
            container.snapshot.routes = routes
            #expect(try container.snapshot.plan(Policy()) == [])
        }
    }

    @Test func behindBetterRoutesItStays() throws {
        var container = container()
        let route = Route(legs: legs4)
        let better = Route(via: "10.89.4.1", dev: 4, metric: 50)
        container.snapshot.routes = [better, route]
        #expect(try container.snapshot.plan(Policy()) == [])
        let rival = Route(via: "10.89.3.1", dev: 3, metric: 50)
        container.snapshot.routes = [better, rival, route]
        try container.run()
        #expect(container.mainRoutes == [rival, route])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func ofAnIPv6MultipathRouteTheLosingLegsAreDeletedByGatewayAndDevice() throws {
        var container = container()
        container.snapshot.routes = [Route(legs: legs6)]
        let (winner, loser) = (leg(container.snapshot.routes[0], legs6[0]), leg(container.snapshot.routes[0], legs6[1]))
        let plan = try container.snapshot.plan(Policy())
        #expect(
            plan.actions.dropFirst(2) == [
                .addRoute(loser.copied()), .addRoute(winner.marked()),
                .addRule(.main(.v6)), .addRule(.foreign(.v6)), .addRule(.from("fd00:3::/64", dev: 3)),
                .addRule(.bound(.v6, "eth1", dev: 3)), .deleteRoute(loser),
            ])
        try container.run()
        #expect(container.main(.v6) == [legs6[0]])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func twoIPv6GatewaysOnALosingInterfaceAreBothRemembered() throws {
        var container = container()
        container.add(Route(via: "fd00:2::1", dev: 2))
        for gateway in ["fd00:3::1", "fd00:3::9"] { container.add(Route(via: gateway, dev: 3)) }
        try container.run()
        #expect(container.main(.v6) == [NextHop("fd00:2::1", dev: 2)])
        #expect(container.ourRoutes.filter { $0.table == 17_739_003 }.flatMap { $0.nextHops }.count == 2)
        #expect(try container.snapshot.plan(Policy()).text == [])
    }

    @Test(arguments: ["10.89.3.1", "fd00:3::1"]) func aSingleObjectIsCopiedAndDeletedByItsID(gateway: String) throws {
        var container = container()
        let loser = Route(via: gateway, dev: 3).with { $0.nextHopObject = 77 }
        let winner = Route(via: gateway.replacing("3", with: "2"), dev: 2).with { $0.nextHopObject = 76 }
        container.snapshot.routes = [loser, winner]
        let plan = try container.snapshot.plan(Policy())
        #expect(plan.actions.dropFirst(2).prefix(2) == [.addRoute(loser.copied()), .addRoute(winner.marked())])
        #expect(plan.actions.last == .deleteRoute(loser))
        try container.run()
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: [true, false]) func aGroupOfNextHopsIsLeftAlone(isIPv4: Bool) throws {
        var container = container()
        let group = Route(legs: isIPv4 ? legs4 : legs6).with { $0.nextHopObject = 99 }
        container.snapshot.routes = [group]
        for mode in [Policy.DefaultRoute.Mode.distinct, .one, .ranked] {
            #expect(try container.snapshot.plan(Policy(mode)) == [])
        }
    }

    @Test func rankedEveryIPv6LegStandsAlone() throws {
        var container = container()
        let route = Route(legs: legs6)
        container.snapshot.routes = [route]
        try container.run(Policy(.ranked))
        let wanted = legs6.enumerated().map { place, hop in leg(route, hop).with { $0.metric = 50 + UInt32(place) } }
        #expect(container.mainRoutes == wanted)
        #expect(try container.snapshot.plan(Policy(.ranked)).text == [])
    }

    /// What was merged with a leg by no network is not ours to take apart, but the networks' legs compete.
    @Test func aLegByATunnelIsForeign() throws {
        var container = container()
        container.snapshot.links[3].isEthernet = false
        container.snapshot.routes = [Route(legs: legs6 + [NextHop("fd00:4::1", dev: 4)])]
        #expect(try container.snapshot.plan(Policy()) == [])
    }
}
