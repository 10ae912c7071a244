import Foundation

/// The report as text.
struct Table: CustomStringConvertible {
    let report: Report

    var description: String {
        let sections = report.sections.map { section in
            "\(section.title) [\(section.name)]\n\n" + Self.text(rows(section)) + "\n"
        }
        let crowd = report.crowd.map { [$0.description] } ?? []
        return (sections + crowd + [Self.text(report.bars)]).joined(separator: "\n")
    }

    private static let header = [
        "", "median ms", "p10", "p90", "x C", "x plugin", "instructions", "calls", "faults", "KiB", "bytes",
    ]

    private func rows(_ section: Report.Section) -> [[String]] {
        [Self.header]
            + section.rows.map { row in
                let time = row.time
                let counts = row.counts
                let ratio = { (other: Contestant) in
                    section.row(other).map { Self.number(time.median / $0.time.median, 2) } ?? "-"
                }
                return [
                    row.contestant.rawValue, Self.number(time.median, 3), Self.number(time.p10, 3),
                    Self.number(time.p90, 3), ratio(.reference), ratio(.plugin), Self.whole(counts.instructions),
                    Self.whole(counts.systemCalls), Self.whole(counts.faults), Self.whole(counts.peak),
                    Self.whole(counts.size),
                ]
            }
    }

    /// The first column begins where it begins, the others end where they end.
    static func text(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, word in
                let blank = String(repeating: " ", count: widths[column] - word.count)
                return column == 0 ? "  " + word + blank : "  " + blank + word
            }.joined()
        }.joined(separator: "\n") + "\n"
    }

    static func text(_ bars: [Bar]) -> String {
        bars.isEmpty ? "" : "What it must show\n\n" + bars.map { "  \($0)\n" }.joined()
    }

    static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    private static func whole(_ value: Int?) -> String { value.map { "\($0)" } ?? "-" }
}
