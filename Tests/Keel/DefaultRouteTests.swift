import LinuxSystem
import Testing

@testable import Keel
@testable import Netlink

/// Mode `distinct`: what exactly becomes of the routes, and in which words.
@Suite struct DefaultRouteTests {
    let eth0 = Route(via: "10.89.3.1", dev: 3)
    let eth1 = Route(via: "10.89.2.1", dev: 2)

    private func twoNetworks() -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth1", ["10.89.2.2/24"], [eth1])
        container.connect(3, "eth0", ["10.89.3.2/24"], [eth0])
        return container
    }

    @Test func groupThenTablesThenRulesThenTheLoserGoes() throws {
        let container = twoNetworks()
        let links = container.snapshot.links
        let plan = try container.snapshot.plan(Policy())
        #expect(
            plan.actions == [
                .setGroup(links[1], 17739), .setGroup(links[2], 17739),
                .addRoute(eth1.copied()), .addRoute(eth0.marked()),
                .addRule(.main(.v4)), .addRule(.foreign(.v4)),
                .addRule(.from("10.89.2.0/24", dev: 2)), .addRule(.bound(.v4, "eth1", dev: 2)),
                .deleteRoute(eth1),
            ])
        #expect(
            plan.text == [
                "set device group of eth1 to 17739", "set device group of eth0 to 17739",
                "added default via 10.89.2.1 dev eth1 to table 17739002 (for its addresses and its device)",
                "added default via 10.89.3.1 dev eth0 to table 17739003 (remembers that it won)",
                "added rule from all lookup main suppress_prefixlength 0",
                "added rule from all lookup main suppress_ifgroup 17739",
                "added rule from 10.89.2.0/24 iif lo lookup 17739002",
                "added rule from all oif eth1 lookup 17739002",
                "removed default via 10.89.2.1 dev eth1 (kept: via 10.89.3.1 dev eth0, metric 100)",
            ])
        #expect(plan.allSatisfy { $0.remedy == .defaultRoute })
    }

    @Test func whatIsProposedAndAttemptedHasTheSameWords() throws {
        let removal = try #require(try twoNetworks().snapshot.plan(Policy()).last)
        let words = "remove default via 10.89.2.1 dev eth1 (kept: via 10.89.3.1 dev eth0, metric 100)"
        #expect(removal.attempt == words && removal.proposed == "would \(words)")
    }

    @Test func theReversePathFilterComesFirst() throws {
        var container = twoNetworks()
        container.snapshot.links[1].reversePathFilter = 1
        let plan = try container.snapshot.plan(Policy())
        #expect(plan.map { $0.remedy }.first == .rpFilter)
        #expect(plan.count == 10)
    }

    @Test func aSecondRunFindsNothingToDo() throws {
        var container = twoNetworks()
        try container.run()
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func theCopyIsWhole() throws {
        var container = twoNetworks()
        var hop = NextHop("192.0.2.1", dev: 2)
        hop.isOnLink = true
        hop.realms = 7
        hop.encapsulation = NextHop.Encapsulation(type: 1, parameters: [8, 0, 1, 0, 64, 1, 1, 0])
        let loser = Route(legs: [hop], metric: 100).with {
            $0.protocol = 4
            $0.scope = 0
            $0.preferredSource = ipAddress("10.89.2.2")
            $0.metrics = [8, 0, 2, 0, 120, 5, 0, 0]
            $0.preference = 0
            $0.lifetime = 77
        }
        container.snapshot.routes = [eth0, loser]
        let plan = try container.snapshot.plan(Policy())
        #expect(plan.actions[2] == .addRoute(loser.with { $0.table = 17_739_002 }))
        #expect(plan.actions.last == .deleteRoute(loser))
    }

    @Test func aGatewayOfTheOtherFamilyIsCopiedAndNamed() throws {
        var container = twoNetworks()
        var hop = NextHop(nil, dev: 2)
        hop.via = [10, 0] + ipAddress("fe80::1").bytes
        let loser = Route(legs: [hop])
        container.snapshot.routes = [loser, eth0]
        let plan = try container.snapshot.plan(Policy())
        #expect(plan.actions[2] == .addRoute(loser.copied()))
        #expect(plan.text.last == "removed default via fe80::1 dev eth1 (kept: via 10.89.3.1 dev eth0, metric 100)")
    }

    @Test func aGatewayOfTheOtherFamilyThatIsCutShortIsNotRead() throws {
        var container = twoNetworks()
        for bytes in [[], [10], [10, 0], [10, 0, 1], [10, 0, 1, 2, 3, 4, 5]] as [[UInt8]] {
            var hop = NextHop(nil, dev: 2)
            hop.via = bytes
            container.snapshot.routes = [Route(legs: [hop]), eth0]
            #expect(try container.snapshot.plan(Policy()).text.last?.hasPrefix("removed default dev eth1 ") == true)
        }
    }

    @Test func threeNetworksLoseInOrder() throws {
        var container = twoNetworks()
        let eth2 = Route(via: "10.89.4.1", dev: 4)
        container.connect(4, "eth2", ["10.89.4.2/24", "10.89.4.3/24"], [eth2])
        let plan = try container.snapshot.plan(Policy())
        #expect(
            plan.actions.dropFirst(3) == [
                .addRoute(eth1.copied()), .addRoute(eth2.copied()), .addRoute(eth0.marked()),
                .addRule(.main(.v4)), .addRule(.foreign(.v4)),
                .addRule(.from("10.89.2.0/24", dev: 2)), .addRule(.from("10.89.4.0/24", dev: 4)),
                .addRule(.bound(.v4, "eth1", dev: 2)), .addRule(.bound(.v4, "eth2", dev: 4)),
                .deleteRoute(eth1), .deleteRoute(eth2),
            ])
    }

    @Test func whatStandsByAtAWorseMetricIsCopiedForTheRulesAndStays() throws {
        var container = twoNetworks()
        let standby = eth1.with { $0.metric = 200 }
        container.snapshot.routes = [eth0, standby]
        let plan = try container.run()
        #expect(
            plan.actions.dropFirst(2) == [
                .addRoute(standby.standing()), .addRule(.main(.v4)), .addRule(.foreign(.v4)),
                .addRule(.from("10.89.2.0/24", dev: 2)), .addRule(.bound(.v4, "eth1", dev: 2)),
            ])
        #expect(container.mainRoutes == [eth0, standby])
        #expect(try container.snapshot.plan(Policy()) == [])
        let routes = DefaultRoutes(.v4, container.snapshot, Policy().defaultRoute, leaving: nil)
        #expect(routes.notes == ["default via 10.89.2.1 dev eth1 stands by in main behind the winner"])
    }

    @Test func ofStandbysOfOneMetricOneNetworksStays() throws {
        var container = twoNetworks()
        let others = (4...5 as ClosedRange<UInt32>).map { Route(via: "10.89.\($0).1", dev: $0, metric: 200) }
        container.connect(4, "eth2", ["10.89.4.2/24"], [others[0]])
        container.connect(5, "eth3", ["10.89.5.2/24"], [others[1]])
        container.snapshot.routes.removeAll { $0 == eth1 }
        try container.run()
        #expect(container.mainRoutes == [eth0, others[0]])
        #expect(Set(container.ourRoutes) == [eth0.marked(), others[0].standing(), others[1].copied()])
        #expect(try container.snapshot.plan(Policy()) == [])
        container.disconnect(4)
        try container.run()
        #expect(container.mainRoutes == [eth0, others[1]])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func bothFamiliesAreBroughtAboutEachByItself() throws {
        var container = twoNetworks()
        let (six0, six1) = (Route(via: "fd00:3::1", dev: 3), Route(via: "fd00:2::1", dev: 2))
        container.snapshot.addresses += [
            InterfaceAddress("fd00:2::2/64", dev: 2), InterfaceAddress("fd00:3::2/64", dev: 3),
            InterfaceAddress("fe80::2/64", dev: 2, isGlobal: false),
        ]
        [six1, six0].forEach { container.add($0) }
        #expect(container.snapshot.routes.count { $0.version == .v6 } == 1)
        let plan = try container.snapshot.plan(Policy())
        #expect(
            plan.actions.suffix(8) == [
                .addRoute(six1.copied()), .addRoute(six0.marked()), .addRule(.main(.v6)), .addRule(.foreign(.v6)),
                .addRule(.from("fd00:2::/64", dev: 2)), .addRule(.bound(.v6, "eth1", dev: 2)),
                .deleteRoute(eth1), .deleteRoute(six1),
            ])
        #expect(plan.text.contains("added rule from all (IPv6) lookup main suppress_prefixlength 0"))
        #expect(plan.text.contains("added rule from all (IPv6) oif eth1 lookup 17739002"))
        try container.run()
        #expect(container.main(.v6) == [NextHop("fd00:3::1", dev: 3)])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: ["eth0.100", "a.b.c", "..x", "eth0\u{1b}[2J"]) func oddNamesAreLeftWhole(name: String) throws {
        var container = TestContainer()
        container.connect(2, name, ["10.89.2.2/24"], [Route(via: "10.89.2.1", dev: 2)])
        container.connect(3, "eth0", ["10.89.3.2/24"], [eth0])
        container.snapshot.links[1].reversePathFilter = 1
        let plan = try container.snapshot.plan(Policy(prefer: ["10.89.3.1"]))
        let shown = name.replacing("\u{1b}", with: "?")
        #expect(plan.text.first == "set rp_filter of \(shown) to 2 (loose; it was 1)")
        #expect(plan.text.contains("added rule from all oif \(shown) lookup 17739002"))
        #expect(plan.actions.contains(.addRule(.bound(.v4, name, dev: 2))))
        #expect(
            plan.text.last == "removed default via 10.89.2.1 dev \(shown) (kept: via 10.89.3.1 dev eth0, metric 100)")
        #expect(plan.actions.first == .set(Sysctl("net/ipv4/conf/\(name)/rp_filter"), 2))
    }

    @Test func aNameThatIsNoTextHasRulesLikeAnyOther() throws {
        let bytes: [UInt8] = [0x6e, 0xff]
        let name = try #require(bytes.withUnsafeBytes { InterfaceName(bytes: $0) })
        var container = twoNetworks()
        container.snapshot.links[1].name = name
        try container.run(Policy(prefer: ["eth0"]))
        #expect(container.ourRules.last?.outputInterface == name)
    }

    @Test func withoutPolicyRoutingOnlyWhatNeedsItFails() throws {
        var container = TestContainer()
        container.connect(2, "eth1", ["10.89.2.2/24"], [eth1])
        container.snapshot.rules = nil
        container.snapshot.links[1].reversePathFilter = 1
        #expect(try container.snapshot.plan(Policy()).count == 1)
        container.connect(3, "eth0", ["10.89.3.2/24"], [eth0.with { $0.metric = 50 }])
        #expect(try container.snapshot.plan(Policy()).count == 1, "nothing competes")
        #expect(throws: KernelError.self) { try container.snapshot.plan(Policy(.ranked)) }
        container.add(eth0)
        container.snapshot.routes.removeAll { $0.metric == 50 }
        for policy in [Policy(), Policy(.one), Policy(.ranked), Policy(.one, sourceRules: false)] {
            let error = #expect(throws: KernelError.self) { try container.snapshot.plan(policy) }
            #expect(error?.errno == .notSupported)
            #expect(error?.explanation?.contains("CONFIG_IP_MULTIPLE_TABLES") == true)
        }
        #expect(try container.snapshot.plan(Policy(.keep)).count == 1)
    }

    private func version(_ change: Change) -> IPVersion? {
        switch change.action {
        case .addRoute(let route), .deleteRoute(let route): route.version
        case .addRule(let rule), .deleteRule(let rule): rule.version
        default: nil
        }
    }

    @Test func aChangeTakesAlongOnlyThoseOfItsFamilyAndRemedy() throws {
        var container = twoNetworks()
        container.snapshot.links[1].reversePathFilter = 1
        for route in [Route(via: "fd00:2::1", dev: 2), Route(via: "fd00:3::1", dev: 3)] { container.add(route) }
        let plan = try container.snapshot.plan(Policy())
        let group = plan.filter { if case .setGroup = $0.action { true } else { false } }
        let four = plan.filter { version($0) == .v4 }
        let six = plan.filter { version($0) == .v6 }
        #expect(group.count == 2 && four.count == 7 && six.count == 6)
        #expect(four.allSatisfy { change in four.allSatisfy { change.isFollowed(by: $0) } })
        #expect(four.allSatisfy { change in !six.contains { change.isFollowed(by: $0) } })
        #expect(six.allSatisfy { change in !four.contains { change.isFollowed(by: $0) } })
        #expect(group.allSatisfy { change in (four + six).allSatisfy { change.isFollowed(by: $0) } })
        #expect(plan.allSatisfy { !plan[0].isFollowed(by: $0) })
    }
}
