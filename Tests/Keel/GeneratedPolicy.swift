import Laboratory
import Testing

@testable import Keel

extension Policy {
    /// Of every mode, with preferences and without.
    static let generated = [
        Policy(), Policy(), Policy(prefer: ["eth1*", "10.89.2.0/24"]), Policy(.one), Policy(.one, prefer: ["net.*"]),
        Policy(.ranked), Policy(.ranked, prefer: ["fd00:3::/64", "net.*"]), Policy(sourceRules: false),
    ]
}

/// Tries many made-up lots of networks; `body` says what is wrong, and the first lot of which anything is ends it.
func forMany(
    _ features: GeneratedNetwork.Features = [], at place: SourceLocation = #_sourceLocation,
    _ body: ([GeneratedNetwork], inout SeededGenerator) throws -> [String]
) throws {
    for seed in UInt64(0)..<200 {
        var random = SeededGenerator(seed: seed)
        let wrong = try body(GeneratedNetwork.several(&random, features), &random)
        #expect(wrong == [], "seed \(seed)", sourceLocation: place)
        if !wrong.isEmpty { return }
    }
}
