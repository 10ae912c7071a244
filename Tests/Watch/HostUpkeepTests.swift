import Firewall
import Netlink
import Testing

@testable import Watch

/// What a transaction on the host's ruleset means: a table that went along with others comes back, one that a person took away by its
/// name does not.
@Suite struct HostUpkeepTests {
    private static let families: [IPVersion: UInt8] = [.v4: 2, .v6: 10]

    /// After a look at a host that has these tables.
    private static func upkeep(_ held: [IPVersion] = [.v4]) -> HostUpkeep {
        var upkeep = HostUpkeep()
        upkeep.finishLook()
        upkeep.held = held
        upkeep.guarded = ["br0"]
        return upkeep
    }

    private static func ours(_ version: IPVersion = .v4, isGone: Bool) -> RulesetEvent {
        .table("evenkeel", family: families[version] ?? 0, isGone: isGone)
    }

    private static func part(isGone: Bool) -> RulesetEvent { .part(of: "evenkeel", family: 2, isGone: isGone) }

    private static var theirs: RulesetEvent { .table("theirs", family: 2, isGone: true) }

    /// What is said of a transaction.
    @discardableResult
    private func take(_ upkeep: inout HostUpkeep, by program: String, _ events: RulesetEvent...) -> String? {
        var notes: [String] = []
        for event in events + [.generation(process: 7, program: program)] {
            if let note = upkeep.take(event) { notes.append(note) }
        }
        #expect(notes.count < 2)
        return notes.first
    }

    @Test func whatGoesWithTheWholeRulesetComesBack() {
        var upkeep = Self.upkeep()
        #expect(take(&upkeep, by: "nft", Self.part(isGone: true), Self.ours(isGone: true), Self.theirs) == nil)
        #expect(upkeep.isDue && upkeep.cause == "nft")
        #expect(upkeep.declined == [] && upkeep.versions == [.v4, .v6])
        #expect(upkeep.guarded == [], "what the sets hold is not known any more")
    }

    @Test func bothOfOursAtOnceAreTheWholeRulesetWhereThereIsNothingElse() {
        var upkeep = Self.upkeep([.v4, .v6])
        take(&upkeep, by: "nft", Self.ours(.v4, isGone: true), Self.ours(.v6, isGone: true))
        #expect(upkeep.isDue && upkeep.declined == [])
    }

    @Test func aTableThatWasTakenAwayByNameStaysAway() {
        var upkeep = Self.upkeep([.v4, .v6])
        let note = take(&upkeep, by: "nft", Self.part(isGone: true), Self.ours(isGone: true))
        #expect(
            note
                == "nft took our table for INVALID segments away by name, and nothing else (IPv4): that stays so until "
                + "`evenkeel host apply`")
        #expect(!upkeep.isDue && upkeep.declined == [.v4] && upkeep.versions == [.v6])
    }

    @Test func aChainThatWasTakenAwayByNameStaysAwayToo() {
        var upkeep = Self.upkeep()
        #expect(take(&upkeep, by: "nft", Self.part(isGone: true)) != nil)
        #expect(upkeep.declined == [.v4])
    }

    @Test func whatHostRemoveTakesAwayStaysAwayEvenBothTables() {
        var upkeep = Self.upkeep([.v4, .v6])
        take(&upkeep, by: "evenkeel", Self.ours(.v4, isGone: true), Self.ours(.v6, isGone: true))
        #expect(!upkeep.isDue && upkeep.held == [])
    }

    @Test func whoeverMakesTheTableAgainWantsIt() {
        var upkeep = Self.upkeep()
        take(&upkeep, by: "nft", Self.ours(isGone: true))
        take(&upkeep, by: "evenkeel", Self.ours(isGone: false), Self.part(isGone: false))
        #expect(upkeep.isDue && upkeep.declined == [])
    }

    @Test func anotherProgramsTransactionDoesNotBelongToTheFormer() {
        var upkeep = Self.upkeep()
        take(&upkeep, by: "nft", Self.theirs)
        #expect(take(&upkeep, by: "nft", Self.ours(isGone: true)) != nil)
        #expect(upkeep.declined == [.v4])
    }

    @Test func aReloadOfASavedRulesetIsLookedAt() {
        var upkeep = Self.upkeep()
        let note = take(
            &upkeep, by: "nft", Self.part(isGone: true), Self.ours(isGone: true), Self.theirs, Self.ours(isGone: false),
            Self.part(isGone: false))
        #expect(note == nil && upkeep.isDue && upkeep.declined == [])
    }

    @Test func elementsThatThePluginTakesOutAreNoLoss() {
        var upkeep = Self.upkeep()
        for program in ["evenkeel", "evenkeel-cni", "evenkeel-hook"] {
            #expect(take(&upkeep, by: program, Self.part(isGone: true)) == nil)
        }
        #expect(!upkeep.isDue && upkeep.declined == [])
    }

    @Test func itsOwnTransactionsSayNothing() {
        var upkeep = Self.upkeep()
        take(&upkeep, by: "evenkeel-watch", Self.ours(isGone: true))
        take(&upkeep, by: "evenkeel-watch", Self.ours(isGone: false), Self.part(isGone: false))
        #expect(!upkeep.isDue && upkeep.declined == [] && upkeep.guarded == ["br0"])
    }

    @Test func othersTablesAreNoneOfItsBusiness() {
        var upkeep = Self.upkeep()
        let foreign = RulesetEvent.table("evenkeel", family: 1, isGone: true)
        #expect(take(&upkeep, by: "nft", Self.theirs, foreign, .part(of: "filter", family: 2, isGone: true)) == nil)
        #expect(!upkeep.isDue)
    }

    @Test func translationThatIsNewMayNeedATable() {
        var upkeep = Self.upkeep([])
        take(&upkeep, by: "netavark", .translation)
        #expect(upkeep.isDue && upkeep.cause == "netavark")
    }

    @Test func afterALossEverythingIsLookedAt() {
        var upkeep = Self.upkeep()
        _ = upkeep.take(Self.ours(isGone: true))
        upkeep.callAfterLoss()
        #expect(upkeep.isDue && upkeep.cause == nil && upkeep.guarded == [])
        upkeep.finishLook()
        take(&upkeep, by: "nft")
        #expect(upkeep.declined == [], "the rest of a transaction that was lost says nothing")
    }

    @Test func fiveRestorationsInTenSecondsAreAContest() {
        let second: UInt64 = 1_000_000_000
        func restores(_ upkeep: inout HostUpkeep, _ time: UInt64) -> Bool { upkeep.noteRestoration(at: time * second) }
        var upkeep = Self.upkeep()
        for time: UInt64 in [100, 102, 104, 106] { #expect(!restores(&upkeep, time)) }
        #expect(restores(&upkeep, 108))
        #expect(upkeep.contestedUntil == 168 * second)
        for time: UInt64 in [170, 173, 176, 179, 182, 185] { #expect(!restores(&upkeep, time)) }
    }
}
