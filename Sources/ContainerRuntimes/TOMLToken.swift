/// A word, a string or a sign of TOML 1.0, <https://toml.io/en/v1.0.0>.
///
/// Read by Unicode scalars, as the specification is written: a line ends with LF or CR LF and with nothing else.
enum TOMLToken: Hashable {
    case bare(String)
    case string(String)
    case symbol(Character)
    case newline

    private typealias Scalars = Substring.UnicodeScalarView

    /// Nil for what TOML does not allow, and where a string does not end.
    static func all(in text: String) -> [TOMLToken]? {
        var tokens: [TOMLToken] = []
        var rest = text[...].unicodeScalars
        while let first = rest.first {
            switch first {
            case " ", "\t": rest.removeFirst()
            case "\n", "\r":
                guard takeNewline(&rest) else { return nil }
                tokens.append(.newline)
            case "#":
                while let next = rest.first, next != "\n", next != "\r" {
                    guard isAllowed(next) else { return nil }
                    rest.removeFirst()
                }
            case "\"", "'":
                guard let string = takeString(first, &rest) else { return nil }
                tokens.append(.string(string))
            case "[", "]", "{", "}", "=", ",", ".":
                rest.removeFirst()
                tokens.append(.symbol(Character(first)))
            default:
                let word = rest.prefix(while: isBare)
                if word.isEmpty { return nil }
                rest.removeFirst(word.count)
                tokens.append(.bare(String(word)))
            }
        }
        return tokens
    }

    /// What stands in a bare key, a number, a boolean or a date.
    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_", "+", ":": true
        default: false
        }
    }

    /// Control characters but the tab are allowed nowhere.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7f)
    }

    private static func takeNewline(_ rest: inout Scalars) -> Bool {
        if rest.first == "\r" { rest.removeFirst() }
        guard rest.first == "\n" else { return false }
        rest.removeFirst()
        return true
    }

    /// A string in either kind of quotation marks, one or three of them.
    private static func takeString(_ mark: Unicode.Scalar, _ rest: inout Scalars) -> String? {
        let isLong = rest.starts(with: [mark, mark, mark])
        let end = [Unicode.Scalar](repeating: mark, count: isLong ? 3 : 1)
        rest.removeFirst(end.count)
        // The first line of a long one may be empty.
        if isLong, rest.starts(with: ["\n"]) || rest.starts(with: ["\r", "\n"]) { _ = takeNewline(&rest) }
        var string = String.UnicodeScalarView()
        while !rest.starts(with: end) {
            guard let scalar = rest.first else { return nil }
            if scalar == "\n" || scalar == "\r" {
                guard isLong, takeNewline(&rest) else { return nil }
                string.append("\n")
                continue
            }
            guard isAllowed(scalar) else { return nil }
            rest.removeFirst()
            if scalar == "\\" && mark == "\"" {
                guard takeEscape(&rest, isLong, &string) else { return nil }
            } else {
                string.append(scalar)
            }
        }
        rest.removeFirst(end.count)
        // One or two marks more belong to a long string.
        while isLong, rest.first == mark {
            string.append(mark)
            rest.removeFirst()
        }
        return String(string)
    }

    /// What follows a backslash. In a long string it may end a line, and takes the white space that follows along.
    private static func takeEscape(_ rest: inout Scalars, _ isLong: Bool, _ string: inout String.UnicodeScalarView)
        -> Bool
    {
        let simple: [Unicode.Scalar: Unicode.Scalar] = [
            "b": "\u{8}", "t": "\t", "n": "\n", "f": "\u{c}", "r": "\r", "\"": "\"", "\\": "\\",
        ]
        guard let scalar = rest.popFirst() else { return false }
        if let meant = simple[scalar] {
            string.append(meant)
            return true
        }
        if scalar == "u" || scalar == "U" {
            let digits = rest.prefix(scalar == "u" ? 4 : 8)
            guard digits.count == (scalar == "u" ? 4 : 8), digits.allSatisfy({ $0.properties.isASCIIHexDigit }),
                let meant = UInt32(String(digits), radix: 16).flatMap({ Unicode.Scalar($0) })
            else { return false }
            rest.removeFirst(digits.count)
            string.append(meant)
            return true
        }
        let isBlank = { (scalar: Unicode.Scalar) in " \t\n\r".unicodeScalars.contains(scalar) }
        guard isLong, isBlank(scalar) else { return false }
        rest = rest.drop(while: isBlank)
        return true
    }
}
