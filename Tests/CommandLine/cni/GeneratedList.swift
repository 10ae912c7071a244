import Laboratory

/// A configuration list in some author's handwriting.
struct GeneratedList: CustomStringConvertible {
    /// How one author writes.
    struct Hand {
        /// Empty where everything is on one line.
        var lineBreak = "\n"
        var indentation = "  "
        var colon = ": "
        /// What stands behind a comma, and inside of braces, that end no line.
        var space = " "
        var padding = ""
        /// Objects and arrays this deep are on one line: plugins are at 2.
        var inlineFrom = 9
        /// Comma first, as some like it.
        var leadsWithComma = false
        /// The brace of the first plugin stands behind the bracket.
        var hugsBracket = false
        var start = ""
        var end = "\n"

        func isInline(_ level: Int) -> Bool { lineBreak.isEmpty || level >= inlineFrom }

        func line(_ level: Int) -> String { lineBreak + String(repeating: indentation, count: level) }

        /// The items of an array or object that begins at a level.
        func enclose(_ open: String, _ items: [String], _ close: String, level: Int) -> String {
            guard !items.isEmpty else { return open + close }
            if isInline(level) {
                return open + padding + items.joined(separator: "," + space) + padding + close
            }
            if hugsBracket && open == "[" {
                return open + items.joined(separator: "," + space) + close
            }
            let separator = leadsWithComma ? line(level) + "," + space : "," + line(level + 1)
            return open + line(level + 1) + items.joined(separator: separator) + line(level) + close
        }
    }

    let text: String
    let plugins: Int

    var description: String { text }

    init(_ hand: Hand, plugins: Int, using generator: inout SeededGenerator) {
        self.plugins = plugins
        let types = ["bridge", "portmap", "tuning", "evenkeel-not", "Evenkeel", "fire\\u0077all", "ev\\u0065nkeels"]
        let elements = (0..<plugins).map { _ in
            var members = Self.members(hand, level: 3, using: &generator)
            let type = "\"type\"\(hand.colon)\"\(types.randomElement(using: &generator) ?? "")\""
            members.insert(type, at: Int.random(in: 0...members.count, using: &generator))
            return hand.enclose("{", members, "}", level: 2)
        }
        let versions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
        var members = Self.members(hand, level: 1, using: &generator)
        for (name, value) in [
            ("cniVersion", "\"\(versions.randomElement(using: &generator) ?? "")\""), ("name", "\"we\\u0062_2.x-y\""),
            ("plugins", hand.enclose("[", elements, "]", level: 1)),
        ] {
            let place = Int.random(in: 0...members.count, using: &generator)
            members.insert("\"\(name)\"\(hand.colon)\(value)", at: place)
        }
        text = hand.start + hand.enclose("{", members, "}", level: 0) + hand.end
    }

    /// Members that mean nothing to anybody, and look like more than they are.
    private static func members(_ hand: Hand, level: Int, using generator: inout SeededGenerator) -> [String] {
        (0..<Int.random(in: 0...3, using: &generator)).map { index in
            let value = value(hand, level: level, using: &generator)
            return
                "\"\(["k", "]}", "\\\"plugins\\\": [", "é", "type "].randomElement(using: &generator) ?? "")\(index)\""
                + hand.colon + value
        }
    }

    private static func value(_ hand: Hand, level: Int, using generator: inout SeededGenerator) -> String {
        let scalars = [
            "null", "true", "false", "0", "-0", "1.0", "1.50", "1e3", "12E+2", "-7", "9223372036854775807", "0.1",
            "\"\"",
            "\"evenkeel\"", "\"]},{[\"", "\"a\\\\\"", "\"\\\"}\"", "\"\\u00e9\\ud83d\\ude00\"", "\"é😀\"",
            "\"\\/etc\\n\"",
            "\"\\\\\\\"\"", "\"{\\\"type\\\": \\\"evenkeel\\\"}\"",
        ]
        guard level < 6 else { return scalars[0] }
        switch Int.random(in: 0..<8, using: &generator) {
        case 0:
            let count = Int.random(in: 0...3, using: &generator)
            let elements = (0..<count).map { _ in value(hand, level: level + 1, using: &generator) }
            return hand.enclose("[", elements, "]", level: level)
        case 1: return hand.enclose("{", members(hand, level: level + 1, using: &generator), "}", level: level)
        case 2: return hand.enclose("{", ["\"type\"\(hand.colon)\"evenkeel\""], "}", level: level)
        default: return scalars.randomElement(using: &generator) ?? ""
        }
    }
}

extension GeneratedList.Hand {
    /// Every combination of what authors differ in.
    static let all: [GeneratedList.Hand] = {
        var hands: [GeneratedList.Hand] = []
        for lineBreak in ["", "\n", "\r\n", "\n\n", "\r"] {
            for indentation in lineBreak.isEmpty ? [""] : ["", "  ", "    ", "\t"] {
                for (colon, space, padding) in [(":", "", ""), (": ", " ", " "), (" : ", " ", ""), ("\t:\t", "", "\t")]
                {
                    for inlineFrom in lineBreak.isEmpty ? [0] : [1, 2, 3, 9] {
                        for (comma, hugs) in [(false, false), (true, false), (false, true)] {
                            hands.append(
                                .init(
                                    lineBreak: lineBreak, indentation: indentation, colon: colon, space: space,
                                    padding: padding, inlineFrom: inlineFrom, leadsWithComma: comma, hugsBracket: hugs))
                        }
                    }
                }
            }
        }
        return hands
    }()
}
