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

    @Test func ofAnIPv4MultipathRouteTheWinnersLegIsAddedAndThenTheWholeDeleted() throws {
        var container = container()
        var weighted = legs4
        weighted[1].hops = 9
        let route = Route(legs: weighted, metric: 5).with { $0.preferredSource = ipAddress("10.89.2.2") }
        container.snapshot.routes = [route]
        let (winner, loser) = (leg(route, legs4[0]), leg(route, legs4[1]))
        let plan = try container.snapshot.plan(Policy())
        #expect(
            plan.actions == [
                .addRoute(loser.copied()), .addRoute(winner.marked()), .addRoute(winner),
                .addRule(.main(.v4)), .addRule(.from("10.89.3.2", dev: 3)), .deleteRoute(route),
            ])
        #expect(
            plan.words[2] == "added default via 10.89.2.1 dev eth0 as a route of its own (it was one leg of several)")
        #expect(plan.words[5] == "removed default route of 2 legs (kept: via 10.89.2.1 dev eth0, metric 5)")
        try container.run()
        #expect(container.main(.v4) == [legs4[0]])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    /// As a run leaves it that was cut off before its last change.
    @Test func besideAMultipathRouteTheWinnersLegIsKept() throws {
        var container = container()
        let route = Route(legs: legs4)
        for routes in [[route, leg(route, legs4[0])], [leg(route, legs4[0]), route]] {
            container.snapshot.routes = routes
            _ = try container.runCarefully(Policy())
            #expect(container.main(.v4) == [legs4[0]])
        }
    }

    @Test func anIPv4MultipathRouteThatLosesWholeIsDeletedOnce() throws {
        var container = container()
        let route = Route(legs: legs4)
        let better = Route(via: "10.89.4.1", dev: 4, metric: 50)
        container.snapshot.routes = [better, route]
        let plan = try container.snapshot.plan(Policy())
        #expect(plan.actions.count { $0 == .deleteRoute(route) } == 1)
        #expect(!plan.actions.contains(.addRoute(leg(route, legs4[0]))))
        try container.run()
        #expect(container.main(.v4) == [NextHop("10.89.4.1", dev: 4)])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func ofAnIPv6MultipathRouteTheLosingLegsAreDeletedByGatewayAndDevice() throws {
        var container = container()
        container.snapshot.routes = [Route(legs: legs6)]
        let (winner, loser) = (leg(container.snapshot.routes[0], legs6[0]), leg(container.snapshot.routes[0], legs6[1]))
        let plan = try container.snapshot.plan(Policy())
        #expect(
            plan.actions == [
                .addRoute(loser.copied()), .addRoute(winner.marked()),
                .addRule(.main(.v6)), .addRule(.from("fd00:3::2", dev: 3)), .deleteRoute(loser),
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
        #expect(try container.snapshot.plan(Policy()).words == [])
    }

    @Test(arguments: ["10.89.3.1", "fd00:3::1"]) func aSingleObjectIsCopiedAndDeletedByItsID(gateway: String) throws {
        var container = container()
        let loser = Route(via: gateway, dev: 3).with { $0.nextHopObject = 77 }
        let winner = Route(via: gateway.replacing("3", with: "2"), dev: 2).with { $0.nextHopObject = 76 }
        container.snapshot.routes = [loser, winner]
        let plan = try container.snapshot.plan(Policy())
        #expect(plan.actions.prefix(2) == [.addRoute(loser.copied()), .addRoute(winner.marked())])
        #expect(plan.actions.last == .deleteRoute(loser))
        try container.run()
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: [true, false]) func ofAGroupTheWinnersLegIsAddedAndThenTheWholeDeleted(isIPv4: Bool) throws {
        var container = container()
        let group = Route(legs: isIPv4 ? legs4 : legs6).with { $0.nextHopObject = 99 }
        container.snapshot.routes = [group]
        let (winner, loser) = (leg(group, group.nextHops[0]), leg(group, group.nextHops[1]))
        let plan = try container.snapshot.plan(Policy())
        #expect(plan.actions[0] == .addRoute(loser.copied()))
        #expect(plan.actions[1] == .addRoute(winner.marked()))
        #expect(plan.actions[2] == .addRoute(winner))
        #expect(plan.actions.last == .deleteRoute(group))
        try container.run()
        #expect(container.main(group.version) == [group.nextHops[0]])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: [true, false]) func rankedEveryLegStandsAlone(isIPv4: Bool) throws {
        var container = container()
        let route = Route(legs: isIPv4 ? legs4 : legs6)
        container.snapshot.routes = [route]
        try container.run(Policy(.ranked))
        let left = container.snapshot.routes.filter { $0.table == 254 }
        #expect(left == [leg(route, route.nextHops[0]), leg(route, route.nextHops[1]).with { $0.metric = 17741 }])
        #expect(try container.snapshot.plan(Policy(.ranked)).words == [])
    }
}
