/// The bytes of JSON's grammar: RFC 8259, section 2. As constants, since `UInt8(ascii:)` is a call in a program built for size.
extension UInt8 {
    @inline(__always) static var quote: UInt8 { 0x22 }
    @inline(__always) static var backslash: UInt8 { 0x5c }
    @inline(__always) static var comma: UInt8 { 0x2c }
    @inline(__always) static var colon: UInt8 { 0x3a }
    @inline(__always) static var openBrace: UInt8 { 0x7b }
    @inline(__always) static var closeBrace: UInt8 { 0x7d }
    @inline(__always) static var openBracket: UInt8 { 0x5b }
    @inline(__always) static var closeBracket: UInt8 { 0x5d }
    @inline(__always) static var minus: UInt8 { 0x2d }
    @inline(__always) static var plus: UInt8 { 0x2b }
    @inline(__always) static var point: UInt8 { 0x2e }
    @inline(__always) static var zero: UInt8 { 0x30 }
    @inline(__always) static var nine: UInt8 { 0x39 }
    @inline(__always) static var space: UInt8 { 0x20 }
    @inline(__always) static var lineFeed: UInt8 { 0x0a }
}
