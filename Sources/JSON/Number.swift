extension JSON {
    /// A number as it is spelled: a fraction, one with an exponent, or an integer beyond 64 bits. Two are equal if they are
    /// spelled alike.
    public struct Number: Equatable, Sendable {
        /// The spelling, by RFC 8259, section 6.
        public let text: String

        /// Nil for text that is no number, or that `JSON.integer` holds.
        public init?(_ text: String) {
            let value: JSON
            do { value = try JSON(parsing: Array(text.utf8)) } catch { return nil }
            guard case .number(let number) = value else { return nil }
            self = number
        }

        /// Takes text that the reader has checked.
        init(read text: String) { self.text = text }

        /// Not nil for `-0` only. A number with a fraction or an exponent is no integer, whatever its value.
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

    /// Skips the number that begins here. Returns whether it has neither a fraction nor an exponent.
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

    /// Skips one digit or more.
    private mutating func skipDigits() throws(Fault) {
        let start = position
        while let byte = next, byte &- .zero < 10 { position += 1 }
        if position == start { throw Fault(.digit, at: position) }
    }

    /// The value; nil if `Int64` does not hold it, and for `-0`, which it would print differently.
    private func integer(_ range: Range<Int>) -> Int64? {
        let isNegative = text[range.lowerBound] == .minus
        // Counts below zero, where the integers reach one further.
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
