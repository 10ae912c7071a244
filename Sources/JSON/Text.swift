extension JSON {
    /// The value as JSON text: on one line, or indented by four spaces a level when `pretty`.
    ///
    /// Numbers come out as they were written.
    public func text(pretty: Bool = false) -> String {
        var bytes: [UInt8] = []
        append(to: &bytes, pretty: pretty, level: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func append(to text: inout [UInt8], pretty: Bool, level: Int) {
        switch self {
        case .null: text += "null".utf8
        case .boolean(let value): text += (value ? "true" : "false").utf8
        case .integer(let value): text += "\(value)".utf8
        case .number(let number): text += number.text.utf8
        case .string(let value): Self.append(value, to: &text)
        case .array(let elements):
            Self.append(elements, between: ("[", "]"), to: &text, pretty, level) { element, text in
                element.append(to: &text, pretty: pretty, level: level + 1)
            }
        case .object(let members):
            Self.append(members, between: ("{", "}"), to: &text, pretty, level) { member, text in
                Self.append(member.name, to: &text)
                text += (pretty ? ": " : ":").utf8
                member.value.append(to: &text, pretty: pretty, level: level + 1)
            }
        }
    }

    private static func append<Item>(
        _ items: [Item], between brackets: (StaticString, StaticString), to text: inout [UInt8], _ pretty: Bool,
        _ level: Int, each: (Item, inout [UInt8]) -> Void
    ) {
        text += brackets.0.bytes
        for (index, item) in items.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            if pretty { newLine(level + 1, &text) }
            each(item, &text)
        }
        if pretty && !items.isEmpty { newLine(level, &text) }
        text += brackets.1.bytes
    }

    private static func newLine(_ level: Int, _ text: inout [UInt8]) {
        text.append(UInt8(ascii: "\n"))
        text += [UInt8](repeating: UInt8(ascii: " "), count: 4 * level)
    }

    /// Quotes and escapes by RFC 8259, section 7. DEL is escaped too: names come from containers, and terminals obey it.
    private static func append(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        defer { text.append(UInt8(ascii: "\"")) }
        var string = string
        // Nearly all text has nothing to escape.
        let isPlain = string.withUTF8 { bytes in
            for byte in bytes
            where byte < 0x20 || byte == 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                return false
            }
            text.append(contentsOf: bytes)
            return true
        }
        if isPlain { return }
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): text += "\\\"".utf8
            case UInt8(ascii: "\\"): text += "\\\\".utf8
            case UInt8(ascii: "\n"): text += "\\n".utf8
            case UInt8(ascii: "\t"): text += "\\t".utf8
            case 0..<0x20, 0x7f:
                text += "\\u00".utf8
                text += [hexadecimal(byte >> 4), hexadecimal(byte & 0xf)]
            default: text.append(byte)
            }
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

extension StaticString {
    fileprivate var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
