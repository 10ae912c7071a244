import Foundation
import Laboratory

/// What does not depend on how fast the machine is.
struct Counts: Codable, Equatable {
    /// In the program and its libraries; nil where they cannot be counted.
    var instructions: Int?
    var systemCalls: Int
    var faults: Int
    /// In KiB; of several programs that of the largest.
    var peak: Int
    /// Of the file, in bytes; nil where there is more than one.
    var size: Int?

    private static let file = "/run/bench/counts"

    init(_ contestant: Contestant, in situation: Case) throws {
        let system = try Self.each(contestant, in: situation, Self.systemCalls)
        systemCalls = system.reduce(0, +)
        let memory = try Self.each(contestant, in: situation, Self.memory)
        faults = memory.map { $0.faults }.reduce(0, +)
        peak = memory.map { $0.peak }.max() ?? 0
        size = try contestant.program.map { try Self.size($0) }
        guard contestant.isCountable else { return }
        instructions = try Self.each(contestant, in: situation, Self.instructions).reduce(0, +)
    }

    static func size(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }

    /// What `measure` says of each of its programs.
    private static func each<Value>(
        _ contestant: Contestant, in situation: Case, _ measure: (Command) throws -> Value
    ) throws -> [Value] {
        try situation.reset(for: contestant)
        return try contestant.countedCommands(on: situation.interface).enumerated().map { place, command in
            var command = command
            if place > 0 { command.input = try Chain.next(command.input) }
            return try measure(command)
        }
    }

    /// As callgrind counts them, children that the program forks included. Of programs that become another: until then.
    static func instructions(_ command: Command) throws -> Int {
        var command = command.run(by: [
            "/usr/bin/valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-file=\(file)",
        ])
        command.error = "/run/bench/complaints"
        try Execution.run(command)
        let collected = try text("Collected :").compactMap { $0.last.flatMap { Int($0) } }
        guard let all = collected.max() else {
            throw BenchmarkError(description: "valgrind counted nothing of \(command.arguments.joined(separator: " "))")
        }
        return all
    }

    /// As strace counts them, those of children included.
    static func systemCalls(_ command: Command) throws -> Int {
        try Execution.run(command.run(by: ["/usr/bin/strace", "-f", "-c", "-o", file]))
        guard let total = try text(" total").last, total.count > 3, let calls = Int(total[3]) else {
            throw BenchmarkError(description: "strace counted nothing of \(command.path)")
        }
        return calls
    }

    private static func memory(_ command: Command) throws -> (faults: Int, peak: Int) {
        try Execution.run(command.run(by: [Shell.packageFolder + "/.build/benchmark/launch", file]))
        let figures = try text("").first?.compactMap { Int($0) } ?? []
        guard figures.count == 2 else { throw BenchmarkError(description: "no figures of \(command.path)") }
        return (figures[0], figures[1])
    }

    /// The words of those lines of the file that hold the text.
    private static func text(_ text: String) throws -> [[Substring]] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            .filter { text.isEmpty || $0.contains(text) }.map { $0.split(separator: " ") }
    }
}
