/// Of many measurements what matters, in milliseconds.
struct Spread: Codable, Equatable {
    let median: Double
    /// A tenth of all are below.
    let p10: Double
    /// A tenth of all are above.
    let p90: Double

    init(nanoseconds: [UInt64]) {
        let sorted = nanoseconds.sorted()
        // Between the two nearest, where it falls between them.
        let quantile = { (share: Double) -> Double in
            let place = share * Double(sorted.count - 1)
            let (below, above) = (Int(place), min(Int(place) + 1, sorted.count - 1))
            let part = place - Double(below)
            return (Double(sorted[below]) * (1 - part) + Double(sorted[above]) * part) / 1e6
        }
        (median, p10, p90) = (quantile(0.5), quantile(0.1), quantile(0.9))
    }
}
