/// Rows of texts under a heading, in columns as wide as they must be.
struct StatusTable {
    private let rows: [[String]]

    init(heading: [String], _ rows: [[String]]) { self.rows = [heading] + rows }

    /// The least width of a column that others take room from.
    private static let least = 6
    private static let gap = 2

    /// If the widest row has no room, the widest column gives some up, again and again, down to six characters each.
    func lines(width: Int) -> [String] {
        guard let count = rows.first?.count else { return [] }
        var widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let room = max(width - Self.gap * (count - 1), count * Self.least)
        while widths.reduce(0, +) > room, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > Self.least
        {
            widths[widest] -= 1
        }
        return rows.map { row in
            var line = ""
            for (column, text) in row.enumerated() {
                let cell = text.shortened(to: widths[column])
                line +=
                    cell
                    + String(repeating: " ", count: widths[column] - cell.count + (column + 1 < count ? Self.gap : 0))
            }
            while line.last == " " { line.removeLast() }
            return String(line.prefix(width))
        }
    }
}

extension String {
    /// At most so many characters: what is left out of the middle is a `~`, so that both ends tell texts apart.
    func shortened(to width: Int) -> String {
        guard count > width, width > 0 else { return self }
        let kept = width - 1
        return prefix(kept - kept / 2) + "~" + suffix(kept / 2)
    }
}
