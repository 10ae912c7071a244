/// The room that a text takes in whatever fonts a viewer has: that of DejaVu Sans and DejaVu Sans Mono, the widest of those that
/// systems use for menus and terminals.
enum Typeface {
    case regular
    case semibold
    case monospaced

    /// The width of a text in pixels, rounded up.
    func width(of text: String, size: Int) -> Int {
        let hundredths = text.unicodeScalars.reduce(0) { $0 + advance(of: $1) }
        return (hundredths * size + 99) / 100
    }

    /// In hundredths of the font's size.
    private func advance(of scalar: Unicode.Scalar) -> Int {
        guard (0x20..<0x7f).contains(scalar.value) else { return Self.widest(scalar) }
        let place = Int(scalar.value - 0x20)
        switch self {
        case .regular: return Self.regularAdvances[place]
        case .semibold: return Self.semiboldAdvances[place]
        case .monospaced: return Self.monospacedAdvance
        }
    }

    /// Beyond ASCII other fonts step in: square characters of East Asia, wider pictures beyond the basic plane.
    private static func widest(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x00a0...0x052f: 90
        case 0x0000...0xffff: 105
        default: 140
        }
    }

    private static let monospacedAdvance = 61

    private static let regularAdvances = [
        32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34,
        84, 84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69,
        99, 69, 62, 69, 40, 38, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 48,
        53, 40, 64, 60, 82, 60, 60, 53, 64, 38, 64, 84,
    ]

    private static let semiboldAdvances = [
        35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 42, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40,
        84, 84, 84, 59, 100, 78, 77, 74, 84, 69, 69, 83, 84, 39, 38, 78, 64, 100, 84, 86, 74, 86, 78, 73, 69, 82, 78,
        111, 78, 73, 73, 46, 42, 46, 84, 50, 50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72,
        50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 38, 72, 84,
    ]
}

extension String {
    /// At most so many characters: an ellipsis stands for what is left out of the middle.
    func shortened(to most: Int) -> String {
        // A character may be made of any number of scalars, each of which may be seen.
        let scalars = unicodeScalars
        guard scalars.count > most, most > 1 else { return self }
        let kept = most - 1
        return String(scalars.prefix(kept - kept / 2)) + "…" + String(scalars.suffix(kept / 2))
    }
}
