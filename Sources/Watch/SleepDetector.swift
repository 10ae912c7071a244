import LinuxSystem

/// Finds out that the machine slept, by two clocks of which one stands meanwhile.
struct SleepDetector {
    private var difference: UInt64?
    /// Less is the time between two readings.
    private static let least: UInt64 = Clock.second

    /// Nanoseconds of a clock that stands while the machine sleeps, and of one that goes on. Whether it has slept since the last
    /// call.
    mutating func hasSlept(awake: UInt64, sinceBoot: UInt64) -> Bool {
        let now = sinceBoot &- awake
        defer { difference = now }
        guard let before = difference, now > before else { return false }
        return now - before > Self.least
    }
}
