import Netlink
import Testing

@testable import Keel

/// Networks that say of themselves that their default should win, and how that is remembered.
@Suite struct PreferredNetworkTests {
    private func network(_ index: UInt32, _ container: inout TestContainer) {
        container.connect(
            index, "eth\(index - 2)", ["10.89.\(index).5/24", "fd00:89:\(index)::5/64"],
            [
                Route(via: "10.89.\(index).1", dev: index, metric: 100),
                Route(via: "fd00:89:\(index)::1", dev: index, metric: 100),
            ])
    }

    private func preferring(_ interface: String) -> Policy {
        var policy = Policy()
        policy.defaultRoute.preferredInterface = InterfaceName(text: interface)
        return policy
    }

    private func winner(_ container: TestContainer) -> [UInt32] {
        IPVersion.allCases.flatMap { container.main($0).map { $0.interface } }
    }

    @Test(arguments: [[2, 3, 4], [4, 3, 2], [3, 2, 4], [3, 4, 2]] as [[UInt32]])
    func aPreferredNetworkWinsInWhateverOrderTheyCome(order: [UInt32]) throws {
        var container = TestContainer()
        for index in order {
            network(index, &container)
            try container.run(index == 3 ? preferring("eth1") : Policy())
        }
        #expect(winner(container) == [3, 3])
        for policy in [Policy(), preferring("eth1")] { #expect(try container.snapshot.plan(policy) == []) }
    }

    @Test(arguments: [[2, 3, 4], [4, 3, 2]] as [[UInt32]]) func ofSeveralPreferredTheUsualOrderDecides(order: [UInt32])
        throws
    {
        var container = TestContainer()
        for index in order {
            network(index, &container)
            try container.run(index == 2 ? Policy() : preferring("eth\(index - 2)"))
        }
        #expect(winner(container) == [3, 3])
    }

    @Test func theHostsListComesAfterAndTheContainersOwnBefore() throws {
        var container = TestContainer()
        for index in 2...4 as ClosedRange<UInt32> { network(index, &container) }
        try container.run(preferring("eth1"))
        #expect(try container.snapshot.plan(Policy(prefer: ["eth0"])) == [])
        try container.run(choosing("eth2"))
        #expect(winner(container) == [4, 4])
    }

    private func choosing(_ list: String...) -> Policy {
        var policy = Policy(prefer: list)
        policy.defaultRoute.isPreferenceOwn = true
        return policy
    }

    @Test func aChoiceOfTheContainersOutlivesTheRunThatKnewIt() throws {
        var container = TestContainer()
        for index in 2...3 as ClosedRange<UInt32> { network(index, &container) }
        try container.run(choosing("eth1"))
        #expect(winner(container) == [3, 3])
        #expect(try container.snapshot.plan(Policy()) == [])
        // A list of the host's leaves nothing behind: the host still has it.
        var other = TestContainer()
        for index in 2...3 as ClosedRange<UInt32> { network(index, &other) }
        try other.run(Policy(prefer: ["eth1"]))
        #expect(other.ourMarks == [])
    }

    /// Of a list, only who won by it is remembered, not those that won before better ones came.
    @Test(arguments: [[2, 3, 4], [4, 3, 2], [3, 4, 2]] as [[UInt32]])
    func theOrderOfAListOutlivesItsRuns(order: [UInt32]) throws {
        var container = TestContainer()
        for index in order {
            network(index, &container)
            try container.run(choosing("eth2", "eth1", "eth*"))
        }
        for policy in [Policy(), preferring("eth0"), Policy(prefer: ["eth1"])] {
            try container.run(policy)
            #expect(winner(container) == [4, 4])
        }
    }

    /// With one network nothing was chosen: what wins by a pattern then must not beat one that comes to be preferred.
    @Test func aNetworkThatIsAloneIsNotChosen() throws {
        var container = TestContainer()
        network(2, &container)
        try container.run(choosing("eth*"))
        #expect(container.ourMarks == [])
        network(3, &container)
        try container.run(preferring("eth1"))
        #expect(winner(container) == [3, 3])
    }

    @Test func theMemoryGoesWithTheNetwork() throws {
        var container = TestContainer()
        for index in 2...3 as ClosedRange<UInt32> { network(index, &container) }
        try container.run(preferring("eth1"))
        try container.run(Policy(), leaving: 3)
        #expect(winner(container) == [2, 2])
        #expect(container.ourMarks == [])
        container.disconnect(3)
        #expect(try container.snapshot.plan(Policy()) == [])
        network(3, &container)
        try container.run()
        #expect(winner(container) == [2, 2])
    }

    @Test func aNetworkWithoutDefaultIsNotRemembered() throws {
        var container = TestContainer()
        network(2, &container)
        container.connect(3, "eth1", ["10.89.3.5/24"])
        try container.run(preferring("eth1"))
        #expect(container.ourMarks == [])
    }

    @Test func rankedRemembersAlike() throws {
        var container = TestContainer()
        for index in 2...4 as ClosedRange<UInt32> { network(index, &container) }
        var policy = preferring("eth1")
        policy.defaultRoute.mode = .ranked
        try container.run(policy)
        #expect(container.main(.v4).first?.interface == 3)
        #expect(try container.snapshot.plan(Policy(.ranked)) == [])
    }

    /// Without policy routing every table's routes would be main's.
    @Test func withoutPolicyRoutingNothingIsRemembered() throws {
        var container = TestContainer()
        network(2, &container)
        container.snapshot.rules = nil
        #expect(try container.snapshot.plan(preferring("eth0")) == [])
    }
}

extension TestContainer {
    /// What is remembered of who should win.
    fileprivate var ourMarks: [Route] {
        snapshot.routes.filter { [Ours.preferredTable, Ours.chosenTable].contains($0.table) }
    }
}
