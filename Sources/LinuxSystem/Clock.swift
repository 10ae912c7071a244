import CLinux

/// Times in nanoseconds, from clocks that nobody can set.
public enum Clock {
    /// `CLOCK_MONOTONIC`, which stands while the machine sleeps.
    public static var now: UInt64 { read(CLOCK_MONOTONIC) }

    /// `CLOCK_BOOTTIME`, which does not.
    public static var sinceBoot: UInt64 { read(CLOCK_BOOTTIME) }

    public static let second: UInt64 = 1_000_000_000

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * second + UInt64(time.tv_nsec)
    }
}

/// Waits for several descriptors, `poll(2)`.
public enum Poll {
    public static let most = Int(LINUX_MOST_POLLED)

    /// Waits until one can be read or the time is over. Returns the places of those that can. A negative descriptor never can.
    public static func wait(_ descriptors: [Int32], milliseconds: Int32) -> [Int] {
        var ready = [UInt8](repeating: 0, count: descriptors.count)
        guard linux_poll(descriptors, &ready, Int32(descriptors.count), milliseconds) > 0 else { return [] }
        return ready.indices.filter { ready[$0] != 0 }
    }
}
