import JSON
import Netlink
import Testing

@testable import Keel

/// What a mark says, bit by bit: later versions must read what this one wrote.
@Suite struct MarkTests {
    @Test func aMarkOfAContainerThatWishesNothingSaysThatItIsKept() {
        let mark = Mark(Policy(), besides: Policy())
        #expect(mark == .kept && mark.metric == 0b1 && mark.isKept && !mark.isSkipped)
        #expect(mark.mode == nil && mark.rpFilter == nil && mark.invalidMode == nil)
        #expect(mark.sourceRules == nil && mark.forward == nil)
        #expect(Mark.skip.metric == 0b10 && Mark.skip.isSkipped && !Mark.skip.isKept)
    }

    /// A policy that says one thing, one that says otherwise, and the bits by which the first is remembered.
    private static let wishes: [(wish: String, other: String, bits: UInt32)] = [
        (#"{"defaultRoute": {"mode": "distinct"}}"#, #"{"defaultRoute": {"mode": "keep"}}"#, 1 << 2),
        (#"{"defaultRoute": {"mode": "one"}}"#, "{}", 2 << 2),
        (#"{"defaultRoute": {"mode": "ranked"}}"#, "{}", 3 << 2),
        (#"{"defaultRoute": {"mode": "keep"}}"#, "{}", 4 << 2),
        (#"{"rpFilter": "loose"}"#, #"{"rpFilter": "keep"}"#, 1 << 5),
        (#"{"rpFilter": "relax"}"#, "{}", 2 << 5),
        (#"{"rpFilter": "keep"}"#, "{}", 3 << 5),
        (#"{"invalid": {"mode": "drop"}}"#, #"{"invalid": {"mode": "keep"}}"#, 1 << 7),
        (#"{"invalid": {"mode": "input"}}"#, "{}", 2 << 7),
        (#"{"invalid": {"mode": "liberal"}}"#, "{}", 3 << 7),
        (#"{"invalid": {"mode": "keep"}}"#, "{}", 4 << 7),
        (#"{"defaultRoute": {"sourceRules": true}}"#, #"{"defaultRoute": {"sourceRules": false}}"#, 1 << 10),
        (#"{"defaultRoute": {"sourceRules": false}}"#, "{}", 2 << 10),
        (#"{"defaultRoute": {"learn": "bridges"}}"#, #"{"defaultRoute": {"learn": "all"}}"#, 2 << 14),
        (#"{"defaultRoute": {"learn": "none"}}"#, "{}", 3 << 14),
        (#"{"invalid": {"forward": true}}"#, #"{"invalid": {"forward": false}}"#, 1 << 12),
        (#"{"invalid": {"forward": false}}"#, "{}", 2 << 12),
    ]

    private func policy(_ document: String) throws -> Policy {
        var policy = Policy()
        try policy.overlay(Array(document.utf8), from: "test")
        return policy
    }

    @Test(arguments: wishes) func itHoldsWhatIsSaidOtherwiseThanByTheHost(wish: String, other: String, bits: UInt32)
        throws
    {
        let mark = Mark(try policy(wish), besides: try policy(other))
        #expect(mark.metric == bits | 1)
        #expect(Mark(try policy(wish), besides: try policy(wish)) == .kept)
    }

    @Test(arguments: wishes.filter { !$0.wish.contains("invalid") })
    func whatItHoldsOfTheContainersOwnLiesOverTheHostsPolicy(wish: String, other: String, bits: UInt32) throws {
        var laid = try policy(other)
        laid.overlay(Mark(metric: bits | 1))
        #expect(laid == (try policy(wish)))
    }

    /// A container that may administer its network could forge one, and the host's tables serve all.
    @Test(arguments: wishes.filter { $0.wish.contains("invalid") })
    func ofTheHostsOwnItOnlyTakesAway(wish: String, other: String, bits: UInt32) throws {
        var laid = try policy(other)
        laid.overlay(Mark(metric: bits | 1))
        let isForward = wish.contains("forward")
        #expect(laid.invalid.mode == (isForward ? .drop : .keep))
        #expect(laid.invalid.forward == !isForward)
    }

    @Test func ofSeveralTheMoreCautiousCounts() {
        let both = { (one: UInt32, other: UInt32) in
            let (forth, back) = (
                Mark(metric: one).combined(with: Mark(metric: other)),
                Mark(metric: other).combined(with: Mark(metric: one))
            )
            #expect(forth == back)
            return forth.metric
        }
        #expect(both(0b1, 0b10) == 0b11)
        #expect(both(1 | 2 << 2 | 3 << 5, 1 | 4 << 2 | 1 << 5) == 1 | 4 << 2 | 3 << 5)
        #expect(both(1 | 3 << 7 | 1 << 10, 1 | 4 << 7 | 2 << 10) == 1 | 4 << 7 | 2 << 10)
        #expect(both(1 | 1 << 12, 1 | 2 << 12) == 1 | 2 << 12)
        // 3 and 4 are no 7.
        #expect(both(1 | 3 << 2, 1 | 4 << 2) == 1 | 4 << 2)
    }

    @Test func aNumberWithoutMeaningIsTheMostCautious() {
        let mark = Mark(metric: .max)
        #expect(mark.mode == .keep && mark.rpFilter == .keep && mark.invalidMode == .keep)
        #expect(mark.sourceRules == false && mark.forward == false && mark.learn == .nothing)
    }

    @Test func namingAContainerTakesSkipAndNothingElse() {
        #expect(Mark(metric: 0b10 | 4 << 2).withoutSkip.metric == 0b1 | 4 << 2)
    }

    @Test func whatTheHostLocksNoMarkChanges() throws {
        let all = Mark(metric: 0b11 | 4 << 2 | 3 << 5 | 4 << 7 | 2 << 10 | 2 << 12)
        for locked in ["defaultRoute", "rpFilter", "invalid"] {
            let host = try policy(#"{"annotations": {"locked": ["\#(locked)"]}}"#)
            var laid = host
            laid.overlay(all)
            #expect((laid.defaultRoute == host.defaultRoute) == (locked == "defaultRoute"))
            #expect((laid.rpFilter == host.rpFilter) == (locked == "rpFilter"))
            #expect((laid.invalid == host.invalid) == (locked == "invalid"))
            #expect(!host.leavesAlone(all))
        }
        #expect(Policy().leavesAlone(all) && !Policy().leavesAlone(.kept) && !Policy().leavesAlone(nil))
    }
}

/// Marks among a namespace's routes.
@Suite struct MarkRouteTests {
    @Test func aMarkIsADefaultThatLeadsNowhereInATableOfItsOwn() {
        let route = Mark.kept.route
        #expect(route.table == 17_738_997 && route.protocol == 69 && route.metric == 1 && route.version == .v4)
        #expect(route.isBlackhole && !route.isUnicast)
        #expect(Mark(route) == .kept)
    }

    @Test func onlyOursAreMarks() {
        for change: (inout Route) -> Void in [
            { $0.table = 254 }, { $0.protocol = 4 }, { $0.type = 1 }, { $0.version = .v6 },
        ] {
            #expect(Mark(Mark.skip.route.with(change)) == nil)
        }
    }

    @Test func allThatStandInANamespaceCount() {
        var container = TestContainer()
        #expect(container.snapshot.mark == nil)
        container.add(Mark(metric: 1 | 2 << 2).route)
        container.add(Mark.skip.route)
        #expect(container.snapshot.mark == Mark(metric: 0b11 | 2 << 2))
    }

    /// The kernel would put every table's routes into main.
    @Test func withoutPolicyRoutingThereIsNone() {
        var container = TestContainer()
        #expect(container.snapshot.canHoldMarks)
        container.snapshot.rules?.removeAll { $0.version == .v4 }
        #expect(!container.snapshot.canHoldMarks)
        container.snapshot.rules = nil
        #expect(!container.snapshot.canHoldMarks)
    }

    @Test func aMarkIsNoReasonForAPlan() throws {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.5/24"], [Route(via: "10.89.2.1", dev: 2)])
        let settled = container.snapshot.planNeedsAddresses
        container.add(Mark.kept.route)
        container.add(Mark.skip.route)
        #expect(container.snapshot.planNeedsAddresses == settled)
        #expect(container.snapshot.selections(Policy().defaultRoute, leaving: nil).isEmpty)
        #expect(try container.snapshot.plan(Policy()) == [])
    }

    @Test(arguments: [Policy.DefaultRoute.Mode.distinct, .one, .ranked])
    func aMarkChangesNoPlanOfSeveralNetworks(mode: Policy.DefaultRoute.Mode) throws {
        var container = TestContainer()
        for index in 2...4 as ClosedRange<UInt32> {
            container.connect(
                index, "eth\(index - 2)", ["10.89.\(index).5/24"], [Route(via: "10.89.\(index).1", dev: index)])
        }
        let plan = try container.snapshot.plan(Policy(mode))
        container.add(Mark.kept.route)
        #expect(try container.snapshot.plan(Policy(mode)) == plan)
        try container.run(Policy(mode))
        #expect(try container.snapshot.plan(Policy(mode)) == [])
    }
}
