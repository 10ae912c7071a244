import Foundation

/// How many instructions and system calls each program may take in each case. Counts and not times: a machine that is busy
/// with something else cannot exceed them.
struct Budgets {
    struct Budget: Codable, Equatable {
        var instructions: Int
        var systemCalls: Int
    }

    /// What passes for the same: other versions of the C library and the kernel are not ours to answer for.
    private static let tolerance = 0.03
    /// Hash tables are laid out by chance, and what lies where in memory hangs on it. So the least of several counts is taken,
    /// and of many before a budget is said to be exceeded or a new one is set; that still moves by less than this.
    private static let (few, many, chance) = (3, 12, 0.005)

    private let path: String
    /// By case and program.
    private var budgets: [String: [String: Budget]] = [:]

    init(path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        budgets = try JSONDecoder().decode([String: [String: Budget]].self, from: data)
    }

    /// Measures, compares, and lowers what is beaten; false where something is exceeded. `accepting`: whatever is measured is
    /// the budget from now on.
    mutating func check(_ cases: [Case], accepting: Bool) throws -> Bool {
        var (isKept, isLowered) = (true, false)
        for situation in cases {
            try situation.prepare()
            for contestant in situation.contestants where contestant.isOurs && !situation.isPaid(elsewhere: contestant)
            {
                let place = "\(situation.name), \(contestant.rawValue)"
                let before = accepting ? nil : budgets[situation.name]?[contestant.rawValue]
                let measured = try measure(contestant, in: situation, within: before)
                if before == nil {
                    print("\(place): \(measured.instructions) instructions, \(measured.systemCalls) system calls")
                    budgets[situation.name, default: [:]][contestant.rawValue] = measured
                    isLowered = true
                } else if var budget = before {
                    let instructions = judge("\(place): instructions", measured.instructions, &budget.instructions)
                    let calls = judge("\(place): system calls", measured.systemCalls, &budget.systemCalls)
                    isKept = isKept && instructions && calls
                    isLowered = isLowered || budget != before
                    budgets[situation.name]?[contestant.rawValue] = budget
                }
            }
        }
        if isLowered { try write() }
        return isKept
    }

    /// Lowers a budget that is beaten; false if it is exceeded.
    private func judge(_ place: String, _ measured: Int, _ budget: inout Int) -> Bool {
        let change = Double(measured - budget) / Double(budget)
        let words = "\(place): \(measured), budget \(budget) (\(String(format: "%+.2f", change * 100))%)"
        if change > Self.tolerance {
            print("EXCEEDED \(words)")
            return false
        }
        if change < -Self.chance {
            print("lowered  \(words)")
            budget = measured
        } else {
            print("kept     \(words)")
        }
        return true
    }

    private func measure(_ contestant: Contestant, in situation: Case, within budget: Budget?) throws -> Budget {
        let command = contestant.countedCommands(on: situation.interface)[0]
        let least = { (budget: Int?, count: (Command) throws -> Int) throws -> Int in
            var least = Int.max
            for attempt in 1...Self.many {
                try situation.reset(for: contestant)
                least = min(least, try count(command))
                let isWithin = budget.map { Double(least) <= Double($0) * (1 + Self.chance) } ?? false
                if isWithin && attempt >= Self.few { break }
            }
            return least
        }
        return Budget(
            instructions: try least(budget?.instructions, Counts.instructions),
            systemCalls: try least(budget?.systemCalls, Counts.systemCalls))
    }

    private func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(budgets) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
        print("commit \(path)")
    }
}

extension Case {
    /// The plugin is also compared in cases that are about another program.
    fileprivate func isPaid(elsewhere contestant: Contestant) -> Bool {
        contestant == .plugin && contestants.first != .plugin
    }
}
