import Netlink
import Testing

@testable import Keel

/// Containers that an older version made safe: one default in main whatever the metrics said, and rules for addresses.
@Suite struct OlderVersionTests {
    private func container(metrics: [UInt32] = [100, 100, 100]) -> TestContainer {
        var container = TestContainer()
        for (place, metric) in metrics.enumerated() {
            let index = UInt32(place + 2)
            container.connect(
                index, "eth\(place)", ["10.89.\(index).2/24", "10.89.\(index).3/24"],
                [Route(via: "10.89.\(index).1", dev: index, metric: metric)])
        }
        return container
    }

    @Test func theirRulesAreReplacedWithoutAMomentOfLoss() throws {
        var container = container()
        var fresh = container
        container.makeSafeAsOlderVersionsDid()
        let before = container
        #expect(container.ourRules.count == 5)
        let local = container.flows.filter { $0.version == .v4 && $0.arrival == nil && $0.device == nil }
        for change in try container.snapshot.plan(Policy()) {
            try container.apply(change.action)
            for flow in local { #expect(container.ways(flow) == before.ways(flow), "\(change.attempt): \(flow)") }
        }
        try fresh.run()
        #expect(container.ourRules == fresh.ourRules && Set(container.ourRoutes) == Set(fresh.ourRoutes))
        #expect(container.mainRoutes == fresh.mainRoutes && container.grouped == fresh.grouped)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func whatTheyTookOutOfMainThoughNothingCompetedComesBack() throws {
        var container = container(metrics: [100, 200, 300])
        let routes = container.mainRoutes
        container.makeSafeAsOlderVersionsDid()
        #expect(container.mainRoutes == [routes[0]])
        #expect(try container.runCarefully(Policy()) == [])
        #expect(container.mainRoutes == routes)
        #expect(container.ourRules.count == 6)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func ofOneThatTookATunnelForANetworkTheTunnelIsLeft() throws {
        var container = container(metrics: [100])
        var tunnel = Link(9, "wg0")
        tunnel.isEthernet = false
        container.snapshot.links.append(tunnel)
        container.snapshot.addresses.append(InterfaceAddress("10.8.0.2/32", dev: 9))
        let route = Route(via: nil, dev: 9, metric: 50)
        // The tunnel won, and the network was set aside.
        container.snapshot.routes = [route, Route(via: "10.89.2.1", dev: 2).copied(), route.marked()]
        for rule in [PolicyRule.main(.v4), .older("10.89.2.2", dev: 2)] { try container.apply(.addRule(rule)) }
        #expect(try container.runCarefully(Policy()) == [])
        #expect(container.main(.v4).first == route.nextHops[0])
        #expect(container.ourRules == [])
        #expect(try container.snapshot.plan(Policy()) == [])
        try container.apply(.deleteRoute(route))
        try container.run()
        #expect(container.main(.v4) == [NextHop("10.89.2.1", dev: 2)])
    }
}
