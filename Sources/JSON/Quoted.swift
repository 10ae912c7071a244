/// A string as the text spells it: RFC 8259, section 7.
struct Quoted {
    /// The range without the quotes.
    let range: Range<Int>
    let hasEscapes: Bool
}

/// The name of a member.
typealias Name = Quoted

extension Reader {
    /// The string whose first quote is here.
    mutating func string() throws(Fault) -> Quoted { try quoted(isName: false) }

    /// The name whose first quote is here. NUL is refused: a reader in C would find another name.
    mutating func name() throws(Fault) -> Name { try quoted(isName: true) }

    private mutating func quoted(isName: Bool) throws(Fault) -> Quoted {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            skipPlain()
            switch next {
            case .quote?:
                position += 1
                return Quoted(range: start..<position - 1, hasEscapes: hasEscapes)
            case .backslash?:
                hasEscapes = true
                let place = position
                if try escape() == 0 && isName { throw Fault(.nulInName, at: place) }
            case let byte? where byte >= 0x80: try skipCharacter()
            case let byte? where byte >= 0x20: position += 1
            case nil: throw Fault(.quote, at: position)
            default: throw Fault(.control, at: position)
            }
        }
    }

    /// Skips ASCII that stands for itself, eight bytes at a time while there are as many.
    private mutating func skipPlain() {
        guard let base = UnsafeRawPointer(text.baseAddress) else { return }
        let (lowest, highest) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
        while text.count - position >= 8 {
            let bytes = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // The highest bit of each byte says whether it is `"`, `\`, below 0x20, or above 0x7f. A borrow may set it wrongly,
            // but only after a byte that has it rightly.
            let quote = (bytes ^ lowest &* 0x22) &- lowest
            let backslash = (bytes ^ lowest &* 0x5c) &- lowest
            let control = bytes &- lowest &* 0x20
            let special = (quote | backslash | control | bytes) & highest
            if special != 0 {
                position += special.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
    }

    /// Skips one character of two bytes or more: RFC 3629, section 4.
    private mutating func skipCharacter() throws(Fault) {
        let start = position
        let (rest, second): (Int, ClosedRange<UInt8>)
        switch text[start] {
        case 0xc2...0xdf: (rest, second) = (1, 0x80...0xbf)
        case 0xe0: (rest, second) = (2, 0xa0...0xbf)
        case 0xed: (rest, second) = (2, 0x80...0x9f)
        case 0xe1...0xef: (rest, second) = (2, 0x80...0xbf)
        case 0xf0: (rest, second) = (3, 0x90...0xbf)
        case 0xf1...0xf3: (rest, second) = (3, 0x80...0xbf)
        case 0xf4: (rest, second) = (3, 0x80...0x8f)
        default: throw Fault(.encoding, at: start)
        }
        guard text.count - start > rest, second.contains(text[start + 1]) else { throw Fault(.encoding, at: start) }
        for place in 2..<max(rest + 1, 2) where text[start + place] & 0xc0 != 0x80 {
            throw Fault(.encoding, at: start)
        }
        position += rest + 1
    }

    /// The value of the escape whose backslash is here.
    private mutating func escape() throws(Fault) -> UInt32 {
        let start = position
        position += 1
        guard let byte = next else { throw Fault(.quote, at: position) }
        position += 1
        if byte != UInt8(ascii: "u") {
            guard let value = Self.escaped(byte) else { throw Fault(.escape, at: start) }
            return UInt32(value)
        }
        let first = try hexadecimal(of: start)
        guard 0xd800...0xdfff ~= first else { return first }
        guard first < 0xdc00, take(.backslash), take(UInt8(ascii: "u")) else {
            throw Fault(.surrogate, at: start)
        }
        let second = try hexadecimal(of: position - 2)
        guard 0xdc00...0xdfff ~= second else { throw Fault(.surrogate, at: start) }
        return 0x10000 + (first & 0x3ff) << 10 + second & 0x3ff
    }

    private static func escaped(_ byte: UInt8) -> UInt8? {
        switch byte {
        case .quote, .backslash, UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The value of four hexadecimal digits.
    private mutating func hexadecimal(of escape: Int) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case let byte? where UInt8.zero ... .nine ~= byte: digit = byte - .zero
            case let byte? where UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20:
                digit = byte | 0x20 - UInt8(ascii: "a") + 10
            default: throw Fault(.hexadecimal, at: escape)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}

extension Reader {
    /// The string with its escapes resolved.
    func decoded(_ quoted: Quoted) -> String {
        quoted.hasEscapes ? String(decoding: unescaped(quoted.range), as: UTF8.self) : verbatim(quoted.range)
    }

    /// A part of the text, unchanged.
    func verbatim(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: text[range]), as: UTF8.self)
    }

    /// Whether the string, with its escapes resolved, is that text.
    func isEqual(_ quoted: Quoted, _ other: String) -> Bool {
        if quoted.hasEscapes { return unescaped(quoted.range).elementsEqual(other.utf8) }
        return quoted.range.count == other.utf8.count && text[quoted.range].elementsEqual(other.utf8)
    }

    private func unescaped(_ range: Range<Int>) -> [UInt8] {
        // A copy of the reader, so that this one stays where it is.
        var reader = self
        reader.position = range.lowerBound
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        while reader.position < range.upperBound {
            guard reader.next == .backslash else {
                bytes.append(text[reader.position])
                reader.position += 1
                continue
            }
            // The reader has checked the escape before.
            guard let value = try? reader.escape(), let scalar = Unicode.Scalar(value) else { break }
            bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        }
        return bytes
    }
}
