import Netlink
import Testing

@testable import Keel

/// Networks that somebody else routes by source, as the CNI plugin sbr does.
@Suite struct ForeignRoutingTests {
    private static let routes = [
        Route(via: "10.89.2.1", dev: 2, metric: 100), Route(via: "10.89.3.1", dev: 3, metric: 100),
    ]

    private func container(_ routes: [Route] = routes) -> TestContainer {
        var container = TestContainer()
        for index in 2...3 as ClosedRange<UInt32> {
            container.connect(
                index, "eth\(index - 2)", ["10.89.\(index).5/24"],
                routes.filter { $0.nextHops.contains { $0.interface == index } })
        }
        return container
    }

    /// What sbr leaves: a rule to a table with a default of its own, and nothing of the network in main.
    private func takeOver(_ index: UInt32, _ container: inout TestContainer, leaving routes: [Route] = []) {
        container.snapshot.routes.removeAll { $0.table == 254 && $0.nextHops.allSatisfy { $0.interface == index } }
        for route in routes { container.add(route) }
        container.add(Route(via: "10.89.\(index).1", dev: index).with { $0.table = 98 + index })
        container.snapshot.rules?.append(
            PolicyRule(.v4, priority: 32764, table: 98 + index, protocol: 3, source: prefix("10.89.\(index).5")))
        #expect(container.snapshot.networksRoutedBySource.contains(RoutedNetwork(.v4, index)))
        container.snapshot.routedByForeignRules = container.snapshot.networksRoutedBySource
    }

    @Test func aLoserThatBecomesTheirsIsForgotten() throws {
        var container = container()
        try container.run()
        takeOver(3, &container)
        try container.run()
        #expect(container.ourRules == [] && container.ourRoutes == [])
        container.disconnect(2)
        #expect(try container.snapshot.plan(Policy()) == [], "its default is not ours to put back")
    }

    @Test func whereTheWinnerBecomesTheirsTheNextBestComesBack() throws {
        var container = container()
        try container.run()
        takeOver(2, &container)
        try container.run()
        #expect(container.main(.v4).map { $0.interface } == [3])
        #expect(container.ourRules == [] && container.ourRoutes == [])
    }

    /// sbr does not find its leg of a multipath route.
    @Test(arguments: [2, 3] as [UInt32]) func whatTheyLeftInMainGoesWithoutACopy(index: UInt32) throws {
        var container = container()
        takeOver(index, &container, leaving: Self.routes.filter { $0.nextHops[0].interface == index })
        try container.run()
        #expect(container.main(.v4).map { $0.interface } == [5 - index])
        #expect(container.ourRules == [] && container.ourRoutes == [])
    }

    @Test func whereAllIsTheirsNothingIsTouched() throws {
        var container = container()
        for index in 2...3 as ClosedRange<UInt32> {
            takeOver(index, &container, leaving: Self.routes.filter { $0.nextHops[0].interface == index })
        }
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func aRuleOfSomebodysAloneTakesNothingOver() throws {
        for table in [7, 254, 101] as [UInt32] {
            var container = container()
            container.add(Route(via: "10.89.2.1", dev: 2).with { $0.table = 101 })
            container.snapshot.rules?.append(
                PolicyRule(.v4, priority: 32764, table: table, protocol: 3, source: prefix("10.89.3.5")))
            #expect(container.snapshot.networksRoutedBySource == [], "table \(table) has no default of that network")
        }
    }

    /// WireGuard's way: the tunnel has an address and no network, and its default in main is meant.
    @Test func aTunnelsDefaultIsLeftAlone() throws {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.5/24"], [Route(via: "10.89.2.1", dev: 2, metric: 100)])
        container.connect(3, "wg0", ["10.8.0.2/32"])
        container.snapshot.links[2].isEthernet = false
        var tunnel = Route(.v4, metric: 50, nextHops: [NextHop(interface: 3, gateway: nil)])
        tunnel.scope = Route.linkScope
        container.add(tunnel)
        container.add(tunnel.with { $0.table = 100 })
        container.snapshot.rules?.append(
            PolicyRule(.v4, priority: 32764, table: 100, protocol: 3, source: prefix("10.8.0.2")))
        container.snapshot.routedByForeignRules = container.snapshot.networksRoutedBySource
        #expect(container.snapshot.routedByForeignRules == [RoutedNetwork(.v4, 3)])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    /// One that asks for a mark, too, does not send every packet from there.
    @Test func aRuleThatAsksForMoreTakesNothingOver() throws {
        var container = container()
        container.add(Route(via: "10.89.3.1", dev: 3).with { $0.table = 101 })
        var rule = PolicyRule(.v4, priority: 32764, table: 101, protocol: 3, source: prefix("10.89.3.5"))
        rule.asksForMore = true
        container.snapshot.rules?.append(rule)
        #expect(container.snapshot.networksRoutedBySource == [])
    }
}
