import Netlink
import Testing

@testable import Keel

/// Where the best default route of main is no network's: a tunnel's, a routing daemon's, one of several legs, one that leads
/// nowhere.
@Suite struct ForeignDefaultTests {
    private let routes = [Route(via: "10.89.2.1", dev: 2), Route(via: "10.89.3.1", dev: 3)]

    private func container() -> TestContainer {
        var container = TestContainer()
        for (place, route) in routes.enumerated() {
            container.connect(UInt32(place + 2), "eth\(place)", ["10.89.\(place + 2).5/24"], [route])
        }
        var tunnel = Link(9, "wg0")
        (tunnel.kind, tunnel.isEthernet) = ("wireguard", false)
        container.snapshot.links.append(tunnel)
        return container
    }

    private let tunnel = Route(via: nil, dev: 9, metric: 50)

    /// Everything of ours, in one value.
    private func ours(_ container: TestContainer) -> [String] {
        container.ourRules.map { "\($0)" } + container.ourRoutes.map { "\($0)" } + container.grouped.map { "\($0)" }
    }

    @Test(arguments: [Policy.DefaultRoute.Mode.distinct, .one, .ranked]) func nothingCompetesBehindIt(
        mode: Policy.DefaultRoute.Mode
    ) throws {
        for metric in [UInt32(0), 50, 100] {
            var container = container()
            container.add(tunnel.with { $0.metric = metric })
            #expect(try container.snapshot.plan(Policy(mode)) == [])
            #expect(container.snapshot.competingDefaults(.v4, Policy().defaultRoute).isEmpty)
        }
    }

    @Test(arguments: [Policy.DefaultRoute.Mode.distinct, .one, .ranked])
    func whatAnEarlierLookMadeStaysWhileItLetsTheTunnelWin(mode: Policy.DefaultRoute.Mode) throws {
        var container = container()
        try container.run(Policy(mode))
        let before = container
        container.add(tunnel)
        #expect(try container.snapshot.plan(Policy(mode)) == [])
        // What is bound to no device leaves by the tunnel.
        for flow in container.flows where flow.version == .v4 && flow.device == nil {
            #expect(container.ways(flow) == Set(tunnel.nextHops))
        }
        #expect(container.ways(Flow(version: .v4, device: 3)) == Set(routes[1].nextHops))
        try container.apply(.deleteRoute(tunnel))
        #expect(try container.snapshot.plan(Policy(mode)) == [])
        for flow in container.flows { #expect(container.ways(flow) == before.ways(flow)) }
    }

    @Test func rulesGoWhereTheForeignDefaultIsByANetworksInterface() throws {
        var container = container()
        try container.run()
        container.add(routes[1].with { ($0.protocol, $0.metric) = (186, 20) })
        let plan = try container.run()
        #expect(container.ourRules == [])
        #expect(plan.actions.allSatisfy { if case .deleteRule = $0 { true } else { false } })
        #expect(container.ways(Flow(version: .v4, source: ipAddress("10.89.3.5"))) == Set(routes[1].nextHops))
        #expect(try container.snapshot.plan(Policy()) == [])
        // It goes, and all is as it was.
        container.snapshot.routes.removeAll { $0.protocol == 186 }
        try container.run()
        #expect(container.main(.v4) == routes[0].nextHops)
        #expect(container.ourRules.count == 4)
    }

    @Test func rulesGoWhereTheSecondIsMissing() throws {
        var container = container()
        try container.run()
        container.snapshot.rules?.removeAll { $0 == .foreign(.v4) }
        container.add(tunnel)
        try container.run()
        #expect(container.ourRules == [])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func anOlderVersionsRulesGo() throws {
        var container = container()
        container.makeSafeAsOlderVersionsDid()
        container.add(tunnel)
        try container.run()
        #expect(container.ourRules == [])
        #expect(container.ourRoutes.count == 2, "the tables are the memory")
        try container.apply(.deleteRoute(tunnel))
        try container.run()
        #expect(container.ourRules.count == 4)
    }

    @Test func whereTheWinnersInterfaceGoesTheNextComesBackBehindTheTunnel() throws {
        var container = container()
        container.connect(4, "eth2", ["10.89.4.5/24"], [Route(via: "10.89.4.1", dev: 4)])
        try container.run()
        container.add(tunnel)
        container.disconnect(2)
        try container.run()
        #expect(container.main(.v4) == tunnel.nextHops + routes[1].nextHops)
        #expect(try container.snapshot.plan(Policy()) == [])
        try container.apply(.deleteRoute(tunnel))
        try container.run()
        #expect(container.main(.v4) == routes[1].nextHops)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func aDefaultTakenAwayUnderATunnelStaysAway() throws {
        var container = container()
        try container.run()
        container.cut(.v4)
        container.add(tunnel)
        try container.run()
        #expect(container.main(.v4) == tunnel.nextHops)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    /// A tunnel whose gateway, and a blackhole whose absence of one, says nothing to us.
    @Test func theTunnelIsNeverAskedNorPreferred() throws {
        var container = container()
        container.add(tunnel)
        #expect(try container.snapshot.plan(Policy(prefer: ["eth1"])) == [])
        #expect(try container.snapshot.plan(Policy(prefer: ["wg0"])) == [])
    }

    @Test func anIPv6GroupOfNextHopsIsNeverTouched() throws {
        let legs = [NextHop("fd00:2::1", dev: 2), NextHop("fd00:3::1", dev: 3)]
        let group = Route(legs: legs).with { $0.nextHopObject = 99 }
        var container = container()
        container.snapshot.routes = [group]
        #expect(try container.snapshot.plan(Policy()) == [])
        for route in [Route(via: "fd00:2::9", dev: 2), Route(via: "fd00:3::9", dev: 3)] { container.add(route) }
        try container.run()
        #expect(container.mainRoutes.first == group)
    }

    /// In IPv4 the lookup of a socket that is bound to a device ends at what leads nowhere, before any rule of ours.
    @Test(arguments: [UInt32(110), 200, 20000, 4_278_198_272]) func aKillSwitchBehindThemLetsSocketsBoundToADeviceOut(
        metric: UInt32
    ) throws {
        var container = container()
        let unreachable = Route(via: nil, dev: 1, metric: metric).with { $0.type = 7 }
        container.add(unreachable)
        #expect(try container.runCarefully(Policy()) == [])
        #expect(container.main(.v4).first == routes[0].nextHops[0])
        for dev in 2...3 as ClosedRange<UInt32> {
            #expect(container.ways(Flow(version: .v4, device: dev)) == [NextHop("10.89.\(dev).1", dev: dev)])
        }
        #expect(container.mainRoutes.contains(unreachable) && container.mainRoutes.count == 3)
        #expect(try container.snapshot.plan(Policy()) == [])
    }
}
