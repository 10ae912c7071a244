extension JSON {
    /// A number as it is written: a fraction, one with an exponent, or an integer beyond 64 bits. Two are equal when they are
    /// written alike.
    public struct Number: Equatable, Sendable {
        /// By the grammar of RFC 8259, section 6.
        public let text: String

        /// Nil for a text that is no number, and for one that `JSON.integer` holds.
        public init?(_ text: String) {
            let value: JSON
            do { value = try JSON(parsing: Array(text.utf8)) } catch { return nil }
            guard case .number(let number) = value else { return nil }
            self = number
        }

        /// A text that the reader has gone over.
        init(read text: String) { self.text = text }

        /// Only of `-0`; a number with a fraction or an exponent is not taken for an integer, whatever its value.
        var integer: Int64? { Int64(text) }

        /// The nearest double; nil beyond the greatest.
        var real: Double? {
            guard let real = Double(text), real.isFinite else { return nil }
            return real
        }
    }
}

extension Reader {
    /// The number that begins here.
    mutating func number() throws(Fault) -> JSON {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        guard next != UInt8(ascii: "0") else {
            position += 1
            return try fraction(from: start) ?? (isNegative ? kept(from: start) : .integer(0))
        }
        // Below zero, where the integers reach one further.
        var value: Int64? = 0
        try digits { digit in
            guard let (tenfold, overflows) = value?.multipliedReportingOverflow(by: 10), !overflows else {
                value = nil
                return
            }
            let (sum, isBeyond) = tenfold.subtractingReportingOverflow(Int64(digit))
            value = isBeyond ? nil : sum
        }
        if let number = try fraction(from: start) { return number }
        guard let value, isNegative || value != .min else { return kept(from: start) }
        return .integer(isNegative ? value : -value)
    }

    /// The whole number if a fraction or an exponent follows here.
    private mutating func fraction(from start: Int) throws(Fault) -> JSON? {
        let end = position
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return position == end ? nil : kept(from: start)
    }

    private func kept(from start: Int) -> JSON { .number(JSON.Number(read: verbatim(start..<position))) }

    /// One digit or more, each handed to `use` by its value.
    @inline(__always)
    private mutating func digits(_ use: (UInt8) -> Void = { _ in }) throws(Fault) {
        let start = position
        while let byte = next, byte &- UInt8(ascii: "0") < 10 {
            use(byte - UInt8(ascii: "0"))
            position += 1
        }
        if position == start { throw Fault(.digit, at: position) }
    }
}
