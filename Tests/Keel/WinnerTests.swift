import Netlink
import Testing

@testable import Keel

/// Who wins among default routes between which the kernel has nothing to choose by.
@Suite struct WinnerTests {
    private func container(_ version: IPVersion = .v4, names: [String] = ["eth0", "eth1", "eth2"]) -> TestContainer {
        var container = TestContainer()
        for (place, name) in names.enumerated() {
            let index = UInt32(place + 2)
            let (subnet, length) = version == .v4 ? ("10.89.\(index).", 24) : ("fd00:\(index)::", 64)
            container.connect(index, name, ["\(subnet)5/\(length)"], [Route(via: "\(subnet)1", dev: index)])
        }
        return container
    }

    private func gateway(_ version: IPVersion, _ dev: UInt32) -> (String, UInt32) {
        (version == .v4 ? "10.89.\(dev).1" : "fd00:\(dev)::1", dev)
    }

    @Test(arguments: [IPVersion.v4, .v6]) func aGatewayThatAnswersComesBeforeOneThatDoesNot(version: IPVersion) throws {
        var container = container(version)
        container.doubt([gateway(version, 2)], .silent)
        let plan = try container.run()
        #expect(container.main(version).map { $0.interface } == [3])
        // Its table remembers it, and no rule leads there.
        #expect(container.ourRoutes.contains { $0.table == 17_739_002 })
        #expect(
            container.ourRules == [
                .main(version), .foreign(version),
                .from(version == .v4 ? "10.89.4.0/24" : "fd00:4::/64", dev: 4), .bound(version, "eth2", dev: 4),
            ])
        #expect(!plan.isEmpty)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func whereNoGatewayAnswersTheNamesDecideAndNoRulesAreMade() throws {
        var container = container()
        container.doubt((2...4 as ClosedRange<UInt32>).map { gateway(.v4, $0) }, .silent)
        try container.run()
        #expect(container.main(.v4).map { $0.interface } == [2])
        #expect(container.ourRules == [] && container.grouped == [])
        let routes = DefaultRoutes(.v4, container.snapshot, Policy().defaultRoute, leaving: nil)
        #expect(routes.notes.allSatisfy { $0.hasSuffix("gets no rules: its gateway does not answer") })
        #expect(routes.notes.count == 2)
    }

    @Test func aPreferenceComesBeforeTheAnswer() throws {
        var container = container()
        container.doubt([gateway(.v4, 2)], .silent)
        try container.run(Policy(prefer: ["eth0"]))
        #expect(container.main(.v4).map { $0.interface } == [2])
    }

    @Test func aStandbyWhoseGatewayIsSilentStaysWithoutRules() throws {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.5/24"], [Route(via: "10.89.2.1", dev: 2)])
        container.connect(3, "eth1", ["10.89.3.5/24"], [Route(via: "10.89.3.1", dev: 3, metric: 200)])
        container.doubt([gateway(.v4, 3)], .silent)
        #expect(try container.snapshot.plan(Policy()) == [])
        container.snapshot.doubtfulGateways = []
        container.doubt([gateway(.v4, 2)], .silent)
        // The kernel takes the best metric, whoever answers: nothing competes.
        try container.run()
        #expect(container.main(.v4).map { $0.interface } == [2, 3])
        #expect(container.ourRules.count == 4)
    }

    @Test(arguments: [IPVersion.v4, .v6], [Policy.DefaultRoute.Mode.distinct, .one, .ranked])
    func whereAContestantCouldNotBeAskedMainIsLeftAlone(version: IPVersion, mode: Policy.DefaultRoute.Mode) throws {
        for dev in 2...4 as ClosedRange<UInt32> {
            var container = container(version)
            container.doubt([gateway(version, dev)], .unknown)
            #expect(try container.snapshot.plan(Policy(mode)) == [])
            let routes = DefaultRoutes(version, container.snapshot, Policy(mode).defaultRoute, leaving: nil)
            #expect(
                routes.notes == [
                    "\(gateway(version, dev).0) could not be asked whether it answers, so the default routes stay as they are for now"
                ])
        }
    }

    /// Whoever only looks has not asked; the kernel forgets neighbours that nobody talks to.
    @Test(arguments: [IPVersion.v4, .v6]) func rulesStayWhileNothingIsKnownAgainstThem(version: IPVersion) throws {
        var policy = Policy()
        policy.defaultRoute.prefer = [.name("eth1")]
        var container = container(version)
        try container.run(policy)
        #expect(!container.ourRules.isEmpty)
        container.doubt([gateway(version, 2)], .unknown)
        #expect(try container.snapshot.plan(policy) == [])
        container.snapshot.doubtfulGateways = []
        container.doubt([gateway(version, 2)], .silent)
        #expect(try container.snapshot.plan(policy) != [])
    }

    @Test func theOtherFamilyGoesOn() throws {
        var container = container()
        for dev in 2...3 as ClosedRange<UInt32> { container.add(Route(via: "fd00:\(dev)::1", dev: dev)) }
        container.doubt([gateway(.v4, 2)], .unknown)
        try container.run()
        #expect(container.main(.v4).count == 3 && container.main(.v6).count == 1)
    }

    @Test func whatIsMadeSafeStaysSoWhenAGatewayCannotBeAskedAnyMore() throws {
        var container = container()
        try container.run()
        container.doubt([gateway(.v4, 2), gateway(.v4, 3)], .unknown)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func aGatewayThatFellSilentLosesAndWinsAgain() throws {
        var container = container()
        try container.run()
        container.doubt([gateway(.v4, 2)], .silent)
        #expect(try container.runCarefully(Policy()) == [])
        #expect(container.main(.v4).map { $0.interface } == [3])
        #expect(try container.snapshot.plan(Policy()) == [])
        container.snapshot.doubtfulGateways = []
        #expect(try container.runCarefully(Policy()) == [])
        #expect(container.main(.v4).map { $0.interface } == [2])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func whereNamesAreDealtAtRandomThePrefixesDecide() throws {
        for names in [["eth0", "eth1", "eth2"], ["eth2", "eth0", "eth1"], ["eth1", "eth2", "eth0"]] {
            for version in IPVersion.allCases {
                var container = container(version, names: names)
                container.snapshot.namesAreRandom = true
                try container.run()
                #expect(container.main(version).map { $0.interface } == [2])
                #expect(try container.snapshot.plan(Policy()) == [])
            }
        }
    }

    @Test func ofPrefixesThatAreEqualOrMissingTheNamesDecide() throws {
        for addresses in [["10.89.2.5/24", "10.89.2.6/24"], []] {
            var container = TestContainer()
            container.snapshot.namesAreRandom = true
            container.connect(2, "eth1", Array(addresses.prefix(1)), [Route(via: "10.89.2.1", dev: 2)])
            container.connect(3, "eth0", Array(addresses.suffix(1)), [Route(via: "10.89.2.9", dev: 3)])
            try container.run()
            #expect(container.main(.v4).map { $0.interface } == [3])
        }
    }

    @Test(arguments: [(1, 0, 3), (0, 3, 3), (1, 3, 3), (3, 1, 4), (3, 0, 4), (0, 1, 4)] as [(UInt8, UInt8, UInt32)])
    func routersPreferencesTellThemApart(first: UInt8, second: UInt8, winner: UInt32) throws {
        var container = TestContainer()
        for (index, preference) in [(UInt32(3), first), (4, second)] {
            container.connect(index, "eth\(index)", ["fd00:\(index)::5/64"])
            container.add(Route(advertised: "fe80::\(index)", dev: index).with { $0.preference = preference })
        }
        let before = container.mainRoutes
        try container.run()
        #expect(container.mainRoutes == before, "nothing competes")
        let routes = DefaultRoutes(.v6, container.snapshot, Policy().defaultRoute, leaving: nil)
        #expect(routes.selection.winner?.link.index == winner)
        #expect(routes.ruledNetworks == [7 - winner])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func gatewaysMatterWhereTwoNetworksHaveADefault() {
        var container = TestContainer()
        container.connect(2, "eth0", [], [Route(via: "10.89.2.1", dev: 2), Route(via: "fd00:2::1", dev: 2)])
        #expect(container.snapshot.gatewaysThatMatter.isEmpty)
        container.connect(3, "eth1", [], [Route(via: "10.89.3.1", dev: 3, metric: 300)])
        #expect(container.snapshot.gatewaysThatMatter.map { "\($0.address)" } == ["10.89.2.1", "10.89.3.1"])
        container.snapshot.links[2].isEthernet = false
        #expect(container.snapshot.gatewaysThatMatter.isEmpty, "a tunnel is no network")
        container.connect(4, "eth2", [])
        container.add(Route(via: "10.89.4.1", dev: 4).copied())
        container.add(Route(via: "10.89.2.1", dev: 2).marked())
        #expect(container.snapshot.gatewaysThatMatter.map { "\($0.address)" } == ["10.89.2.1", "10.89.4.1"])
    }
}
