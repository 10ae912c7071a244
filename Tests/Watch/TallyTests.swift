import Testing

@testable import Watch

@Suite struct TallyTests {
    @Test func namesAreCountedUpToABound() {
        var tally = Tally()
        tally.count("nft")
        tally.count("nft", 2)
        tally.count("nobody", 0)
        for number in 0..<100 { tally.count("program \(number)") }
        #expect(tally.counts.first?.name == "nft" && tally.counts.first?.count == 3)
        #expect(tally.counts.count == 32 && tally.counts.last?.name == "other")
        #expect(tally.total == 103, "nothing is lost")
    }
}
