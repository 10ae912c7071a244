import CLinux

/// Points in time as logs write them.
public enum Timestamp {
    /// Now, in UTC, to the second: `2026-01-31T23:59:59Z`, RFC 3339.
    public static func now() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }

    /// Seconds since 1970.
    public static var seconds: Int { time(nil) }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Milliseconds on a clock that nobody can set, `CLOCK_MONOTONIC`.
    package static var monotonic: Int { Int(Clock.now / 1_000_000) }
}

/// A point in time on a clock that nobody can set, `CLOCK_MONOTONIC`.
public struct Moment: Hashable, Sendable {
    private let seconds: Double

    /// Now.
    public init() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        seconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    /// The seconds since then.
    public var elapsed: Double { Moment().seconds - seconds }
}
