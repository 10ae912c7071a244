import Netlink
import Testing

@testable import Keel

/// Which default routes compete, and which of them wins.
@Suite struct CandidateTests {
    let first = Route(via: "10.89.2.1", dev: 2)
    let second = Route(via: "10.89.3.1", dev: 3)

    private func container(_ routes: [Route], names: [UInt32: String] = [:]) -> TestContainer {
        var container = TestContainer()
        for index in UInt32(2)...5 { container.connect(index, names[index] ?? "eth\(index - 2)", []) }
        container.snapshot.routes = routes
        return container
    }

    /// The gateway of what the kernel takes when `routes` compete.
    private func winner(
        _ routes: [Route], prefer: [String] = [], names: [UInt32: String] = [:]
    ) throws -> String? {
        var container = container(routes, names: names)
        try container.run(Policy(prefer: prefer))
        let level = container.mainRoutes.map { Level($0) }.min()
        let best = container.mainRoutes.filter { Level($0) == level }
        #expect(best.count == 1)
        return best.first?.nextHops[0].gateway.map { "\($0)" }
    }

    @Test func aNamespaceWithOneDefaultRouteAFamilyIsLeftAlone() throws {
        let routes = [first, Route(via: "fd00:2::1", dev: 2)]
        #expect(try container(routes).snapshot.plan(Policy()) == [])
        #expect(try container([]).snapshot.plan(Policy()) == [])
    }

    /// What is no candidate; whether it counts among the defaults of main all the same.
    static let strangers: [(String, Bool, Route)] = [
        ("a blackhole", true, Route(via: nil, dev: 3).with { $0.type = 6 }),
        ("an unreachable route", true, Route(via: nil, dev: 3).with { $0.type = 7 }),
        ("a prohibit route", true, Route(via: nil, dev: 3).with { $0.type = 8 }),
        ("a blackhole that names no interface", true, Route(via: nil, dev: 0).with { $0.type = 6 }),
        ("a local route", true, Route(via: nil, dev: 3).with { $0.type = 2 }),
        ("a route on lo", true, Route(via: nil, dev: 1)),
        ("a multipath route", true, Route(legs: [NextHop("10.89.2.9", dev: 2), NextHop("10.89.3.9", dev: 3)])),
        ("a route in a table of somebody's own", false, Route(via: "10.89.3.1", dev: 3).with { $0.table = 100 }),
        ("a route in table default", false, Route(via: "10.89.3.1", dev: 3).with { $0.table = 253 }),
        ("a route for a type of service", false, Route(via: "10.89.3.1", dev: 3).with { $0.typeOfService = 0x10 }),
        ("a route whose lifetime is over", false, Route(via: "10.89.3.1", dev: 3).with { $0.lifetime = -3 }),
        (
            "a route whose interface is down", false,
            Route(via: "10.89.3.1", dev: 3).with { $0.nextHops[0].isDead = true }
        ),
    ]

    @Test(arguments: strangers) func whatIsNoCandidateIsLeftAlone(what: String, counts: Bool, stranger: Route) throws {
        for routes in [[first, stranger], [stranger, first]] {
            #expect(try container(routes).snapshot.plan(Policy()) == [], "\(what)")
        }
        for metric in [UInt32(50), 100, 200] {
            let stranger = stranger.with { $0.metric = metric }
            var crowd = container([stranger, first, second])
            let changes = try crowd.run()
            if counts && metric <= 100 {
                #expect(changes == [], "\(what)")
            } else {
                #expect(changes.actions.last == .deleteRoute(second), "\(what)")
                #expect(changes.actions.count { if case .deleteRoute = $0 { true } else { false } } == 1, "\(what)")
            }
        }
    }

    @Test(arguments: [8, 10, 11, 12, 13, 14, 15, 18, 42, 84, 99, 186, 187, 188, 189, 192] as [UInt8])
    func aRoutingDaemonsRouteIsNoCandidate(number: UInt8) throws {
        let route = second.with { $0.protocol = number }
        #expect(try container([first, route]).snapshot.plan(Policy()) == [])
        #expect(try container([first, Route(via: "10.89.4.1", dev: 4), route]).snapshot.plan(Policy()) == [])
    }

    @Test(arguments: [1, 2, 3, 4, 16, 200] as [UInt8]) func anybodyElsesIs(number: UInt8) throws {
        #expect(try winner([first.with { $0.protocol = number }, second]) == "10.89.2.1")
        #expect(try winner([first, second.with { $0.protocol = number }]) == "10.89.2.1")
    }

    static let tunnels = [
        "tun", "vxlan", "geneve", "gretap", "ip6gretap", "erspan", "ip6erspan", "l2tpeth", "dummy", "ifb",
    ]

    @Test(arguments: tunnels) func aTunnelIsNoNetworkThoughItsLinkLayerBeEthernets(kind: String) throws {
        var container = container([first, second])
        container.snapshot.links[2].kind = kind
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: ["wireguard", "tun", "ipip", "gre", "sit", "vti", "xfrm", "ppp", nil])
    func whatHasNoLinkLayerIsNoNetwork(kind: String?) throws {
        var container = container([first, second])
        (container.snapshot.links[2].kind, container.snapshot.links[2].isEthernet) = (kind, false)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func l2tpIsKnownByItsName() throws {
        var container = container([first, second], names: [3: "l2tpeth0"])
        container.snapshot.links[2].kind = nil
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: ["veth", "macvlan", "ipvlan", "vlan", "bridge", "bond", nil]) func anyOtherIsANetwork(
        kind: String?
    ) throws {
        var container = container([first, second])
        container.snapshot.links[2].kind = kind
        try container.run()
        #expect(container.mainRoutes == [first])
    }

    @Test func aForeignDefaultThatIsWorseLetsTheNetworksCompete() throws {
        var container = container([first, second])
        var tunnel = Link(9, "wg0")
        tunnel.isEthernet = false
        container.snapshot.links.append(tunnel)
        let behind = Route(via: nil, dev: 9, metric: 200)
        container.add(behind)
        try container.run()
        #expect(container.mainRoutes == [first, behind])
        #expect(try container.snapshot.plan(Policy()) == [])
        #expect(!container.grouped.contains(9))
    }

    @Test func anIPv6BlackholeIsLeftAlone() throws {
        var hole = Route(.v6, metric: 4_294_967_295, nextHops: [NextHop(nil, dev: 1)])
        hole.type = 7
        #expect(try container([Route(via: "fd00:2::1", dev: 2), hole]).snapshot.plan(Policy()) == [])
    }

    @Test func theFamiliesCompeteApart() throws {
        var both = container([first, Route(via: "fd00:3::1", dev: 3)])
        #expect(try both.run() == [])
        both.snapshot.routes += [Route(via: "fd00:2::1", dev: 2), second]
        try both.run(Policy(prefer: ["10.89.3.0/24"]))
        #expect(both.main(.v4) == [NextHop("10.89.3.1", dev: 3)])
        #expect(both.main(.v6) == [NextHop("fd00:2::1", dev: 2)])
    }

    @Test func whereMetricsDifferNothingCompetes() throws {
        let worse = first.with { $0.metric = 101 }
        for routes in [
            [worse, second], [second, worse], [first.with { $0.metric = 0 }, second],
            [first.with { $0.metric = .max }, second.with { $0.metric = .max - 1 }],
        ] {
            var container = container(routes)
            try container.run()
            #expect(container.mainRoutes == routes)
            #expect(container.ourRules.count == 3 && container.ourRoutes.map { $0.protocol } == [70])
            #expect(try container.snapshot.plan(Policy()) == [])
        }
    }

    @Test func equalMetricsLeaveItToTheNaturalOrderOfTheNames() throws {
        // Indexes mislead: the second interface has the lower one, and eth10 comes before eth2 only as text.
        #expect(try winner([first, second], names: [2: "eth10", 3: "eth2"]) == "10.89.3.1")
        #expect(try winner([second, first], names: [2: "eth2", 3: "eth10"]) == "10.89.2.1")
        #expect(try winner([first, second], names: [2: "net.10", 3: "net.9"]) == "10.89.3.1")
    }

    @Test func onOneNetworkTheGatewaysBytesDecideWhichIsNamed() throws {
        let (low, high) = (Route(via: "10.89.2.9", dev: 2), Route(via: "10.89.2.10", dev: 2))
        for routes in [[high, second, low], [low, second, high]] {
            var container = container(routes)
            let words = try container.run().text
            #expect(words.last == "removed default via 10.89.3.1 dev eth1 (kept: via 10.89.2.9 dev eth0, metric 100)")
            #expect(container.standing(.v4) == Set(low.nextHops + high.nextHops))
        }
    }

    @Test(arguments: [
        (["eth1"], "10.89.3.1"), (["eth9", "eth1"], "10.89.3.1"), (["eth9"], "10.89.2.1"),
        (["eth0", "eth1"], "10.89.2.1"),
        (["eth1", "eth0"], "10.89.3.1"), (["*1"], "10.89.3.1"), (["eth*"], "10.89.2.1"), (["e?h1"], "10.89.3.1"),
        (["10.89.3.0/24"], "10.89.3.1"), (["10.89.3.1"], "10.89.3.1"), (["10.89.4.0/24"], "10.89.2.1"),
        (["fd00:3::/64"], "10.89.2.1"), (["10.0.0.0/8", "eth1"], "10.89.2.1"), (["0.0.0.0/0"], "10.89.2.1"),
    ])
    func preferenceComesBeforeEverythingElse(prefer: [String], expected: String) throws {
        #expect(try winner([first, second], prefer: prefer) == expected)
        #expect(try winner([second, first], prefer: prefer) == expected)
        guard prefer.first == "eth1" else { return }
        #expect(try winner([first, second.with { $0.metric = 9999 }], prefer: prefer) == expected)
    }

    @Test func ofSeveralPreferredTheFirstInTheListWins() throws {
        let third = Route(via: "10.89.4.1", dev: 4)
        #expect(try winner([first, second, third], prefer: ["10.89.4.0/24", "eth1"]) == "10.89.4.1")
        #expect(try winner([first, second, third], prefer: ["eth1", "10.89.4.0/24"]) == "10.89.3.1")
        // Where one preference names two, metric and name decide between them.
        #expect(try winner([third, second, first], prefer: ["eth[12]", "10.89.0.0/16"]) == "10.89.2.1")
    }

    @Test func aRouteWithoutGatewayCompetesByItsInterface() throws {
        let onLink = Route(via: nil, dev: 3)
        #expect(try winner([first, onLink], prefer: ["10.89.3.0/24"]) == "10.89.2.1")
        #expect(try winner([first, onLink], prefer: ["eth1"]) == nil)
    }

    @Test func whoIsPreferredMakesThoseOfBetterMetricsLeave() throws {
        let (better, best) = (first.with { $0.metric = 50 }, Route(via: "10.89.4.1", dev: 4, metric: 10))
        let behind = Route(via: "10.89.5.1", dev: 5, metric: 300)
        var container = container([best, better, second, behind])
        try container.run(Policy(prefer: ["eth1"]))
        #expect(container.mainRoutes == [second, behind])
        #expect(Set(container.ourRoutes) == [best.copied(), better.copied(), second.marked(), behind.standing()])
        #expect(try container.snapshot.plan(Policy(prefer: ["eth1"])) == [])
    }

    @Test func whoIsPreferredDoesNotCompeteWithAForeignDefault() throws {
        let foreign = Route(legs: [NextHop("10.89.4.1", dev: 4), NextHop("10.89.5.1", dev: 5)], metric: 150)
        let behind = second.with { $0.metric = 200 }
        var container = container([first, foreign, behind])
        try container.run(Policy(prefer: ["eth1"]))
        #expect(container.mainRoutes == [first, foreign, behind])
    }

    @Test func theOrderOfRoutesHasNoSay() throws {
        let routes = [
            first, second, Route(via: "10.89.4.1", dev: 4), Route(via: "10.89.4.2", dev: 4),
            Route(via: "10.89.5.1", dev: 5, metric: 101),
        ]
        for shift in routes.indices {
            let turned = Array(routes[shift...] + routes[..<shift])
            for order in [turned, turned.reversed()] {
                #expect(try winner(order) == "10.89.2.1")
                var container = container(order)
                try container.run(Policy(prefer: ["10.89.4.1"]))
                #expect(container.standing(.v4) == Set(routes[2...].map { $0.nextHops[0] }))
            }
        }
    }
}
