import Laboratory
import Testing

@testable import ConntrackUsage

/// Compared with counts that are exact because they take all the memory they want.
@Suite struct HeavyHittersTests {
    private struct Number: StreamKey, Hashable {
        let value: Int
        /// How many of the hash's bits say anything.
        var hashBits = 64

        func hash(seed: UInt64) -> UInt64 {
            var generator = SeededGenerator(seed: seed ^ UInt64(value))
            let hash = generator.next()
            return hashBits == 64 ? hash : (hash >> UInt64(64 - hashBits)) << 32
        }
    }

    /// A stream in which small numbers are frequent and large ones rare, or, at skew 0, all the same.
    private func stream(_ length: Int, distinct: Int, skew: Int, _ random: inout SeededGenerator) -> [Int] {
        (0..<length).map { _ in
            (0..<skew).reduce(Int.random(in: 0..<distinct, using: &random)) { least, _ in
                min(least, Int.random(in: 0..<distinct, using: &random))
            }
        }
    }

    @Test(arguments: [0, 1, 5, 64]) func countsAreExactWhileCountersSuffice(hashBits: Int) {
        var random = SeededGenerator(seed: 1)
        for length in [0, 1, 10, 3000] {
            var hitters = HeavyHitters<Number>(counters: 100, seed: random.next())
            let stream = stream(length, distinct: 100, skew: 2, &random)
            for value in stream { hitters.count(Number(value: value, hashBits: hashBits)) }
            let exact = stream.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            let counted = Dictionary(uniqueKeysWithValues: hitters.hitters.map { ($0.key.value, $0.count) })
            #expect(counted == exact)
            #expect(hitters.maximumError == 0 && hitters.total == length)
            #expect(hitters.hitters.allSatisfy { $0.error == 0 })
        }
    }

    @Test(arguments: [0, 1, 2, 8]) func boundsHoldWhereCountersAreTooFew(skew: Int) {
        var random = SeededGenerator(seed: UInt64(skew))
        for counters in [1, 2, 3, 16, 100] {
            for distinct in [2, 50, 101, 3000] {
                let stream = stream(5000, distinct: distinct, skew: skew, &random)
                check(stream, counters: counters, hashBits: [0, 3, 64].randomElement(using: &random) ?? 0, &random)
            }
        }
    }

    @Test func sortedStreamsAndRepeatedRoundsAreBoundedToo() {
        var random = SeededGenerator(seed: 3)
        check(Array(0..<5000), counters: 64, hashBits: 64, &random)
        check((0..<5000).map { $0 % 65 }, counters: 64, hashBits: 64, &random)
        check((0..<5000).map { $0 / 50 }, counters: 64, hashBits: 64, &random)
        // One that comes late, and often.
        check(Array(0..<4000) + [Int](repeating: 9999, count: 1000), counters: 64, hashBits: 64, &random)
    }

    private func check(_ stream: [Int], counters: Int, hashBits: Int, _ random: inout SeededGenerator) {
        var counted = HeavyHitters<Number>(counters: counters, seed: random.next())
        for value in stream { counted.count(Number(value: value, hashBits: hashBits)) }
        let exact = stream.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let hitters = counted.hitters
        #expect(hitters.count == min(counters, exact.count))
        #expect(Set(hitters.map { $0.key }).count == hitters.count, "a key has one counter")
        #expect(hitters.reduce(0) { $0 + $1.count } == stream.count, "every occurrence is counted somewhere")
        #expect(counted.maximumError <= stream.count / counters)
        for hitter in hitters {
            let occurred = exact[hitter.key.value] ?? 0
            #expect(occurred <= hitter.count && hitter.count - hitter.error <= occurred)
            #expect(hitter.error <= counted.maximumError)
        }
        let listed = Set(hitters.map { $0.key.value })
        #expect(exact.allSatisfy { $0.value <= counted.maximumError || listed.contains($0.key) })
        #expect((counted.maximumError == 0) == (exact.count <= counters))
    }
}
