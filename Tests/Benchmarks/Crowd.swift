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
        let ways = [1, cores, size]
        var times: [Int: [UInt64]] = [:]
        var generator = SeededGenerator(seed: 1)
        for round in -1..<rounds {
            for way in Array(ways.indices).shuffled(using: &generator) {
                for number in 1...size { try Arena.reset("c\(number)") }
                let time = try run(atATime: ways[way])
                if round >= 0 { times[way, default: []].append(time) }
            }
        }
        let spread = { Spread(nanoseconds: times[$0] ?? []) }
        return Crowd(oneByOne: spread(0), byCores: spread(1), atOnce: spread(2))
    }

    /// Starts the next as soon as one of those that run has ended.
    private static func run(atATime limit: Int) throws -> UInt64 {
        let start = Execution.now
        var running: [pid_t: Execution] = [:]
        for number in 1...size {
            if running.count == limit { try finishOne(of: &running) }
            let execution = try Execution(command(number))
            running[execution.pid] = execution
        }
        while !running.isEmpty { try finishOne(of: &running) }
        return Execution.now - start
    }

    private static func finishOne(of running: inout [pid_t: Execution]) throws {
        var information = siginfo_t()
        // Who it is, without taking its status away from who waits for it. As process 1 this one has others' orphans as well.
        while true {
            guard waitid(P_ALL, 0, &information, WEXITED | WNOWAIT) == 0 else { continue }
            let pid = information._sifields._sigchld.si_pid
            if let execution = running.removeValue(forKey: pid) {
                _ = try execution.wait()
                return
            }
            waitpid(pid, nil, 0)
        }
    }

    private static func command(_ number: Int) -> Command {
        var command = Contestant.plugin.commands(on: "eth1")[0]
        command.environment["CNI_NETNS"] = "/run/netns/c\(number)"
        command.input = "/run/bench/c\(number)-evenkeel.json"
        return command
    }

    var description: String {
        let rate = { (spread: Spread) in
            "\(Table.number(spread.median, 1)) ms (\(Table.number(spread.p10, 1)) to \(Table.number(spread.p90, 1))), "
                + "\(Int(Double(Self.size) / spread.median * 1000)) a second"
        }
        return """
            \(Self.size) containers of two networks, all to do [crowd]

              one after the other            \(rate(oneByOne))
              as many at a time as cores     \(rate(byCores))
              all at once                    \(rate(atOnce))
              times faster                   \(Table.number(gain, 2))

            """
    }
}
