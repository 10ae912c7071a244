import JSON

/// Where a value and its parts are in a JSON text (RFC 8259), as offsets of bytes.
///
/// The JSON module says what a text means; this says where, so that a part can be replaced and the rest stay as it is.
struct JSONSpan: Equatable {
    struct Member: Equatable {
        let name: String
        /// Quotes included.
        let nameRange: Range<Int>
        let value: JSONSpan
    }

    let range: Range<Int>
    /// Of an object, in the order of the text.
    let members: [Member]
    /// Of an array.
    let elements: [JSONSpan]

    subscript(name: String) -> JSONSpan? { members.first { $0.name == name }?.value }

    /// Finds the parts of a text that the JSON module has parsed. Nil for a text it would have refused.
    init?(of text: [UInt8]) {
        var scanner = Scanner(text: text)
        scanner.skipWhiteSpace()
        guard let span = scanner.value() else { return nil }
        scanner.skipWhiteSpace()
        guard scanner.next == nil else { return nil }
        self = span
    }

    private init(_ range: Range<Int>, members: [Member] = [], elements: [JSONSpan] = []) {
        self.range = range
        self.members = members
        self.elements = elements
    }

    private struct Scanner {
        let text: [UInt8]
        var position = 0

        init(text: [UInt8]) { self.text = text }

        var next: UInt8? { position < text.count ? text[position] : nil }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard next == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func skipWhiteSpace() {
            while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
        }

        mutating func value() -> JSONSpan? {
            switch next {
            case UInt8(ascii: "{"): return object()
            case UInt8(ascii: "["): return array()
            case UInt8(ascii: "\""): return string().map { JSONSpan($0) }
            default: return literal()
            }
        }

        private mutating func object() -> JSONSpan? {
            let start = position
            var members: [Member] = []
            let isWhole = list("{", "}") { scanner in
                guard let nameRange = scanner.string(), let name = scanner.decoded(nameRange) else { return false }
                scanner.skipWhiteSpace()
                guard scanner.take(":") else { return false }
                scanner.skipWhiteSpace()
                guard let value = scanner.value() else { return false }
                members.append(Member(name: name, nameRange: nameRange, value: value))
                return true
            }
            return isWhole ? JSONSpan(start..<position, members: members) : nil
        }

        private mutating func array() -> JSONSpan? {
            let start = position
            var elements: [JSONSpan] = []
            let isWhole = list("[", "]") { scanner in
                guard let element = scanner.value() else { return false }
                elements.append(element)
                return true
            }
            return isWhole ? JSONSpan(start..<position, elements: elements) : nil
        }

        /// What is between two brackets, with a comma between any two items.
        private mutating func list(
            _ open: Unicode.Scalar, _ close: Unicode.Scalar, item: (inout Scanner) -> Bool
        ) -> Bool {
            guard take(open) else { return false }
            skipWhiteSpace()
            if take(close) { return true }
            while true {
                skipWhiteSpace()
                guard item(&self) else { return false }
                skipWhiteSpace()
                if take(close) { return true }
                guard take(",") else { return false }
            }
        }

        private mutating func string() -> Range<Int>? {
            let start = position
            guard take("\"") else { return nil }
            while let byte = next {
                // Whatever is escaped cannot end the string.
                position += byte == UInt8(ascii: "\\") ? 2 : 1
                if byte == UInt8(ascii: "\"") { return start..<position }
            }
            return nil
        }

        private func decoded(_ range: Range<Int>) -> String? {
            do { return try JSON(parsing: Array(text[range])).string } catch { return nil }
        }

        /// A number, `true`, `false` or `null`.
        private mutating func literal() -> JSONSpan? {
            let start = position
            while let byte = next, isInLiteral(byte) { position += 1 }
            return start == position ? nil : JSONSpan(start..<position)
        }

        private func isInLiteral(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
                UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
