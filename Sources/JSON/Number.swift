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
        let isInteger = try skipNumber()
        if isInteger, let value = integer(start..<position) { return .integer(value) }
        return .number(JSON.Number(read: verbatim(start..<position)))
    }

    /// Passes over the number that begins here; whether it has neither a fraction nor an exponent.
    mutating func skipNumber() throws(Fault) -> Bool {
        _ = take(.minus)
        if !take(.zero) { try skipDigits() }
        let end = position
        if take(.point) { try skipDigits() }
        // e or E.
        if let byte = next, byte | 0x20 == 0x65 {
            position += 1
            if next == .plus || next == .minus { position += 1 }
            try skipDigits()
        }
        return position == end
    }

    /// One or more.
    private mutating func skipDigits() throws(Fault) {
        let start = position
        while let byte = next, byte &- .zero < 10 { position += 1 }
        if position == start { throw Fault(.digit, at: position) }
    }

    /// Nil for an integer that `Int64` does not hold, and for `-0`, which it would print otherwise.
    private func integer(_ range: Range<Int>) -> Int64? {
        let isNegative = text[range.lowerBound] == .minus
        // Below zero, where the integers reach one further.
        var value: Int64 = 0
        for place in range.lowerBound + (isNegative ? 1 : 0)..<range.upperBound {
            let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = tenfold.subtractingReportingOverflow(Int64(text[place] - .zero))
            if overflows || isBeyond { return nil }
            value = sum
        }
        if isNegative { return value == 0 ? nil : value }
        return value == .min ? nil : -value
    }
}
