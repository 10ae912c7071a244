import Netlink
import Testing

@testable import Keel

/// The rules that let losing networks go on.
@Suite struct SourceRuleTests {
    /// eth0 wins; eth1 and eth2 lose.
    private func container(_ more: [InterfaceAddress] = []) -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.2/24"], [Route(via: "10.89.2.1", dev: 2)])
        container.connect(3, "eth1", ["10.89.3.2/24"], [Route(via: "10.89.3.1", dev: 3)])
        container.connect(4, "eth2", ["10.89.4.2/24"], [Route(via: "10.89.4.1", dev: 4)])
        container.snapshot.addresses += more
        return container
    }

    private let wanted: [PolicyRule] = [
        .main(.v4), .from("10.89.3.2", dev: 3), .from("10.89.4.2", dev: 4),
    ]

    private func rules(_ more: [InterfaceAddress]) throws -> [PolicyRule] {
        var container = container(more)
        try container.run()
        #expect(try container.snapshot.plan(Policy()) == [])
        return container.ourRules
    }

    @Test func eachAddressOfEachLosingInterfaceGetsARuleBehindTheFirst() throws {
        #expect(try rules([]) == wanted)
        let second = InterfaceAddress("10.89.3.3/24", dev: 3)
        #expect(try rules([second]) == [wanted[0], wanted[1], .from("10.89.3.3", dev: 3), wanted[2]])
    }

    @Test func theyStandBehindWhatOthersPutAtTheirPriority() throws {
        var container = container()
        let vpn = PolicyRule(.v4, priority: 32764, table: 51820, protocol: 3)
        let same = PolicyRule(.v4, priority: 32765, table: 100, protocol: 4, source: prefix("10.89.3.0/24"))
        let look = PolicyRule(.v4, priority: 32765, table: 254, protocol: 3, suppressedPrefixLength: 0)
        container.snapshot.rules?.insert(contentsOf: [vpn, same, look], at: 1)
        try container.run()
        #expect(container.snapshot.rules?.prefix(7) == [TestContainer.kernelRules[0], vpn, same, look] + wanted[...])
        #expect(try container.snapshot.plan(Policy()) == [])
        container.snapshot.links.removeAll { $0.index > 2 }
        container.snapshot.addresses.removeAll { $0.interface > 2 }
        container.snapshot.routes.removeAll { $0.nextHops[0].interface > 2 }
        try container.run()
        #expect(
            container.snapshot.rules?.prefix(5) == [
                TestContainer.kernelRules[0], vpn, same, look, TestContainer.kernelRules[1],
            ])
    }

    @Test func addressesThatReachNoFurtherThanTheLinkGetNone() throws {
        let local = [
            InterfaceAddress("169.254.3.2/16", dev: 3, isGlobal: false),
            InterfaceAddress("fe80::3/64", dev: 3, isGlobal: false),
            InterfaceAddress("fd00:3::2/64", dev: 3),
        ]
        #expect(try rules(local) == wanted)
    }

    @Test func anAddressTheWinnerHasTooGetsNone() throws {
        #expect(try rules([InterfaceAddress("10.89.3.2/32", dev: 2)]) == [wanted[0], wanted[2]])
    }

    @Test func anAddressOnTwoLosersGetsOneRule() throws {
        #expect(try rules([InterfaceAddress("10.89.3.2/32", dev: 4)]) == wanted)
    }

    @Test func anAddressThatComesAndGoesStandsForItsPrefix() throws {
        let leased = InterfaceAddress("192.168.7.33/24", dev: 3, isPermanent: false)
        #expect(try rules([leased]) == [wanted[0], wanted[1], .from("192.168.7.0/24", dev: 3), wanted[2]])
        let another = InterfaceAddress("192.168.7.34/24", dev: 3, isPermanent: false)
        #expect(try rules([leased, another]) == [wanted[0], wanted[1], .from("192.168.7.0/24", dev: 3), wanted[2]])
    }

    @Test(arguments: [UInt32(2), 4]) func aPrefixThatAnotherInterfaceIsOnIsNotTaken(other: UInt32) throws {
        let leased = InterfaceAddress("192.168.7.33/24", dev: 3, isPermanent: false)
        let shared = InterfaceAddress("192.168.7.99/24", dev: other)
        let sources = try rules([leased, shared])
        #expect(sources.contains(.from("192.168.7.33", dev: 3)))
        #expect(!sources.contains(.from("192.168.7.0/24", dev: 3)))
    }

    @Test func slaacPrefixesAreRuledByTheirFamily() throws {
        var container = container([
            InterfaceAddress("2001:db8:3::5054/64", dev: 3, isPermanent: false),
            InterfaceAddress("2001:db8:3::1234/64", dev: 3, isPermanent: false),
            InterfaceAddress("fd00:3::2/64", dev: 3),
        ])
        for route in [Route(via: "fd00:2::1", dev: 2), Route(via: "fd00:3::1", dev: 3)] { container.add(route) }
        try container.run()
        #expect(
            container.ourRules.filter { $0.version == .v6 } == [
                .main(.v6), .from("2001:db8:3::/64", dev: 3), .from("fd00:3::2", dev: 3),
            ])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func whereNoLoserHasAnAddressThereIsNoRule() throws {
        var container = TestContainer()
        container.connect(2, "eth0", [], [Route(via: "10.89.2.1", dev: 2)])
        container.connect(3, "eth1", [], [Route(via: "10.89.3.1", dev: 3)])
        try container.run()
        #expect(container.ourRules == [] && container.ourRoutes.count == 2)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func aMissingRuleIsAddedAndTheOthersStay() throws {
        var container = container()
        try container.run()
        container.snapshot.rules?.removeAll { $0 == wanted[1] }
        #expect(try container.run().actions == [.addRule(wanted[1])])
        #expect(Set(container.ourRules) == Set(wanted) && container.ourRules.first == wanted[0])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func whereTheFirstIsMissingAllAreRemovedAndAddedAgainInOrder() throws {
        var container = container()
        try container.run()
        container.snapshot.rules?.removeAll { $0 == wanted[0] }
        #expect(
            try container.run().actions == [.deleteRule(wanted[1]), .deleteRule(wanted[2])]
                + wanted.map { .addRule($0) })
        #expect(container.ourRules == wanted)
    }

    @Test func aFirstThatStandsBehindIsNoFirst() throws {
        var container = container()
        try container.run()
        container.snapshot.rules = TestContainer.kernelRules
        for rule in [wanted[1], wanted[2], wanted[0]] { try container.apply(.addRule(rule)) }
        try container.run()
        #expect(container.ourRules == wanted)
    }

    @Test func whatStandsThereTwiceIsRemovedOnce() throws {
        var container = container()
        try container.run()
        container.snapshot.rules?.insert(wanted[1], at: 3)
        #expect(try container.run().actions == [.deleteRule(wanted[1])])
        #expect(container.ourRules == wanted)
        container.snapshot.rules?.insert(wanted[0], at: 1)
        #expect(try container.run().actions == [.deleteRule(wanted[0])])
        #expect(Set(container.ourRules) == Set(wanted))
        #expect(container.ourRules.first == wanted[0])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func rulesOfAddressesThatAreGoneAreRemoved() throws {
        var container = container([InterfaceAddress("10.89.3.9/24", dev: 3)])
        try container.run()
        container.snapshot.addresses.removeAll { $0.address == ipAddress("10.89.3.9") }
        let plan = try container.run()
        #expect(plan.actions == [.deleteRule(.from("10.89.3.9", dev: 3))])
        #expect(plan.words == ["removed rule from 10.89.3.9 lookup 17739003"])
    }

    @Test func withoutSourceRulesThereIsNoneAndThoseThatWereGo() throws {
        var container = container()
        try container.run()
        let plan = try container.run(Policy(sourceRules: false))
        #expect(plan.actions == wanted.map { .deleteRule($0) })
        #expect(try container.snapshot.plan(Policy(sourceRules: false)) == [])
        #expect(container.main(.v4) == [NextHop("10.89.2.1", dev: 2)])
        #expect(try container.run().actions == wanted.map { .addRule($0) })
    }
}
