extension JSON {
    /// The value as JSON text: on one line, or indented by four spaces a level if `pretty`. Numbers keep their spelling.
    public func text(pretty: Bool = false) -> String {
        var counted = Output(room: nil, isPretty: pretty)
        counted.put(self)
        return String(unsafeUninitializedCapacity: counted.count) { room in
            var output = Output(room: room.baseAddress, isPretty: pretty)
            output.put(self)
            return output.count
        }
    }
}

/// Counts the bytes of a text, or writes them if it has room. Going over the values twice costs less than room that grows.
private struct Output {
    let room: UnsafeMutablePointer<UInt8>?
    let isPretty: Bool
    var count = 0
    private var level = 0

    init(room: UnsafeMutablePointer<UInt8>?, isPretty: Bool) {
        self.room = room
        self.isPretty = isPretty
    }

    mutating func put(_ value: JSON) {
        switch value {
        case .null: put("null")
        case .boolean(let value): put(value ? "true" : "false")
        case .integer(let value): put(plain: "\(value)")
        case .number(let number): put(plain: number.text)
        case .string(let value): put(quoted: value)
        case .array(let elements):
            put(elements, between: .openBracket, .closeBracket) { $0.put($1) }
        case .object(let members):
            put(members, between: .openBrace, .closeBrace) { output, member in
                output.put(quoted: member.name)
                output.put(.colon)
                if output.isPretty { output.put(.space) }
                output.put(member.value)
            }
        }
    }

    private mutating func put<Item>(
        _ items: [Item], between open: UInt8, _ close: UInt8, each: (inout Output, Item) -> Void
    ) {
        put(open)
        level += 1
        for index in items.indices {
            if index > 0 { put(.comma) }
            newLine()
            each(&self, items[index])
        }
        level -= 1
        if !items.isEmpty { newLine() }
        put(close)
    }

    private mutating func newLine() {
        guard isPretty else { return }
        put(.lineFeed)
        for _ in 0..<4 * level { put(.space) }
    }

    private mutating func put(_ byte: UInt8) {
        room?[count] = byte
        count += 1
    }

    private mutating func put(_ word: StaticString) {
        for index in 0..<word.utf8CodeUnitCount { put(word.utf8Start[index]) }
    }

    private mutating func put(plain text: String) {
        var text = text
        text.withUTF8 { for byte in $0 { put(byte) } }
    }

    /// The scalar that begins at a place in UTF-8, if a terminal or an editor would obey it.
    private static func obeyed(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt16? {
        let next = place + 1 < bytes.count ? bytes[place + 1] : 0
        let last = place + 2 < bytes.count ? bytes[place + 2] : 0
        switch (bytes[place], next, last) {
        case (0xc2, 0x80...0x9f, _): return UInt16(next)
        case (0xd8, 0x9c, _): return 0x061c
        case (0xe2, 0x80, 0x8e...0x8f), (0xe2, 0x80, 0xa8...0xae): return 0x2000 | UInt16(last & 0x3f)
        case (0xe2, 0x81, 0xa6...0xa9): return 0x2040 | UInt16(last & 0x3f)
        default: return nil
        }
    }

    /// Quotes and escapes by RFC 8259, section 7. Names come from containers, so what a terminal would obey is escaped as well: DEL,
    /// C1, the line and paragraph separators, and the marks that reorder text (UAX #9).
    private mutating func put(quoted string: String) {
        put(.quote)
        var string = string
        string.withUTF8 { bytes in
            var place = 0
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                switch byte {
                case .quote: put("\\\"")
                case .backslash: put("\\\\")
                case .lineFeed: put("\\n")
                case UInt8(ascii: "\t"): put("\\t")
                case 0x20..<0x7f: put(byte)
                case 0..<0x20, 0x7f: put(escaped: UInt16(byte))
                default:
                    guard let scalar = Self.obeyed(bytes, at: place - 1) else {
                        put(byte)
                        continue
                    }
                    put(escaped: scalar)
                    place += byte < 0xe0 ? 1 : 2
                }
            }
        }
        put(.quote)
    }

    private mutating func put(escaped scalar: UInt16) {
        put("\\u")
        for shift in [12, 8, 4, 0] as [UInt16] { put(Self.hexadecimal(UInt8(scalar >> shift & 0xf))) }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? .zero + digit : UInt8(ascii: "a") + digit - 10
    }
}
