/// A word, a string or a sign of TOML.
enum TOMLToken: Hashable {
    case bare(String)
    case string(String)
    case symbol(Character)
    case newline

    /// Nil if a string does not end.
    static func all(in text: String) -> [TOMLToken]? {
        var tokens: [TOMLToken] = []
        var rest = text[...]
        while let first = rest.first {
            switch first {
            case " ", "\t": rest.removeFirst()
            case "\n", "\r\n":
                rest.removeFirst()
                tokens.append(.newline)
            case "#": rest = rest.drop { !$0.isNewline }
            case "\"", "'":
                guard let string = takeString(first, &rest) else { return nil }
                tokens.append(.string(string))
            case "[", "]", "{", "}", "=", ",", ".":
                rest.removeFirst()
                tokens.append(.symbol(first))
            default:
                let word = rest.prefix { !" \t#\"'[]{}=,.".contains($0) && !$0.isNewline }
                rest = rest.dropFirst(word.count)
                tokens.append(.bare(String(word)))
            }
        }
        return tokens
    }

    /// A string in either kind of quotation marks, one or three of them.
    private static func takeString(_ mark: Character, _ rest: inout Substring) -> String? {
        let long = String(repeating: mark, count: 3)
        let end = rest.hasPrefix(long) ? long : String(mark)
        rest = rest.dropFirst(end.count)
        // TOML drops a newline right after the opening quotes of a multi-line string.
        if end == long, rest.first?.isNewline == true { rest.removeFirst() }
        var string = ""
        while !rest.hasPrefix(end) {
            guard let character = rest.popFirst(), end == long || !character.isNewline else { return nil }
            if character == "\\" && mark == "\"" {
                guard let escaped = takeEscape(&rest) else { return nil }
                string.append(escaped)
            } else {
                string.append(character)
            }
        }
        rest = rest.dropFirst(end.count)
        return string
    }

    private static func takeEscape(_ rest: inout Substring) -> Character? {
        switch rest.popFirst() {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "u", "U":
            // \U takes eight digits, but only four are read here: no directory is named so.
            let digits = rest.prefix(4)
            rest = rest.dropFirst(digits.count)
            return UInt32(digits, radix: 16).flatMap { Unicode.Scalar($0) }.map { Character($0) }
        case let character?: return character
        case nil: return nil
        }
    }
}
