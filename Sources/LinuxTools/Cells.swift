/// The room that text takes on a terminal, in cells: a letter takes one, a wide character of East Asia or an emoji two, a mark that
/// combines with the letter before it none.
extension String {
    /// Sequences that only colour the text take no room.
    public var cells: Int {
        if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return utf8.count }
        var (count, isSequence) = (0, false)
        for scalar in unicodeScalars {
            if scalar == "\u{1b}" { isSequence = true }
            if !isSequence { count += scalar.cells }
            // Select Graphic Rendition ends with this letter, ECMA-48 section 8.3.117.
            if scalar == "m" { isSequence = false }
        }
        return count
    }

    /// At most so many cells: what is left out of the middle is a `~`, so that both ends tell texts apart. `head` is what of them
    /// comes before the `~`; by default half.
    public func shortened(to width: Int, head: Int? = nil) -> String {
        guard width > 0, cells > width else { return self }
        let kept = width - 1
        let head = min(head ?? kept - kept / 2, kept)
        return parted(after: head).first + "~" + String(String(reversed()).parted(after: kept - head).first.reversed())
    }

    /// What fits into so many cells, and the rest.
    func parted(after width: Int) -> (first: String, rest: String) {
        var (place, room) = (startIndex, width)
        while place < endIndex {
            let wide = String(self[place]).cells
            if wide > room { break }
            room -= wide
            place = index(after: place)
        }
        return (String(self[..<place]), String(self[place...]))
    }

    /// With blanks behind it up to so many cells, or before it.
    public func padded(to width: Int, alignsRight: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(width - cells, 0))
        return alignsRight ? blanks + self : self + blanks
    }
}

extension Unicode.Scalar {
    fileprivate var cells: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return properties.isEmojiPresentation || Self.isWide(value) ? 2 : 1
        }
    }

    /// The blocks of Unicode's EastAsianWidth.txt whose characters are wide or fullwidth.
    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        return wide.contains { $0.contains(value) }
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2329...0x232a, 0x2630...0x2637, 0x268a...0x268f, 0x2e80...0x303e, 0x3041...0xa4cf,
        0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60,
        0xffe0...0xffe6, 0x16fe0...0x18dff, 0x1aff0...0x1b2ff, 0x1d300...0x1d376, 0x1f200...0x1f265,
        0x1f300...0x1f320, 0x1f3fb...0x1f3ff, 0x1f7e0...0x1f7eb, 0x1f90c...0x1f9ff, 0x1fa70...0x1faff,
        0x20000...0x3fffd,
    ]
}
