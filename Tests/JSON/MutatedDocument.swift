import JSON
import Laboratory

/// Texts that are nearly JSON, or just so.
struct MutatedDocument {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// What parsers have got wrong, and what makes the most of what stands beside it.
    private static let pieces: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "true", "false", "null", "0", "-0", "-", "01", "1.", "1e", ".5",
            "1E+2", "1e-7", "123456789", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e308",
            "1e309", "0.1", "+", "\\u0000", "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\uDBFF\\uDFFF", "\\u00e9",
            "\\u007f", "\\u12", "\\x", "\\/", "\\\"", "\"a\":1", "\"a\":1,\"a\":2", "{\"b\":{}}", "[[]]", " ", "\n",
            "\t",
            "\r", "\u{b}", "\u{feff}", "é", "€", "😀", "\u{7f}", "\u{1f}", "//", "'", "NaN", "nul", "\"\"",
            "\"\\u0061\"",
        ].map { Array($0.utf8) } + [
            [0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80],
            [0xf0, 0x80, 0x80, 0xaf], [0],
        ]

    mutating func next() -> [UInt8] {
        var text: [UInt8]
        if Int.random(in: 0..<4, using: &generator) == 0 {
            text = []
            for _ in 0..<Int.random(in: 1...12, using: &generator) { text += piece() }
        } else {
            let depth = Int.random(in: 0...3, using: &generator)
            let document = JSON.random(depth: depth, using: &generator)
            text = Array(document.text(pretty: .random(using: &generator)).utf8)
        }
        // None of some, so that there is something to agree about.
        for _ in 0..<Int.random(in: 0...3, using: &generator) { mutate(&text) }
        return text
    }

    private mutating func piece() -> [UInt8] { Self.pieces.randomElement(using: &generator) ?? [] }

    private mutating func range(in text: [UInt8], most: Int) -> Range<Int> {
        let start = Int.random(in: 0...text.count, using: &generator)
        return start..<min(text.count, start + Int.random(in: 0...most, using: &generator))
    }

    private mutating func mutate(_ text: inout [UInt8]) {
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: text.removeSubrange(range(in: text, most: 4))
        case 1: text.replaceSubrange(range(in: text, most: 2), with: piece())
        case 2: text.insert(contentsOf: piece(), at: range(in: text, most: 0).lowerBound)
        case 3: text.insert(contentsOf: text[range(in: text, most: 20)], at: range(in: text, most: 0).lowerBound)
        case 4: text = Array(text.prefix(range(in: text, most: 0).lowerBound))
        case 5:
            guard let place = text.indices.randomElement(using: &generator) else { return }
            text[place] = UInt8.random(in: 0...255, using: &generator)
        default:
            // Within another: what stood at the top does not any more.
            text = Array("[".utf8) + text + Array(",\"é\\n\"]".utf8)
        }
    }
}
