import JSON
import Laboratory

extension JSON {
    /// A document of every kind of value, nested up to `depth` levels.
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .boolean(.random(using: &generator))
        case 2: return .integer(Int64(truncatingIfNeeded: generator.next()))
        case 3: return .integer(.random(in: -20...20, using: &generator))
        case 4: return JSON.Number("\(randomReal(using: &generator))").map { .number($0) } ?? .null
        case 5: return .string(randomString(using: &generator))
        case 6:
            return .array(
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            var names: Set<String> = []
            var members: [Member] = []
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let name = randomString(using: &generator)
                guard names.insert(name).inserted else { continue }
                members.append(Member(name, random(depth: depth - 1, using: &generator)))
            }
            return .object(members)
        }
    }

    /// Any bit pattern but those that JSON has no text for.
    private static func randomReal(using generator: inout SeededGenerator) -> Double {
        let real = Double(bitPattern: generator.next())
        return real.isFinite ? real : -0.0
    }

    /// Scalars that escaping gets wrong first, and one from anywhere; all but NUL, which no name may hold.
    private static func randomString(using generator: inout SeededGenerator) -> String {
        let awkward: [Unicode.Scalar] = [
            "\"", "\\", "/", "\n", "\r", "\t", "\u{1}", "\u{8}", "\u{c}", "\u{1b}", "\u{1f}", " ", "a", "0", "\u{7f}",
            "\u{9b}",
            "\u{e9}", "\u{301}", "\u{7ff}", "\u{800}", "\u{2028}", "\u{ffff}", "\u{10000}", "\u{1f600}",
            "\u{10ffff}",
        ]
        var string = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
            let anywhere = Unicode.Scalar(UInt32.random(in: 1...0x10ffff, using: &generator))
            string.append(awkward.randomElement(using: &generator) ?? "a")
            if let anywhere, Bool.random(using: &generator) { string.append(anywhere) }
        }
        return String(string)
    }
}
