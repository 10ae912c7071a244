import Foundation

/// The figures that the README tells, between two marks in it.
struct Excerpt {
    let report: Report

    private static let (begin, end) = ("<!-- figures -->\n", "<!-- end of figures -->\n")
    private static let cases = ["one", "fresh", "again"]

    func write(into path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let begin = text.range(of: Self.begin), let end = text.range(of: Self.end),
            begin.upperBound <= end.lowerBound
        else { throw BenchmarkError(description: "\(path) has no place for figures") }
        let new = text[..<begin.upperBound] + table + "\n" + sentences + text[end.lowerBound...]
        try String(new).write(toFile: path, atomically: true, encoding: .utf8)
    }

    private var table: String {
        let sections = Self.cases.compactMap { report.section($0) }
        guard let last = sections.last else { return "" }
        let head = [""] + sections.map { "\($0.title), ms" } + ["instructions", "system calls", "memory, KiB"]
        let rows = last.rows.map { row in
            [row.contestant.rawValue]
                + sections.map { $0.row(row.contestant).map { Table.number($0.time.median, 2) } ?? "" }
                + [
                    row.counts.instructions.map { "\($0)" } ?? "", "\(row.counts.systemCalls)", "\(row.counts.peak)",
                ]
        }
        let rule = ["---"] + head.dropFirst().map { _ in "---:" }
        return ([head, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    /// What the other cases say.
    private var sentences: String {
        let kernel = report.kernel.prefix { $0 != "-" }
        var sentences = ["Medians of \(report.rounds) runs on \(report.cores) cores, Linux \(kernel)."]
        if let hook = median("hook", .hook) { sentences.append("`evenkeel-hook` takes \(hook).") }
        if let bare = median("runtime", .runtime), let passing = median("runtime", .passing),
            let starting = median("runtime", .starting)
        {
            sentences.append(
                "A runtime that does nothing takes \(bare); by `evenkeel-runtime` it takes \(passing), and `start` \(starting)."
            )
        }
        if let four = median("routes-10000", .plugin), let six = median("routes6-10000", .plugin) {
            sentences.append(
                "With 10,000 more routes the plugin takes \(four) in IPv4 and, where the kernel lists defaults last, \(six) in IPv6;"
            )
        }
        if let rules = median("rules", .plugin) {
            sentences.append("with 5,000 nftables rules of others, \(rules).")
        }
        if let crowd = report.crowd {
            let rate = Int(Double(Crowd.size) * 1000 / min(crowd.atOnce.median, crowd.byCores.median))
            sentences.append(
                "Of \(Crowd.size) containers that start at once \(rate) are done a second, "
                    + "\(Table.number(crowd.gain, 1)) times as many as one after the other.")
        }
        return sentences.joined(separator: "\n") + "\n"
    }

    private func median(_ section: String, _ contestant: Contestant) -> String? {
        report.section(section)?.row(contestant).map { "\(Table.number($0.time.median, 2)) ms" }
    }
}
