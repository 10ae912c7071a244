/// Durations in buckets, as Prometheus has them.
public struct Histogram: Sendable {
    /// Upper bounds in microseconds.
    public static let bounds: [UInt64] = [100, 200, 500, 1000, 2000, 5000, 10_000, 100_000]
    public private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    /// In nanoseconds.
    public private(set) var sum: UInt64 = 0

    public init() {}

    public mutating func note(nanoseconds: UInt64) {
        sum += nanoseconds
        counts[Self.bounds.firstIndex { nanoseconds <= $0 * 1000 } ?? Self.bounds.count] += 1
    }

    public var total: UInt64 { counts.reduce(0, +) }

    /// The upper bound, in microseconds, below which that share of the durations is; nil without any, or beyond the last bound.
    public func bound(of share: Double) -> UInt64? {
        let wanted = share * Double(total)
        var seen: UInt64 = 0
        for (place, count) in counts.enumerated() where place < Self.bounds.count {
            seen += count
            if seen > 0 && Double(seen) >= wanted { return Self.bounds[place] }
        }
        return nil
    }
}
