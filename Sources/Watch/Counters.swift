import LinuxSystem
import Keel

/// What has happened since the start.
struct Counters {
    var events: UInt64 = 0
    var wakes: UInt64 = 0
    var overruns: UInt64 = 0
    var looks: UInt64 = 0
    var lockRetries: UInt64 = 0
    var idsAssigned: UInt64 = 0
    /// Remedies that only a look at a quiet time found: each is a defect.
    var missed: UInt64 = 0
    var generations: UInt64 = 0
    var resyncs = Tally()
    /// By remedy.
    var remedies = Tally()
    /// By error number.
    var failures = Tally()
    /// By the program that made them necessary.
    var restorations = Tally()
    var contests: UInt64 = 0
    /// From an event's receipt to the end of the remedy.
    var latency = Histogram()
}

/// Counts by name.
struct Tally {
    private(set) var counts: [(name: String, count: UInt64)] = []
    /// Programs' names are others' choice.
    private static let mostNames = 32

    mutating func count(_ name: String, _ number: UInt64 = 1) {
        if number == 0 { return }
        if let place = counts.firstIndex(where: { $0.name == name }) {
            counts[place].count += number
        } else if counts.count < Self.mostNames {
            counts.append((name, number))
        } else {
            counts[counts.count - 1] = ("other", counts[counts.count - 1].count + number)
        }
    }

    var total: UInt64 { counts.reduce(0) { $0 + $1.count } }
}

/// Durations in buckets, as Prometheus has them.
struct Histogram {
    /// Upper bounds in microseconds.
    static let bounds: [UInt64] = [100, 200, 500, 1000, 2000, 5000, 10_000, 100_000]
    private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// In nanoseconds.
    private(set) var sum: UInt64 = 0

    mutating func note(nanoseconds: UInt64) {
        sum += nanoseconds
        counts[Self.bounds.firstIndex { nanoseconds <= $0 * 1000 } ?? Self.bounds.count] += 1
    }

    var total: UInt64 { counts.reduce(0, +) }

    /// The upper bound, in microseconds, below which that share of the durations is; nil without any, or beyond the last bound.
    func bound(of share: Double) -> UInt64? {
        let wanted = share * Double(total)
        var seen: UInt64 = 0
        for (place, count) in counts.enumerated() where place < Self.bounds.count {
            seen += count
            if seen > 0 && Double(seen) >= wanted { return Self.bounds[place] }
        }
        return nil
    }
}
