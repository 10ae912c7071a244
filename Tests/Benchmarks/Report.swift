import Foundation
import Laboratory

/// All that came of a run.
struct Report: Codable {
    struct Row: Codable {
        let contestant: Contestant
        let time: Spread
        let counts: Counts
    }

    struct Section: Codable {
        let name: String
        let title: String
        let rows: [Row]

        func row(_ contestant: Contestant) -> Row? { rows.first { $0.contestant == contestant } }
    }

    let kernel: String
    let cores: Int
    let rounds: Int
    var sections: [Section] = []
    var crowd: Crowd?
    /// In bytes, by program.
    var sizes: [String: Int] = [:]
    var bars: [Bar] = []

    func section(_ name: String) -> Section? { sections.first { $0.name == name } }
}

extension Encodable {
    func write(json path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
    }
}

extension Case {
    private static let warmUp = 3

    /// Everybody in turn, in another order every round.
    func measure(rounds: Int) throws -> Report.Section {
        try prepare()
        var generator = SeededGenerator(seed: 1)
        var times: [Contestant: [UInt64]] = [:]
        for round in -Self.warmUp..<rounds {
            for contestant in contestants.shuffled(using: &generator) {
                try reset(for: contestant)
                let time = try run(contestant)
                if round >= 0 { times[contestant, default: []].append(time) }
            }
        }
        let rows = try contestants.map { contestant in
            Report.Row(
                contestant: contestant, time: Spread(nanoseconds: times[contestant] ?? []),
                counts: try Counts(contestant, in: self))
        }
        return Report.Section(name: name, title: title, rows: rows)
    }
}
