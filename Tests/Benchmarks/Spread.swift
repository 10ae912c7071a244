/// Of many measurements what matters, in milliseconds.
struct Spread: Codable, Equatable {
    let median: Double
    /// A tenth of all are below.
    let p10: Double
    /// A tenth of all are above.
    let p90: Double

    init(nanoseconds: [UInt64]) {
        let sorted = nanoseconds.sorted()
        (median, p10, p90) = (sorted.quantile(0.5), sorted.quantile(0.1), sorted.quantile(0.9))
    }
}

extension [UInt64] {
    /// Of nanoseconds in order, the milliseconds that a share of all are below: between the two nearest, where it falls between
    /// them. There must be one.
    func quantile(_ share: Double) -> Double {
        let place = share * Double(count - 1)
        let (below, above) = (Int(place), Swift.min(Int(place) + 1, count - 1))
        let part = place - Double(below)
        return (Double(self[below]) * (1 - part) + Double(self[above]) * part) / 1e6
    }
}
