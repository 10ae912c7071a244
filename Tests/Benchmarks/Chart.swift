import Foundation

/// The medians of the plugin's three everyday cases as horizontal bars, for a page that is light or dark.
///
/// The scale is logarithmic: a shell script takes a hundred times as long, and the rest would be a line.
struct Chart {
    let report: Report

    private static let cases = ["one", "fresh", "again"]
    private static let (width, labels, right, row, gap) = (820.0, 210.0, 90.0, 22.0, 40.0)

    func write(_ path: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }

    private var sections: [Report.Section] { Self.cases.compactMap { report.section($0) } }

    private var medians: [Double] { sections.flatMap { $0.rows.map { $0.time.median } } }

    private var low: Double { pow(10, floor(log10((medians.min() ?? 1) / 1.5))) }
    private var high: Double { (medians.max() ?? 1) * 1.05 }

    private func place(_ milliseconds: Double) -> Double {
        let part = log10(max(milliseconds, low) / low) / log10(high / low)
        return Self.labels + part * (Self.width - Self.labels - Self.right)
    }

    private var text: String {
        var y = 44.0
        var body = label(0, 12, "time of a run, logarithmic", "note")
        for section in sections {
            body += label(0, y, section.title, "title")
            y += 10
            for row in section.rows {
                body += bar(row, y)
                y += Self.row
            }
            y += Self.gap
        }
        return head(height: y - Self.gap + 12) + grid(height: y - Self.gap + 8) + body + "</svg>\n"
    }

    private func head(height: Double) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(height))" role="img" \
        aria-label="Milliseconds of a run, by program and case">
        <style>
          text { font: 13px system-ui, sans-serif; fill: #1f2328 }
          .title { font-weight: 600 } .name { text-anchor: end } .tick, .note { fill: #59636e; font-size: 11px } .tick { text-anchor: middle }
          .grid { stroke: #d1d9e0 } .other { fill: #8c959f } .c { fill: #59636e } .own { fill: #1a7f64 }
          @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc } .tick, .note { fill: #9198a1 } .grid { stroke: #3d444d }
            .other { fill: #656c76 } .c { fill: #9198a1 } .own { fill: #3fb68b }
          }
        </style>

        """
    }

    private func grid(height: Double) -> String {
        let decades = stride(from: log10(low), through: log10(high), by: 1).map { pow(10, $0) }
        let ticks = decades.flatMap { [$0, 2 * $0, 5 * $0] }.filter { $0 >= low && $0 <= high }
        return ticks.map { tick in
            let x = Self.word(place(tick))
            let name = tick < 1 ? Table.number(tick, 1) : "\(Int(tick))"
            return "<line class=\"grid\" x1=\"\(x)\" x2=\"\(x)\" y1=\"18\" y2=\"\(Int(height))\"/>"
                + "<text class=\"tick\" x=\"\(x)\" y=\"12\">\(name) ms</text>\n"
        }.joined()
    }

    private func bar(_ row: Report.Row, _ y: Double) -> String {
        let kind =
            switch row.contestant {
            case .plugin: "own"
            case .reference, .likewise: "c"
            default: "other"
            }
        let end = place(row.time.median)
        let (x, width) = (Self.word(Self.labels), Self.word(end - Self.labels))
        return label(Self.labels - 8, y + 14, row.contestant.rawValue, "name")
            + "<rect class=\"\(kind)\" x=\"\(x)\" y=\"\(Self.word(y + 3))\" width=\"\(width)\" height=\"14\" rx=\"2\"/>\n"
            + label(end + 6, y + 14, Table.number(row.time.median, 2), "value")
    }

    private func label(_ x: Double, _ y: Double, _ text: String, _ kind: String) -> String {
        "<text class=\"\(kind)\" x=\"\(Self.word(x))\" y=\"\(Self.word(y))\">\(text)</text>\n"
    }

    private static func word(_ number: Double) -> String { Table.number(number, 1) }
}
