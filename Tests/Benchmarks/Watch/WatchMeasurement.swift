import Foundation
import Laboratory

/// Measures the watchers beside each other: in turn, in another order every round, each time in a new life of theirs.
struct WatchMeasurement {
    /// How often each thing is measured, and how often what takes longer.
    let samples: Int
    let rounds: Int
    private var generator = SeededGenerator(seed: 1)
    private(set) var report: WatchReport

    /// How often a namespace is upset, and the host's ruleset flushed, in one life of a watcher: evenkeel-watch takes more for a
    /// quarrel and steps back.
    private static let (upsetsPerLife, flushesPerLife) = (2, 4)
    private static let mostPerLife = 100

    init(samples: Int, rounds: Int, report: WatchReport) {
        (self.samples, self.rounds, self.report) = (samples, rounds, report)
    }

    mutating func measure(_ say: (String) -> Void) throws {
        var present = 0
        for count in [10, 100, 200, 1000] {
            say("\(count) containers")
            let new = "watched \(present + 1) \(count)\n\(Shell.programs)/evenkeel apply --all\n"
            if present == 0 { try Arena.prepare(new) } else { try Arena.extend(new) }
            present = count
            // What the kernel still has to do for so many new interfaces.
            sleep(2)
            switch count {
            case 10:
                try checkSameJob()
                try inTurn(count)
                try flush()
            case 200: try whileDead(count)
            case 1000:
                try inTurn(count)
                try atOnce(count)
                for watcher in Watcher.allCases { report.idleness[watcher.rawValue] = try watcher.run(Idleness.init) }
            default: try inTurn(count)
            }
        }
    }

    /// Who is compared leaves the same behind.
    private func checkSameJob() throws {
        var states: [String] = []
        for watcher in Watcher.allCases {
            try watcher.run { _ in
                _ = try Upset.atOnce(1)
                // Its last look, which finds nothing to do.
                usleep(100_000)
            }
            states.append(try shell(Self.look))
            try Upset.undo(1)
        }
        guard states.allSatisfy({ $0 == states[0] }) else {
            throw BenchmarkError(description: "they do not do the same:\n" + states.joined(separator: "\n"))
        }
    }

    /// All that they could change in the first of the namespaces.
    private static let look = """
        n=netns-00000001
        ip -n $n -o route show table all | sort
        ip -n $n rule
        ip -n $n -6 rule
        ip -n $n -o link
        nsenter --net=/run/netns/$n grep -r . /proc/sys/net/ipv4/conf --include rp_filter

        """

    private mutating func inTurn(_ count: Int) throws {
        let size = min(Self.upsetsPerLife * count, Self.mostPerLife, samples)
        try compare(
            "second-default-\(count)", "\(count) containers: from a second default route to one",
            rounds: samples / size
        ) { watcher, round in
            try watcher.run { _ in try Upset.inTurn(size, from: round * size) }
        }
    }

    private mutating func flush() throws {
        try compare(
            "flush", "from a flushed ruleset on the host to the product's table", of: [.product],
            rounds: samples / Self.flushesPerLife / 2
        ) { watcher, _ in
            try watcher.run { _ in try Upset.flush(Self.flushesPerLife) }
        }
    }

    private mutating func atOnce(_ count: Int) throws {
        try compare(
            "crowd", "\(count) containers, a second default route in all: until the last has one", rounds: rounds
        ) { watcher, _ in
            let times = try watcher.run { _ in try Upset.atOnce(count) }
            try Upset.undo(count)
            return times
        }
    }

    private mutating func whileDead(_ count: Int) throws {
        try compare(
            "restart", "\(count) containers, a second default route in all: from the watcher's start to the last",
            rounds: rounds
        ) { watcher, _ in
            let times = try Upset.whileDead(count, watcher)
            try Upset.undo(count)
            return times
        }
    }

    private mutating func compare(
        _ name: String, _ title: String, of watchers: [Watcher] = Watcher.allCases, rounds: Int,
        _ measure: (Watcher, Int) throws -> [UInt64]
    ) throws {
        var times: [Watcher: [UInt64]] = [:]
        for round in 0..<max(1, rounds) {
            for watcher in watchers.shuffled(using: &generator) {
                times[watcher, default: []] += try measure(watcher, round)
            }
        }
        let rows = watchers.map { watcher in
            WatchReport.Row(watcher: watcher, time: Latency(nanoseconds: times[watcher] ?? []))
        }
        report.sections.append(.init(name: name, title: title, rows: rows))
    }
}
