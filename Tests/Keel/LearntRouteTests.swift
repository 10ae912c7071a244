import Laboratory
import LinuxSystem
import Testing

@testable import Keel
@testable import Netlink

/// What becomes of gateways that an engine told of: routes in tables of their own, with rules, and never in main.
@Suite struct LearntRouteTests {
    private let eth0 = Route(via: "10.89.3.1", dev: 3)
    private let learnt = Route(via: "10.89.2.1", dev: 2, metric: 0).learnt()
    private let gateway = LearntGateway(ipAddress("10.89.2.1"), on: 2, source: "Docker's gateway of back")

    /// eth0 has the default, eth1 none.
    private func twoNetworks() -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth1", ["10.89.2.2/24"])
        container.connect(3, "eth0", ["10.89.3.2/24"], [eth0])
        return container
    }

    private func taught() throws -> TestContainer {
        var container = twoNetworks()
        container.snapshot.learnings = [Learning(.v4, [gateway])]
        try container.run()
        container.snapshot.learnings = []
        return container
    }

    @Test func groupThenTableThenRules() throws {
        var container = twoNetworks()
        container.snapshot.learnings = [Learning(.v4, [gateway])]
        let links = container.snapshot.links
        let plan = try container.run()
        #expect(
            plan.actions == [
                .setGroup(links[1], 17739), .setGroup(links[2], 17739), .addRoute(learnt), .addRule(.main(.v4)),
                .addRule(.foreign(.v4)), .addRule(.from("10.89.2.0/24", dev: 2)), .addRule(.bound(.v4, "eth1", dev: 2)),
            ])
        #expect(
            plan.text[2] == "learnt default via 10.89.2.1 dev eth1 to table 17739002 (Docker's gateway of back)")
        #expect(plan[2].proposed.hasPrefix("would learn default via 10.89.2.1 dev eth1 "))
        #expect(try container.snapshot.plan(Policy()) == [])
        #expect(container.mainRoutes == [eth0])
    }

    /// A start, CHECK and the doctor ask no engine.
    @Test func whoAsksNobodyLeavesItAsItIs() throws {
        let container = try taught()
        #expect(try container.snapshot.plan(Policy()) == [])
        #expect(container.snapshot.planGarbage() == [])
        #expect(try container.snapshot.plan(Policy(.keep)) == [])
        #expect(!container.snapshot.isSetAside(.v4, 2))
    }

    @Test func whatIsNotKnownAnyMoreIsWithdrawnWithItsRulesAndGroup() throws {
        var container = try taught()
        container.snapshot.learnings = [Learning(.v4, [])]
        let plan = try container.run()
        #expect(plan.text.contains("removed learnt default via 10.89.2.1 dev eth1 from table 17739002"))
        #expect(plan.allSatisfy { $0.isWithdrawal })
        #expect(container.snapshot == twoNetworks().snapshot.with { $0.learnings = [Learning(.v4, [])] })
    }

    @Test func anotherGatewayOfTheSameNetworkTakesItsPlace() throws {
        var container = try taught()
        container.snapshot.learnings = [
            Learning(.v4, [LearntGateway(ipAddress("10.89.2.254"), on: 2, source: "Docker's gateway of back")])
        ]
        let plan = try container.run()
        let other = Route(via: "10.89.2.254", dev: 2, metric: 0).learnt()
        #expect(plan.actions == [.deleteRoute(learnt), .addRoute(other)])
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    /// Whoever deleted the default wants none, by whatever way.
    @Test func withoutADefaultInMainItIsWithdrawnWhoeverLooks() throws {
        for learnings in [[], [Learning(.v4, [gateway])]] {
            var container = try taught()
            container.cut(.v4)
            container.snapshot.learnings = learnings
            try container.run()
            #expect(container.snapshot.routes == [] && container.ourRules == [] && container.grouped == [])
        }
    }

    @Test func itNeverComesIntoMain() throws {
        var container = try taught()
        container.disconnect(3)
        try container.run()
        #expect(container.snapshot.routes == [])
        for policy in [Policy(prefer: ["eth1"]), Policy(.ranked), Policy(.one, prefer: ["10.89.2.1"])] {
            var container = try taught()
            #expect(try container.run(policy) == [])
            #expect(container.mainRoutes == [eth0])
        }
    }

    @Test func aDefaultOfItsOwnInMainTakesItsPlace() throws {
        var container = try taught()
        container.add(Route(via: "10.89.2.1", dev: 2))
        try container.run()
        #expect(!container.snapshot.routes.contains { $0.protocol == 71 })
        #expect(container.mainRoutes == [eth0])
        #expect(container.ourRoutes.contains(Route(via: "10.89.2.1", dev: 2).copied()))
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    /// As Docker moves it to an interface that is in no group yet, which rule 2 would take for somebody else's.
    @Test func theNewDefaultsInterfaceIsPutIntoTheGroupFirst() throws {
        var container = try taught()
        container.disconnect(3)
        container.connect(4, "eth2", ["10.89.4.2/24"], [Route(via: "10.89.4.1", dev: 4)])
        let plan = try container.run()
        #expect(plan.text == ["set device group of eth2 to 17739"])
        #expect(container.grouped == [2, 4])
    }

    @Test func itsGatewayMustAnswer() throws {
        for state in [GatewayState.silent, .unknown] {
            var container = twoNetworks()
            container.snapshot.learnings = [Learning(.v4, [gateway])]
            container.doubt([("10.89.2.1", 2)], state)
            #expect(try container.snapshot.plan(Policy()) == [])
        }
        var container = try taught()
        container.doubt([("10.89.2.1", 2)], .unknown)
        #expect(try container.snapshot.plan(Policy()) == [])
        container.snapshot.doubtfulGateways = []
        container.doubt([("10.89.2.1", 2)], .silent)
        try container.run()
        #expect(container.snapshot.routes == [eth0] && container.ourRules == [])
    }

    @Test(arguments: [#"{"learn": "none"}"#, #"{"sourceRules": false}"#])
    func aPolicyThatWantsNoneHasItWithdrawn(settings: String) throws {
        var policy = Policy()
        try policy.overlay(Array(#"{"defaultRoute": \#(settings)}"#.utf8), from: "test")
        var container = twoNetworks()
        container.snapshot.learnings = [Learning(.v4, [gateway])]
        #expect(try container.snapshot.plan(policy) == [])
        container = try taught()
        try container.run(policy)
        #expect(container.snapshot == twoNetworks().snapshot)
    }

    /// A VPN's default goes before, as it does before losers' tables.
    @Test func behindAForeignDefaultNothingIsLearntAndWhatIsThereStays() throws {
        var tunnel = Link(9, "tun0")
        tunnel.isEthernet = false
        let foreign = Route(via: nil, dev: 9, metric: 0)
        var container = twoNetworks()
        container.snapshot.links.append(tunnel)
        container.snapshot.routes.insert(foreign, at: 0)
        container.snapshot.learnings = [Learning(.v4, [gateway])]
        #expect(try container.snapshot.plan(Policy()) == [])
        container = try taught()
        container.snapshot.links.append(tunnel)
        container.snapshot.routes.insert(foreign, at: 0)
        for learnings in [[], [Learning(.v4, [])]] {
            container.snapshot.learnings = learnings
            #expect(try container.snapshot.plan(Policy()) == [])
        }
    }

    @Test func anInterfaceInSomebodysGroupIsLeftAlone() throws {
        for index in [2, 3] as [UInt32] {
            var container = twoNetworks()
            container.group(index, 7)
            container.snapshot.learnings = [Learning(.v4, [gateway])]
            #expect(try container.snapshot.plan(Policy()) == [])
        }
    }

    /// The kernel would put it into main.
    @Test func withoutPolicyRoutingNothingIsLearnt() throws {
        var container = twoNetworks()
        container.snapshot.rules = nil
        container.snapshot.learnings = [Learning(.v4, [gateway])]
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test func anInterfaceThatIsAboutToGoIsForgotten() throws {
        var container = try taught()
        let plan = try container.run(leaving: 2)
        #expect(plan.actions.contains(.deleteRoute(learnt)) && container.ourRules == [])
    }

    @Test func aFamilyOfWhichNobodyWasAskedStays() throws {
        var container = try taught()
        container.snapshot.addresses += [
            InterfaceAddress("fd00:2::2/64", dev: 2), InterfaceAddress("fd00:3::2/64", dev: 3),
        ]
        container.add(Route(via: "fd00:3::1", dev: 3))
        let six = LearntGateway(ipAddress("fd00:2::1"), on: 2, source: "Docker's gateway of back")
        container.snapshot.learnings = [Learning(.v6, [six])]
        try container.run()
        #expect(container.ourRoutes == [learnt, Route(via: "fd00:2::1", dev: 2).learnt()])
        #expect(container.ourRules(.v6).count == 4 && container.ourRules(.v4).count == 4)
        #expect(try container.snapshot.plan(Policy()) == [])
        container.snapshot.learnings = [Learning(.v6, [])]
        try container.run()
        #expect(container.ourRoutes == [learnt] && container.ourRules(.v6) == [])
        #expect(container.grouped == [2, 3])
    }

    /// Made-up knowledge: of some networks a gateway, of some families nothing.
    private func learnings(_ networks: [GeneratedNetwork], _ random: inout SeededGenerator) -> [Learning] {
        var learnings: [Learning] = []
        for version in IPVersion.allCases where Int.random(in: 0..<4, using: &random) > 0 {
            var gateways: [LearntGateway] = []
            for network in networks where Bool.random(using: &random) {
                let text = version == .v4 ? "10.89.\(network.index).77" : "fd00:\(network.index)::77"
                gateways.append(LearntGateway(ipAddress(text), on: network.index, source: "it"))
            }
            learnings.append(Learning(version, gateways))
        }
        return learnings
    }

    @Test(arguments: PlanPropertyTests.lots)
    func whateverIsLearntMainIsAsWithoutAndASecondRunFindsNothing(features: GeneratedNetwork.Features) throws {
        try forMany(features) { networks, random in
            let start = TestContainer(networks, features, &random)
            let policy = Policy.generated.randomElement(using: &random) ?? Policy()
            var plain = start
            try plain.run(policy)
            var taught = start
            taught.snapshot.learnings = learnings(networks, &random)
            let length = try taught.run(policy).count
            var wrong = try taught.snapshot.plan(policy).text
            if taught.mainRoutes != plain.mainRoutes { wrong.append("main is \(taught.mainRoutes)") }
            var unasked = taught
            unasked.snapshot.learnings = []
            wrong += try unasked.snapshot.plan(policy).text
            // Cut off anywhere it is completed by the next.
            for step in 0..<length {
                var part = start
                part.snapshot.learnings = taught.snapshot.learnings
                for change in try part.snapshot.plan(policy).prefix(step) { try part.apply(change.action) }
                try part.run(policy)
                wrong += try part.snapshot.plan(policy).text
            }
            // Forgotten, nothing of it is left.
            taught.snapshot.learnings = IPVersion.allCases.map { Learning($0, []) }
            try taught.run(policy)
            if taught.snapshot.routes.contains(where: { $0.protocol == 71 }) { wrong.append("a route is left") }
            if Set(taught.ourRules) != Set(plain.ourRules) { wrong.append("rules are left") }
            return wrong
        }
    }

    /// It is learnt again instead.
    @Test func afterAFlapItIsNotPutBack() throws {
        var container = try taught()
        var defaults = FlushedDefaults()
        defaults.update(container.snapshot)
        #expect(!defaults.lead(by: gateway.address, on: 2))
        defaults.note(flapOf: 2)
        container.snapshot.routes.removeAll { $0 == learnt }
        defaults.update(container.snapshot)
        #expect(!defaults.areAny)
    }

    @Test func aContainersMarkOnlyEverHasLessLearnt() throws {
        func policy(_ learn: Policy.DefaultRoute.Learn) -> Policy {
            var policy = Policy()
            policy.defaultRoute.learn = learn
            return policy
        }
        let all = Policy.DefaultRoute.Learn.allCases
        #expect(Mark(policy(.nothing), besides: policy(.bridges)).metric == 3 << 14 | 1)
        for (wish, host) in all.flatMap({ wish in all.map { (wish, $0) } }) {
            var laid = policy(host)
            laid.overlay(Mark(policy(wish), besides: policy(host)))
            let order: [Policy.DefaultRoute.Learn] = [.all, .bridges, .nothing]
            let cautious = max(order.firstIndex(of: wish) ?? 0, order.firstIndex(of: host) ?? 0)
            #expect(laid.defaultRoute.learn == order[cautious])
        }
    }
}

extension Route {
    /// As it stands in its interface's table when it was learnt.
    fileprivate func learnt() -> Route { copied().with { $0.protocol = 71 } }
}

extension NamespaceSnapshot {
    fileprivate func with(_ change: (inout NamespaceSnapshot) -> Void) -> NamespaceSnapshot {
        var snapshot = self
        change(&snapshot)
        return snapshot
    }
}
