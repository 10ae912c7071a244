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

    /// The gateway of what is left in main when `routes` compete.
    private func winner(
        _ routes: [Route], prefer: [String] = [], names: [UInt32: String] = [:]
    ) throws -> String? {
        var container = container(routes, names: names)
        try container.run(Policy(prefer: prefer))
        let left = container.main(routes[0].version)
        #expect(left.count == 1)
        return left.first?.gateway.map { "\($0)" }
    }

    @Test func aNamespaceWithOneDefaultRouteAFamilyIsLeftAlone() throws {
        let routes = [first, Route(via: "fd00:2::1", dev: 2)]
        #expect(try container(routes).snapshot.plan(Policy()) == [])
        #expect(try container([]).snapshot.plan(Policy()) == [])
    }

    static let strangers: [(String, Route)] = [
        ("a blackhole", Route(via: nil, dev: 3).with { $0.type = 6 }),
        ("an unreachable route", Route(via: nil, dev: 3).with { $0.type = 7 }),
        ("a prohibit route", Route(via: nil, dev: 3).with { $0.type = 8 }),
        ("a blackhole that names no interface", Route(via: nil, dev: 0).with { $0.type = 6 }),
        ("a local route", Route(via: nil, dev: 3).with { $0.type = 2 }),
        ("a route in a table of somebody's own", Route(via: "10.89.3.1", dev: 3).with { $0.table = 100 }),
        ("a route in table default", Route(via: "10.89.3.1", dev: 3).with { $0.table = 253 }),
        ("a route for a type of service", Route(via: "10.89.3.1", dev: 3).with { $0.typeOfService = 0x10 }),
        ("a route on lo", Route(via: nil, dev: 1)),
        ("a route whose interface is not there", Route(via: "10.89.9.1", dev: 9)),
        ("a route whose lifetime is over", Route(via: "10.89.3.1", dev: 3).with { $0.lifetime = -3 }),
    ]

    @Test(arguments: strangers) func whatIsNoCandidateIsLeftAlone(what: String, stranger: Route) throws {
        for routes in [[first, stranger], [stranger, first]] {
            #expect(try container(routes).snapshot.plan(Policy()) == [], "\(what)")
        }
        var crowd = container([stranger, first, second])
        let changes = try crowd.run()
        #expect(changes.actions.count { if case .deleteRoute = $0 { true } else { false } } == 1, "\(what)")
        #expect(changes.actions.last == .deleteRoute(second), "\(what)")
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

    @Test func theLowestMetricWins() throws {
        let worse = first.with { $0.metric = 101 }
        #expect(try winner([worse, second]) == "10.89.3.1")
        #expect(try winner([second, worse]) == "10.89.3.1")
        #expect(try winner([first.with { $0.metric = 0 }, second]) == "10.89.2.1")
        #expect(try winner([first.with { $0.metric = .max }, second.with { $0.metric = .max - 1 }]) == "10.89.3.1")
    }

    @Test func equalMetricsLeaveItToTheNaturalOrderOfTheNames() throws {
        // Indexes mislead: the second interface has the lower one, and eth10 comes before eth2 only as text.
        #expect(try winner([first, second], names: [2: "eth10", 3: "eth2"]) == "10.89.3.1")
        #expect(try winner([second, first], names: [2: "eth2", 3: "eth10"]) == "10.89.2.1")
        #expect(try winner([first, second], names: [2: "net.10", 3: "net.9"]) == "10.89.3.1")
    }

    @Test func equalNamesLeaveItToTheGatewaysBytes() throws {
        let other = NextHop("10.89.3.1", dev: 3)
        let (low, high) = (NextHop("10.89.2.9", dev: 2), NextHop("10.89.2.10", dev: 2))
        #expect(try winner([Route(legs: [high, other, low])]) == "10.89.2.9")
        #expect(try winner([Route(legs: [low, other, high])]) == "10.89.2.9")
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

    @Test func theOrderOfRoutesHasNoSay() throws {
        let routes = [
            first, second, Route(via: "10.89.4.1", dev: 4), Route(via: "10.89.4.2", dev: 4),
            Route(via: "10.89.5.1", dev: 5, metric: 101),
        ]
        for shift in routes.indices {
            let turned = Array(routes[shift...] + routes[..<shift])
            for order in [turned, turned.reversed()] {
                #expect(try winner(order) == "10.89.2.1")
                #expect(try winner(order, prefer: ["10.89.4.1"]) == "10.89.4.1")
            }
        }
    }
}
