import Netlink
import Testing

@testable import Keel

/// The device group by which a network's default is told from a foreign one.
@Suite struct DeviceGroupTests {
    /// eth0 wins; eth1 and eth2 lose.
    private func container() -> TestContainer {
        var container = TestContainer()
        for index in 2...4 as ClosedRange<UInt32> {
            container.connect(
                index, "eth\(index - 2)", ["10.89.\(index).2/24"], [Route(via: "10.89.\(index).1", dev: index)])
        }
        container.connect(5, "eth3", ["10.89.5.2/24"])
        return container
    }

    @Test func onlyNetworksWithADefaultArePutThere() throws {
        var container = container()
        try container.run()
        #expect(container.grouped == [2, 3, 4])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func aLoserInSomebodysGroupStaysInMainWithoutRules() throws {
        var container = container()
        container.group(3, 7)
        try container.run()
        #expect(container.mainRoutes.map { $0.metric } == [100, 17741])
        #expect(container.mainRoutes.map { $0.nextHops[0].interface } == [2, 3])
        #expect(
            container.ourRules == [
                .main(.v4), .foreign(.v4), .from("10.89.4.0/24", dev: 4), .bound(.v4, "eth2", dev: 4),
            ])
        #expect(container.grouped == [2, 4])
        #expect(container.snapshot.links[2].group == 7)
        #expect(try container.snapshot.plan(Policy()) == [])
        let routes = DefaultRoutes(.v4, container.snapshot, Policy().defaultRoute, leaving: nil)
        #expect(
            routes.notes.contains(
                "default via 10.89.3.1 dev eth1 gets no rules: it or the winner is in a device group of somebody else's"
            ))
    }

    @Test func whereTheWinnerIsInSomebodysGroupNobodyGetsRules() throws {
        var container = container()
        container.group(2, 7)
        try container.run()
        #expect(container.mainRoutes.map { $0.metric } == [100, 17741, 17742])
        #expect(container.ourRules == [] && container.grouped == [])
        // What is bound to a device finds its route in main.
        for dev in 2...4 as ClosedRange<UInt32> {
            #expect(container.ways(Flow(version: .v4, device: dev)) == [NextHop("10.89.\(dev).1", dev: dev)])
        }
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func whatStandsBehindComesBackWhenTheGroupIsGone() throws {
        var container = container()
        container.group(3, 7)
        try container.run()
        container.disconnect(2)
        #expect(try container.runCarefully(Policy()) == [])
        #expect(try container.snapshot.plan(Policy()) == [])
        #expect(container.ways(Flow(version: .v4)).count == 1)
    }

    @Test func bothFamiliesHaveASay() throws {
        var container = container()
        container.snapshot.routes = []
        for index in 2...3 as ClosedRange<UInt32> { container.add(Route(via: "10.89.\(index).1", dev: index)) }
        for index in 3...4 as ClosedRange<UInt32> { container.add(Route(via: "fd00:\(index)::1", dev: index)) }
        try container.run()
        #expect(container.grouped == [2, 3, 4])
        container.snapshot.routes.removeAll { $0.version == .v6 }
        try container.run()
        #expect(container.grouped == [2, 3])
        container.disconnect(3)
        try container.run()
        #expect(container.grouped == [])
    }

    @Test func anInterfaceThatLostItsDefaultIsLetGo() throws {
        var container = container()
        try container.run()
        container.snapshot.routes.removeAll { $0.nextHops[0].interface == 4 }
        try container.run()
        #expect(container.grouped == [2, 3])
        #expect(try container.snapshot.plan(Policy()) == [])
    }
}
