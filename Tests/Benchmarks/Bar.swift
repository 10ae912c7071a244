import Foundation
import Laboratory

/// A figure and how large, or small, it is to be.
struct Bar: Codable, CustomStringConvertible {
    let name: String
    let value: Double
    let limit: Double
    /// Whether the limit is the least that will do, and not the most.
    let isLeast: Bool

    init(_ name: String, _ value: Double, most limit: Double) {
        (self.name, self.value, self.limit, isLeast) = (name, value, limit, false)
    }

    init(_ name: String, _ value: Double, least limit: Double) {
        (self.name, self.value, self.limit, isLeast) = (name, value, limit, true)
    }

    var isMet: Bool { isLeast ? value >= limit : value <= limit }

    var description: String {
        let word = { (number: Double) in
            number >= 100 ? String(Int(number)) : String(format: "%.3f", number)
        }
        return
            "\(isMet ? "met    " : "NOT MET") \(name): \(word(value)), at \(isLeast ? "least" : "most") \(word(limit))"
    }
}

extension Report {
    /// Those whose figures are at hand.
    func judge() -> [Bar] { ratios + sizeBars + memory + growth + crowdBars }

    private var ratios: [Bar] {
        let limits: [(Contestant, Double)] = [(.reference, 1), (.tuning, 0.5), (.chain, 0.15), (.script, 0.05)]
        return ["one", "fresh", "again"].flatMap { name in
            limits.compactMap { other, limit in
                guard let section = section(name), let own = section.row(.plugin), let their = section.row(other)
                else { return nil }
                return Bar(
                    "\(section.title): times \(other.rawValue)", own.time.median / their.time.median, most: limit)
            }
        }
    }

    private var sizeBars: [Bar] {
        sizes.sorted { $0.key < $1.key }.map { Bar("bytes of \($0.key)", Double($0.value), most: 580_000) }
    }

    private var memory: [Bar] {
        let ours = Contestant.allCases.filter { $0.isOurs }
        let peaks = ours.compactMap { contestant in
            sections.compactMap { $0.row(contestant)?.counts.peak }.max().map {
                Bar("KiB of memory, \(contestant.rawValue)", Double($0), most: 4096)
            }
        }
        let beyond = sections.compactMap { section in
            section.row(.plugin).flatMap { own in section.row(.reference).map { own.counts.peak - $0.counts.peak } }
        }
        return peaks + (beyond.max().map { [Bar("KiB of memory beyond C's", Double($0), most: 1024)] } ?? [])
    }

    private var growth: [Bar] {
        let pairs = [("routes-10000", "routes-10", 3.0), ("rules", "again", 1.2)]
        let bars = pairs.compactMap { large, small, limit -> Bar? in
            guard let large = section(large), let own = large.row(.plugin), let small = section(small),
                let other = small.row(.plugin)
            else { return nil }
            return Bar("\(large.title): times \(small.title)", own.time.median / other.time.median, most: limit)
        }
        // In IPv6 the kernel lists default routes last: who looks for them reads all.
        guard let many = section("routes6-10000"), let own = many.row(.plugin), let other = many.row(.reference) else {
            return bars
        }
        return bars + [
            Bar("\(many.title): times \(Contestant.reference.rawValue)", own.time.median / other.time.median, most: 1)
        ]
    }

    private var crowdBars: [Bar] {
        guard let crowd else { return [] }
        // 1.8 times on two cores.
        return [Bar("\(Crowd.size) ADDs at once: times one after the other", crowd.gain, least: 0.9 * Double(cores))]
    }
}
