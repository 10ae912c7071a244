/// All that came of measuring the watchers.
struct WatchReport: Codable {
    struct Row: Codable {
        let watcher: Watcher
        let time: Latency
    }

    struct Section: Codable {
        let name: String
        let title: String
        let rows: [Row]

        func row(_ watcher: Watcher) -> Row? { rows.first { $0.watcher == watcher } }
    }

    let kernel: String
    let cores: Int
    let samples: Int
    var sections: [Section] = []
    /// With 1,000 containers, by program.
    var idleness: [String: Idleness] = [:]
    var bars: [Bar] = []

    func time(_ section: String, of watcher: Watcher = .product) -> Latency? {
        sections.first { $0.name == section }?.row(watcher)?.time
    }
}

extension WatchReport {
    /// What the watcher must show, in milliseconds on two cores with nothing else to do.
    func judge() -> [Bar] {
        comparison("second-default-100", median: 0.4, p99: 1)
            + comparison("second-default-1000", median: 0.5, p99: 1.5)
            + [("flush", 1)].compactMap { name, limit in
                time(name).map { Bar("\(name): p99 ms", $0.p99, most: limit) }
            }
            + [("crowd", 1000), ("restart", 200)].compactMap { name, limit in
                time(name).map { Bar("\(name): longest ms", $0.longest, most: limit) }
            } + idleBars
    }

    private func comparison(_ name: String, median: Double, p99: Double) -> [Bar] {
        guard let own = time(name), let other = time(name, of: .reference) else { return [] }
        return [
            Bar("\(name): median ms", own.median, most: median), Bar("\(name): p99 ms", own.p99, most: p99),
            Bar("\(name): times C", own.median / other.median, most: 1.1),
        ]
    }

    private var idleBars: [Bar] {
        guard let own = idleness[Watcher.product.rawValue] else { return [] }
        return [
            Bar("idle: ticks in \(Idleness.time) s", Double(own.ticks), most: 0),
            Bar("idle: KiB of memory", Double(own.memory), most: 4096),
        ]
    }
}

extension WatchReport: CustomStringConvertible {
    var description: String {
        let sections = sections.map { section in "\(section.title) [\(section.name)]\n\n" + Table.text(rows(section)) }
        let idle = "1000 containers, nothing happens for \(Idleness.time) s [idle]\n\n" + Table.text(idleRows)
        return (sections + [idle, Table.text(bars)]).joined(separator: "\n")
    }

    private func rows(_ section: Section) -> [[String]] {
        [["", "median ms", "p99", "p99.9", "longest", "x C"]]
            + section.rows.map { row in
                let time = row.time
                let ratio = section.row(.reference).map { Table.number(time.median / $0.time.median, 2) }
                return [row.watcher.rawValue]
                    + [time.median, time.p99, time.p999, time.longest].map { Table.number($0, 3) } + [ratio ?? "-"]
            }
    }

    private var idleRows: [[String]] {
        [["", "ticks", "context switches", "KiB"]]
            + Watcher.allCases.compactMap { watcher in
                idleness[watcher.rawValue].map {
                    [watcher.rawValue, "\($0.ticks)", "\($0.contextSwitches)", "\($0.memory)"]
                }
            }
    }
}
