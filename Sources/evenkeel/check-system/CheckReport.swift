import JSON
import LinuxSystem
import LinuxTools
import SystemCheck

/// A check of the host in words.
struct CheckReport {
    let rows: [CheckRow]
    let verdict: CheckVerdict

    init(_ check: SystemCheck) { self.init(check.rows) }

    init(_ rows: [CheckRow]) {
        self.rows = rows
        verdict = CheckVerdict(rows)
    }

    /// No line has more than `width` columns; without a number about a hundred.
    func text(width: Int?, hasSymbols: Bool) -> String {
        var lines = wrapped(summary, after: "", columns: width)
        for part in CheckRow.Part.allCases {
            let own = rows.filter { $0.part == part }
            if own.isEmpty { continue }
            lines += ["", part.rawValue] + own.flatMap { Self.lines(of: $0, width: width, hasSymbols: hasSymbols) }
        }
        return lines.map { printable($0) + "\n" }.joined()
    }

    private var summary: String {
        let unknown = rows.count { $0.mark == .unknown }
        let rest = unknown == 0 ? "" : " \(unknown) of \(rows.count) things could not be looked at."
        let limits = rows.count { $0.mark == .limited || $0.mark == .missing }
        switch verdict {
        case .ready: return "This host is ready for Evenkeel.\(rest)"
        case .limited: return "Evenkeel can work on this host, with \(limits) limit\(limits == 1 ? "" : "s").\(rest)"
        case .unable: return "Evenkeel cannot work on this host: something it needs is missing.\(rest)"
        }
    }

    private static func lines(of row: CheckRow, width: Int?, hasSymbols: Bool) -> [String] {
        let mark = hasSymbols ? row.mark.symbol : row.mark.rawValue.padded(to: 7)
        let found = wrapped(printable("\(row.what): \(row.found)"), after: "  \(mark) ", columns: width).map {
            $0.trimmedAtEnd
        }
        guard let consequence = row.consequence else { return found }
        return found
            + wrapped(
                printable(consequence), after: "  \(String(repeating: " ", count: mark.count)) so: ", columns: width)
    }

    var answer: Answer { Answer(verdict, [.init("checks", .array(rows.map { $0.json }))]) }
}

extension CheckRow {
    fileprivate var json: JSON {
        .object([
            .init("part", .string(part.rawValue)), .init("what", .string(what)), .init("mark", .string(mark.rawValue)),
            .init("found", .string(printable(found))),
            .init("consequence", consequence.map { .string(printable($0)) } ?? .null),
            .init("needed", .boolean(isNeeded)),
        ])
    }
}

extension CheckRow.Mark {
    fileprivate var symbol: String {
        switch self {
        case .ok: "✓"
        case .limited: "!"
        case .missing: "✗"
        case .unknown: "?"
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }

    fileprivate var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
