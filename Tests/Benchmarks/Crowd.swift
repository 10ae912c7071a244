import Foundation
import Laboratory

/// Many containers that start at the same time, on a host where nothing has been done yet.
struct Crowd: Codable, CustomStringConvertible {
    static let size = 100

    /// Of all ADDs together, in milliseconds: one after the other, as many at a time as there are cores, all at once.
    private(set) var oneByOne: Spread
    private(set) var byCores: Spread
    private(set) var atOnce: Spread

    /// How much faster than one after the other they are done, in the better of the two ways.
    var gain: Double { oneByOne.median / min(byCores.median, atOnce.median) }

    static func measure(rounds: Int, cores: Int) throws -> Crowd {
        try Arena.prepare("crowd \(size)")
        let ways = [(cores: 1, each: 1), (cores: cores, each: 1), (cores: cores, each: size)]
        var times: [Int: [UInt64]] = [:]
        var generator = SeededGenerator(seed: 1)
        for round in -1..<rounds {
            for way in Array(ways.indices).shuffled(using: &generator) {
                for number in 1...size { try Arena.reset("c\(number)") }
                let time = try run(onCores: ways[way].cores, each: ways[way].each)
                if round >= 0 { times[way, default: []].append(time) }
            }
        }
        let spread = { Spread(nanoseconds: times[$0] ?? []) }
        return Crowd(oneByOne: spread(0), byCores: spread(1), atOnce: spread(2))
    }

    /// Starts the next on a core as soon as one of so many that run there has ended.
    private static func run(onCores cores: Int, each limit: Int) throws -> UInt64 {
        // What the kernel still has to take apart of the time before is not ours to wait for.
        usleep(500_000)
        let file = "/run/bench/crowd"
        let crowd = [Shell.packageFolder + "/.build/benchmark/crowd", file, "\(cores)", "\(limit)", "\(size)"]
        var command = Contestant.plugin.commands(on: "eth1")[0].run(by: crowd)
        // Each container's own is found by who starts them.
        command.input = "/dev/null"
        try Execution.run(command)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        guard let time = UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw BenchmarkError(description: "\(file) does not hold a number")
        }
        return time
    }

    var description: String {
        let rate = { (spread: Spread) in
            "\(Table.number(spread.median, 1)) ms (\(Table.number(spread.p10, 1)) to \(Table.number(spread.p90, 1))), "
                + "\(Int(Double(Self.size) / spread.median * 1000)) a second"
        }
        return """
            \(Self.size) containers of two networks, all to do [crowd]

              one after the other            \(rate(oneByOne))
              one at a time on each core     \(rate(byCores))
              all at once                    \(rate(atOnce))
              times faster                   \(Table.number(gain, 2))

            """
    }
}
