import Netlink
import Testing

@testable import Keel

/// The rules that let the other networks go on.
@Suite struct SourceRuleTests: RulesOfThreeNetworks {
    private func rules(_ more: [InterfaceAddress]) throws -> [PolicyRule] {
        var container = container(more)
        try container.run()
        #expect(try container.snapshot.plan(Policy()) == [])
        return container.ourRules
    }

    @Test func eachPrefixOfEachOtherNetworkGetsARuleAndEachDevice() throws {
        #expect(try rules([]) == wanted)
        #expect(try rules([InterfaceAddress("10.89.3.3/24", dev: 3)]) == wanted)
        let other = InterfaceAddress("10.99.3.3/16", dev: 3, isPermanent: false)
        #expect(try rules([other]) == heads + [first, second, .from("10.99.0.0/16", dev: 3)] + devices)
    }

    @Test func theLongestPrefixComesFirst() throws {
        let more = [InterfaceAddress("10.99.3.3/16", dev: 3), InterfaceAddress("10.77.4.3/28", dev: 4)]
        #expect(
            try rules(more) == heads + [.from("10.77.4.0/28", dev: 4), first, second, .from("10.99.0.0/16", dev: 3)]
                + devices)
    }

    @Test func anAddressWithinAnotherPrefixOfItsNetworkNeedsNoRule() throws {
        #expect(try rules([InterfaceAddress("10.89.3.129/25", dev: 3)]) == wanted)
        #expect(try rules([InterfaceAddress("10.89.3.7", dev: 3)]) == wanted)
    }

    @Test func whatIsForwardedIsNotConcerned() throws {
        var container = container()
        try container.run()
        for source in ["10.89.3.9", "10.89.4.9", "192.0.2.1"] {
            for arrival in [UInt32(2), 3, 4] {
                let flow = Flow(version: .v4, source: ipAddress(source), arrival: arrival)
                #expect(container.ways(flow) == [NextHop("10.89.2.1", dev: 2)])
            }
        }
        #expect(container.ways(Flow(version: .v4, source: ipAddress("10.89.3.77"))) == [NextHop("10.89.3.1", dev: 3)])
        #expect(container.ways(Flow(version: .v4, device: 4)) == [NextHop("10.89.4.1", dev: 4)])
        #expect(container.ways(Flow(version: .v4)) == [NextHop("10.89.2.1", dev: 2)])
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
        #expect(try rules([InterfaceAddress("10.89.3.2/32", dev: 2)]) == heads + [second] + devices)
    }

    @Test(arguments: ["10.89.3.99/24", "10.89.3.99/32"], [UInt32(1), 2, 4, 9])
    func whereAnotherAddressLiesInThePrefixTheAddressStandsForItself(other: String, index: UInt32) throws {
        var container = container([InterfaceAddress(other, dev: index)])
        container.connect(9, "dummy0", [])
        try container.run()
        #expect(container.ourRules.contains(.from("10.89.3.2/32", dev: 3)))
        #expect(!container.ourRules.contains(first))
        #expect(container.ourRules.contains(second))
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func twoNetworksOnOnePrefixGetTheirAddresses() throws {
        let more = [InterfaceAddress("10.77.0.3/24", dev: 3), InterfaceAddress("10.77.0.4/24", dev: 4)]
        #expect(
            try rules(more) == heads
                + [.from("10.77.0.3", dev: 3), .from("10.77.0.4", dev: 4), first, second] + devices)
    }

    @Test func ofAPeerAddressTheOwnAddress() throws {
        var address = InterfaceAddress("10.66.0.1/30", dev: 3)
        address.isPointToPoint = true
        #expect(try rules([address]) == heads + [.from("10.66.0.1", dev: 3), first, second] + devices)
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
            container.ourRules(.v6) == [
                .main(.v6), .foreign(.v6), .from("2001:db8:3::/64", dev: 3), .from("fd00:3::/64", dev: 3),
                .bound(.v6, "eth1", dev: 3),
            ])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func aNetworkWithoutAddressesHasARuleForItsDevice() throws {
        var container = TestContainer()
        container.connect(2, "eth0", [], [Route(via: "10.89.2.1", dev: 2)])
        container.connect(3, "eth1", [], [Route(via: "10.89.3.1", dev: 3)])
        try container.run()
        #expect(container.ourRules == heads + [.bound(.v4, "eth1", dev: 3)] && container.ourRoutes.count == 2)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func whereADefaultOfMainSendsFromTheNetworkItsAddressesGetNone() throws {
        var container = container()
        container.snapshot.routes[0].preferredSource = ipAddress("10.89.3.2")
        try container.run()
        #expect(container.ourRules == heads + [second] + devices)
        #expect(try container.snapshot.plan(Policy()) == [])
        let routes = DefaultRoutes(.v4, container.snapshot, Policy().defaultRoute, leaving: nil)
        #expect(
            routes.notes == [
                "default via 10.89.3.1 dev eth1 gets no rule for its addresses: another default route sends from one of them"
            ])
    }

    /// As a DHCP client sets it.
    @Test func whatADefaultSendsFromItsOwnNetworkIsNoReason() throws {
        for metrics in [[UInt32(100), 100, 100], [100, 200, 300]] {
            var container = container()
            for place in 0..<3 {
                container.snapshot.routes[place].preferredSource = ipAddress("10.89.\(place + 2).2")
                container.snapshot.routes[place].metric = metrics[place]
            }
            try container.run()
            #expect(container.ourRules == wanted)
            #expect(try container.snapshot.plan(Policy()) == [])
        }
    }

    @Test func rulesOfPrefixesThatAreGoneAreRemoved() throws {
        var container = container([InterfaceAddress("10.99.3.9/16", dev: 3)])
        try container.run()
        container.snapshot.addresses.removeAll { $0.address == ipAddress("10.99.3.9") }
        let plan = try container.run()
        #expect(plan.actions == [.deleteRule(.from("10.99.0.0/16", dev: 3))])
        #expect(plan.text == ["removed rule from 10.99.0.0/16 iif lo lookup 17739003"])
    }

    @Test func withoutSourceRulesThereIsNoneAndNoGroup() throws {
        var container = container()
        try container.run()
        let plan = try container.run(Policy(sourceRules: false))
        let groups = container.snapshot.links.filter { $0.index > 1 }.map { link in
            Change.Action.setGroup(link.with { $0.group = 17739 }, 0)
        }
        #expect(plan.actions == wanted.map { .deleteRule($0) } + groups)
        #expect(try container.snapshot.plan(Policy(sourceRules: false)) == [])
        #expect(container.main(.v4) == [NextHop("10.89.2.1", dev: 2)])
        #expect(container.grouped == [])
        #expect(try container.run().actions.suffix(6) == wanted.map { .addRule($0) })
    }
}

extension Link {
    fileprivate func with(_ change: (inout Link) -> Void) -> Link {
        var link = self
        change(&link)
        return link
    }
}
