/// How long something took, of many times, in milliseconds.
struct Latency: Codable, Equatable {
    let median: Double
    /// One of a hundred takes longer.
    let p99: Double
    /// One of a thousand takes longer.
    let p999: Double
    let longest: Double

    init(nanoseconds: [UInt64]) {
        let sorted = nanoseconds.sorted()
        (median, p99, p999) = (sorted.quantile(0.5), sorted.quantile(0.99), sorted.quantile(0.999))
        longest = sorted.quantile(1)
    }
}
