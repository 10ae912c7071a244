import CLinux

/// Points in time as logs have them.
public enum Timestamp {
    /// Now, in UTC, to the second: `2026-01-31T23:59:59Z`, RFC 3339.
    public static func now() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let text = [CChar](unsafeUninitializedCapacity: 32) { buffer, count in
            count = buffer.baseAddress.map { strftime($0, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts) } ?? 0
        }
        return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Milliseconds on a clock that nobody sets, `CLOCK_MONOTONIC`.
    static var monotonic: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
    }
}

/// A point of the clock that nobody sets, `CLOCK_MONOTONIC`.
public struct Moment: Hashable, Sendable {
    private let seconds: Double

    /// Now.
    public init() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        seconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    /// How many seconds ago it was.
    public var elapsed: Double { Moment().seconds - seconds }
}
