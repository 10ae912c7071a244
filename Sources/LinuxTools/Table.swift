import LinuxSystem

/// Rows of texts in columns, which gives up what tells least where there is too little room.
public struct Table {
    public struct Column {
        /// What becomes of it where there is too little room.
        public enum Rank: Sendable {
            /// Stays, and whole: a figure.
            case whole
            /// Stays, and loses the middle of its texts.
            case needed
            /// Goes if the rows differ without it.
            case telling
            /// Goes first.
            case spare
        }

        let rank: Rank
        let alignsRight: Bool
        /// The heading first.
        let texts: [String]

        public init(_ heading: String, _ rank: Rank, alignsRight: Bool = false, _ texts: [String]) {
            self.rank = rank
            self.alignsRight = alignsRight
            // As they are shown, since a wide letter may become a narrow sign.
            self.texts = [heading] + texts.map { Terminal.shown($0) }
        }

        fileprivate var width: Int { texts.map { $0.cells }.max() ?? 0 }

        fileprivate var keepsWidth: Bool { rank == .whole || rank == .spare }
    }

    private let columns: [Column]

    public init(_ columns: [Column]) { self.columns = columns }

    private static let gap = 2
    /// The width down to which texts are shortened before a column is left out, and the least of all.
    private static let (fair, least) = (12, 6)

    /// The heading, and a line for each row.
    public func lines(width: Int) -> [String] {
        let columns = shown(width)
        let widths = Self.widths(columns, width)
        let cells = zip(columns, widths).map { column, width in
            Self.shortened(column.texts, to: width).map { $0.padded(to: width, alignsRight: column.alignsRight) }
        }
        return (0..<(columns.first?.texts.count ?? 0)).map { row in
            var line = cells.map { $0[row] }.joined(separator: String(repeating: " ", count: Self.gap))
            while line.last == " " { line.removeLast() }
            return line.parted(after: width).first
        }
    }

    /// The columns that are not left out.
    private func shown(_ width: Int) -> [Column] {
        var shown = columns
        let hasRoom = { (columns: [Column]) in
            Self.total(columns.map { min($0.width, $0.keepsWidth ? .max : Self.fair) }) <= width
        }
        while !hasRoom(shown), let spare = shown.lastIndex(where: { $0.rank == .spare }) { shown.remove(at: spare) }
        while !hasRoom(shown) {
            let rows = Self.differentRows(shown)
            let idle = shown.indices.first { place in
                guard shown[place].rank == .telling else { return false }
                var others = shown
                others.remove(at: place)
                return Self.differentRows(others) == rows
            }
            guard let idle else { break }
            shown.remove(at: idle)
        }
        return shown
    }

    private static func differentRows(_ columns: [Column]) -> Int {
        let rows = columns.filter { $0.rank != .whole && $0.rank != .spare }.map { $0.texts }
        return Set((0..<(columns.first?.texts.count ?? 0)).map { row in rows.map { $0[row] } }).count
    }

    private static func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + gap * max(widths.count - 1, 0) }

    /// The widest column gives up a cell, again and again.
    private static func widths(_ columns: [Column], _ width: Int) -> [Int] {
        var widths = columns.map { $0.width }
        while total(widths) > width {
            let widest = columns.indices.filter { !columns[$0].keepsWidth }.max { widths[$0] < widths[$1] }
            guard let widest, widths[widest] > least else { break }
            widths[widest] -= 1
        }
        return widths
    }

    /// More rows are not compared: it would take too long, and nobody reads them all.
    private static let mostCompared = 500
    /// In bytes. Of longer texts no place in the middle is looked for.
    private static let longestCompared = 512

    /// Each at most that wide, the heading first. The cut is in the middle, or as near to it as texts that differ still do; where
    /// they differ in the middle alone, that is what stays.
    private static func shortened(_ texts: [String], to width: Int) -> [String] {
        guard texts.contains(where: { $0.cells > width }), width > 1 else { return texts }
        let heading = texts.prefix(1).map { $0.parted(after: width).first }
        let cells = texts.dropFirst()
        guard cells.count <= mostCompared else { return heading + cells.map { $0.shortened(to: width) } }
        let middle = (width - 1) - (width - 1) / 2
        let heads = (0..<width).sorted { abs($0 - middle) < abs($1 - middle) }
        let most = Set(cells).count
        let different = { (texts: [String]) in Set(texts).count }
        var best = (cells: Array(cells), different: 0)
        for head in heads where best.different < most {
            let cut = cells.map { $0.shortened(to: width, head: head) }
            if different(cut) > best.different { best = (cut, different(cut)) }
        }
        if best.different < most, cells.allSatisfy({ $0.utf8.count <= longestCompared }) {
            let longest = cells.map { $0.count }.max() ?? 0
            let windows = (1..<max(longest, 2)).map { start in cells.map { $0.window(from: start, width) } }
            let greatest = windows.map(different).max() ?? 0
            let good = windows.filter { different($0) == greatest }
            // What differs is in the middle of the one in the middle.
            if greatest > best.different { best.cells = good[good.count / 2] }
        }
        return heading + best.cells
    }
}

extension String {
    /// What fits of a text that is wider, from that character on.
    fileprivate func window(from start: Int, _ width: Int) -> String {
        guard cells > width, width > 2 else { return shortened(to: width) }
        let rest = String(dropFirst(start))
        guard rest.cells >= width else {
            return "~" + String(String(reversed()).parted(after: width - 1).first.reversed())
        }
        return "~" + rest.parted(after: width - 2).first + "~"
    }
}
