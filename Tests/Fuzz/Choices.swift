/// An input's bytes, taken one after another as choices. What is missing counts as zero.
struct Choices {
    private var rest: ArraySlice<UInt8>

    init(_ input: [UInt8]) { rest = input[...] }

    var isOver: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type = Number.self) -> Number {
        (0..<Number.bitWidth / 8).reduce(0) { number, _ in number << 8 | Number(truncatingIfNeeded: byte()) }
    }

    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// One of several; there must be one.
    mutating func one<Element>(of elements: [Element]) -> Element { elements[Int(byte()) % elements.count] }

    /// At most 255 bytes: the first says how many.
    mutating func bytes() -> [UInt8] { take(Int(byte())) }

    mutating func take(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    /// All up to the next byte of that value, or to the end.
    mutating func part(upTo end: UInt8) -> [UInt8] {
        let part = Array(rest.prefix { $0 != end })
        rest = rest.dropFirst(part.count + 1)
        return part
    }

    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
