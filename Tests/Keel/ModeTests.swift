import Netlink
import Testing

@testable import Keel

/// The modes of the policy, and what becomes of a container when they change.
@Suite struct ModeTests: RoutesOfThreeNetworks {
    @Test func keepTouchesNothing() throws {
        var container = container()
        #expect(try container.snapshot.plan(Policy(.keep)) == [])
        try container.run()
        #expect(try container.snapshot.plan(Policy(.keep)) == [])
        #expect(try container.snapshot.plan(Policy(.keep), leaving: 2) == [])
    }

    @Test func oneTakesStandbysOutOfMainAsWell() throws {
        var container = container()
        let (standby, last) = (second.with { $0.metric = 200 }, third.with { $0.metric = 300 })
        container.snapshot.routes = [best, standby, last]
        try container.run(Policy(.one))
        #expect(container.mainRoutes == [best])
        #expect(container.ourRoutes.sorted { $0.table < $1.table } == [best.marked(), standby.copied(), last.copied()])
        #expect(try container.snapshot.plan(Policy(.one)) == [])
        container.disconnect(2)
        try container.run(Policy(.one))
        #expect(container.mainRoutes == [standby])
        #expect(try container.snapshot.plan(Policy(.one)) == [])
    }

    @Test func fromOneToDistinctStandbysComeBack() throws {
        var container = container()
        container.snapshot.routes = [best, second.with { $0.metric = 200 }, third.with { $0.metric = 300 }]
        let before = container.mainRoutes
        try container.run(Policy(.one))
        #expect(try container.runCarefully(Policy()) == [])
        #expect(container.mainRoutes == before)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func oneLeavesForeignDefaultsAlone() throws {
        var container = container()
        let foreign = third.with { ($0.protocol, $0.metric) = (12, 200) }
        container.snapshot.routes = [best, foreign, second.with { $0.metric = 300 }]
        try container.run(Policy(.one))
        #expect(container.mainRoutes == [best, foreign])
        #expect(try container.snapshot.plan(Policy(.one)) == [])
    }

    @Test func onePutsAdvertisedOnesBehindOnce() throws {
        var container = TestContainer()
        container.connect(2, "eth0", ["fd00:2::2/64"], [Route(via: "fd00:2::1", dev: 2)])
        container.connect(3, "eth1", [], [Route(advertised: "fe80::3", dev: 3)])
        container.connect(4, "eth2", [], [Route(advertised: "fe80::4", dev: 4, metric: 2048)])
        try container.run(Policy(.one))
        #expect(container.mainRoutes.map { $0.metric } == [1024, 2048, 17741])
        #expect(try container.snapshot.plan(Policy(.one)).text == [])
    }
}
