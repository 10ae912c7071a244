import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// IPv6 defaults that routers advertise: they come back, and they run out.
@Suite struct AdvertisedRouteTests {
    private let winner = Route(via: "fd00:2::1", dev: 2)
    private let advertised = Route(advertised: "fe80::1", dev: 3)

    private func container(_ routes: [Route]) -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth0", ["fd00:2::2/64"])
        container.connect(3, "eth1", [])
        container.connect(4, "eth2", [])
        container.snapshot.addresses += [
            InterfaceAddress("fd00:3::5054:ff:fe12:3456/64", dev: 3, isPermanent: false)
        ]
        container.snapshot.routes = routes
        return container
    }

    @Test func aLoserIsDemotedAndKeepsItsLifetime() throws {
        let container = container([winner, advertised])
        let plan = try container.snapshot.plan(Policy())
        let metric = Sysctl("net/ipv6/conf/eth1/ra_defrtr_metric")
        #expect(plan.actions.contains(.set(metric, 17741)))
        #expect(
            plan.actions.suffix(3) == [
                .set(metric, 17741), .addRoute(advertised.with { $0.metric = 17741 }), .deleteRoute(advertised),
            ])
        #expect(
            plan.text.suffix(3) == [
                "set ra_defrtr_metric of eth1 to 17741 (stands by behind via fd00:2::1 dev eth0)",
                "added default via fe80::1 dev eth1 metric 17741 (stands by behind via fd00:2::1 dev eth0)",
                "removed default via fe80::1 dev eth1 (metric 1024; now at 17741)",
            ])
        #expect(plan.actions.contains(.addRule(.from("fd00:3::/64", dev: 3))))
    }

    @Test func aSecondRunAfterADemotionFindsNothingToDo() throws {
        var container = container([winner, advertised])
        try container.run()
        #expect(try container.snapshot.plan(Policy()).text == [])
    }

    @Test func aLoserThatStandsBehindAlreadyIsLeftInMain() throws {
        let behind = advertised.with { $0.metric = 2048 }
        var container = container([winner, behind])
        let plan = try container.run()
        #expect(!plan.actions.contains(.deleteRoute(behind)))
        #expect(container.snapshot.routes.contains(behind))
        #expect(!plan.contains { if case .set = $0.action { true } else { false } })
        #expect(try container.snapshot.plan(Policy()).text == [])
    }

    @Test func losersGetAMetricEach() throws {
        let other = Route(advertised: "fe80::2", dev: 4)
        var container = container([winner, advertised, other])
        try container.run()
        let metrics = container.snapshot.routes.filter { $0.table == 254 }.map { $0.metric }
        #expect(metrics == [1024, 17741, 17742])
        #expect(container.snapshot.links.map { $0.routerAdvertisementMetric } == [nil, 1024, 17741, 17742])
    }

    @Test func aLoserIsPutBehindAWinnerOfAnyMetric() throws {
        let winner = winner.with { $0.metric = 30000 }
        var container = container([winner, advertised])
        try container.run(Policy(prefer: ["eth0"]))
        #expect(container.snapshot.routes.contains(advertised.with { $0.metric = 30001 }))
    }

    @Test func whereTheKernelHasNoSuchParameterOnlyTheRouteMoves() throws {
        var container = container([winner, advertised])
        container.snapshot.links[2].routerAdvertisementMetric = nil
        let plan = try container.snapshot.plan(Policy())
        #expect(!plan.contains { if case .set = $0.action { true } else { false } })
        #expect(plan.actions.last == .deleteRoute(advertised))
    }

    @Test func anAdvertisedWinnerStaysAsItIsAndNeedsNoMark() throws {
        let better = advertised.with { $0.metric = 512 }
        for policy in [Policy(), Policy(.one)] {
            var container = container([better, winner])
            let plan = try container.run(policy)
            let copy = policy.defaultRoute.mode == .one ? winner.copied() : winner.standing()
            #expect(
                plan.actions.dropFirst(2) == [
                    .addRoute(copy), .addRule(.main(.v6)), .addRule(.foreign(.v6)),
                    .addRule(.from("fd00:2::/64", dev: 2)), .addRule(.bound(.v6, "eth0", dev: 2)),
                ] + (policy.defaultRoute.mode == .one ? [.deleteRoute(winner)] : []))
            #expect(container.main(.v6).first == NextHop("fe80::1", dev: 3))
            for lifetime in [Int32(1200), 1, 1800] {
                container.snapshot.routes[0].lifetime = lifetime
                #expect(try container.snapshot.plan(policy) == [])
            }
        }
    }

    @Test func rankedTheNextAdvertisementChangesNothing() throws {
        var container = container([winner, advertised])
        try container.run(Policy(.ranked))
        #expect(container.mainRoutes.map { $0.metric } == [50, 51])
        // The kernel takes the interface's metric, and renews the lifetime.
        container.add(advertised.with { ($0.metric, $0.lifetime) = (51, 1800) })
        #expect(container.mainRoutes.count == 2)
        #expect(try container.snapshot.plan(Policy(.ranked)).text == [])
    }

    @Test func aLosersCopyOutlivesWhatNoAdvertisementRenewsThere() throws {
        var container = container([winner, advertised])
        try container.run()
        let copy = advertised.with { ($0.table, $0.metric, $0.lifetime) = (17_739_003, 17740, nil) }
        #expect(container.ourRoutes.contains(copy))
    }

    @Test func aLoserThatWasWithdrawnIsNotPutBack() throws {
        var container = container([winner, advertised])
        try container.run()
        container.snapshot.routes.removeAll { $0.protocol == 9 && $0.table == 254 }
        try container.run()
        container.disconnect(2)
        try container.run()
        #expect(container.main(.v6) == [])
    }

    @Test func anAdvertisedRouteOfAnInterfaceThatLeavesIsDeleted() throws {
        var container = container([winner, advertised])
        let plan = try container.run(leaving: 3)
        #expect(plan.actions == [.deleteRoute(advertised)])
        #expect(container.ourRoutes == [] && container.ourRules == [])
    }

    @Test func whatTheRouterWithdrewIsFollowedByTheNext() throws {
        var container = container([winner.with { $0.metric = 2000 }, advertised.with { $0.metric = 512 }])
        try container.run(Policy(.one))
        #expect(container.main(.v6) == [NextHop("fe80::1", dev: 3)])
        container.snapshot.routes.removeAll { $0.lifetime != nil }
        try container.run(Policy(.one))
        #expect(container.main(.v6) == [NextHop("fd00:2::1", dev: 2)])
        #expect(container.ourRoutes == [] && container.ourRules == [])
    }
}
