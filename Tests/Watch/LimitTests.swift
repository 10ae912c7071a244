import Testing

@testable import Watch

private let second: UInt64 = 1_000_000_000

// What changes a value cannot stand in an expectation.
private func take(_ allowance: inout Allowance, _ now: UInt64) -> UInt64? { allowance.take(at: now) }
private func sleeps(_ detector: inout SleepDetector, _ awake: UInt64, _ sinceBoot: UInt64) -> Bool {
    detector.hasSlept(awake: awake, sinceBoot: sinceBoot)
}
private func note(_ budget: inout RemedyBudget, _ changes: [String], _ now: UInt64) -> String? {
    budget.note(changes, at: now)
}

/// How much is done at most, and when it is given up.
@Suite struct LimitTests {
    @Test func anAllowanceGivesABurstAndThenOneAtATime() {
        var allowance = Allowance(burst: 3, each: 10, at: 1000)
        for _ in 0..<3 { #expect(take(&allowance, 1000) == nil) }
        #expect(take(&allowance, 1000) == 1010)
        #expect(take(&allowance, 1009) == 1010, "what was refused costs nothing")
        #expect(take(&allowance, 1010) == nil)
        #expect(take(&allowance, 1010) == 1020)
        // After a rest the burst is there again, and no more than it.
        for _ in 0..<3 { #expect(take(&allowance, 5000) == nil) }
        #expect(take(&allowance, 5000) == 5010)
    }

    @Test func anAllowanceWorksRightAfterBoot() {
        var allowance = Allowance(burst: 200, each: 20, at: 5)
        #expect(take(&allowance, 5) == 20)
        #expect(take(&allowance, 20) == nil)
    }

    @Test func theSameChangeFiveTimesInTenSecondsIsAContest() {
        var budget = RemedyBudget()
        var now = 100 * second
        for _ in 0..<4 {
            #expect(note(&budget, ["default via 10.0.0.1 dev eth0"], now) == nil)
            now += second
        }
        #expect(!budget.isContested(at: now))
        #expect(note(&budget, ["default via 10.0.0.1 dev eth0"], now) == "default via 10.0.0.1 dev eth0")
        #expect(budget.isContested(at: now) && budget.contestedSince == now)
        #expect(budget.contestedChange == "default via 10.0.0.1 dev eth0")
        #expect(budget.isContested(at: now + 59 * second) && !budget.isContested(at: now + 60 * second))
    }

    @Test func slowRepetitionIsNoContest() {
        var budget = RemedyBudget()
        for time in 0..<50 { #expect(note(&budget, ["x"], UInt64(100 + 3 * time) * second) == nil) }
    }

    @Test func manyDifferentChangesAreAContestToo() {
        var budget = RemedyBudget()
        let now = 100 * second
        for number in 0..<20 { #expect(note(&budget, ["\(number)"], now) == nil) }
        #expect(note(&budget, ["20", "21"], now) == "20")
    }

    @Test func oneLookWithManyChangesIsNone() {
        var budget = RemedyBudget()
        #expect(note(&budget, (0..<2000).map { "rule \($0)" }, 100 * second) == nil)
        #expect(note(&budget, [], 100 * second) == nil)
    }

    @Test func eachContestLastsTwiceAsLongUpToAnHour() {
        var budget = RemedyBudget()
        var now = 100 * second
        var lengths: [UInt64] = []
        for _ in 0..<8 {
            while budget.note(["x"], at: now) == nil {}
            lengths.append((budget.contestedUntil - now) / second)
            now = budget.contestedUntil
        }
        #expect(lengths == [60, 120, 240, 480, 960, 1920, 3600, 3600])
        // After an hour of peace it begins anew.
        now += 3601 * second
        while budget.note(["x"], at: now) == nil {}
        #expect(budget.contestedUntil == now + 60 * second)
    }

    @Test func sleepIsTheDifferenceOfTwoClocks() {
        var detector = SleepDetector()
        #expect(!sleeps(&detector, 10 * second, 50 * second), "the first reading tells nothing")
        #expect(!sleeps(&detector, 20 * second, 60 * second))
        #expect(!sleeps(&detector, 21 * second, 61 * second + second / 2))
        #expect(sleeps(&detector, 22 * second, 100 * second))
        #expect(!sleeps(&detector, 23 * second, 101 * second), "it is told once")
        #expect(!sleeps(&detector, 25 * second, 102 * second))
    }

    @Test func aProcessIsKnownByItsInnermostID() {
        #expect(Rival.innermostID("Name:\tdhclient\nNSpid:\t4242\t17\t1\nThreads:\t1\n") == 1)
        #expect(Rival.innermostID("NSpid:\t4242") == 4242)
        #expect(Rival.innermostID("Name:\tNSpid:\nPid:\t4\n") == nil)
        #expect(Rival.innermostID("NSpid:\tx") == nil)
        #expect(Rival.innermostID("") == nil)
    }
}
