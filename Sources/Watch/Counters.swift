import Keel
import LinuxSystem
import Metrics

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
