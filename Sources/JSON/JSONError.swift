/// Why a text is not JSON, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was expected and what was found, or what is wrong with it.
    public let message: String
    /// The offset of the first wrong byte; the text's length if it ends too early.
    public let offset: Int
    /// The line, counted from 1.
    public let line: Int
    /// The column in characters (Unicode scalars), counted from 1.
    public let column: Int

    public var description: String { "line \(line), column \(column): \(message)" }
}

/// The reader's error. The reader does not count lines.
struct Fault: Error {
    let problem: Problem
    let offset: Int

    init(_ problem: Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    enum Problem: UInt8 {
        case value, name, nameOrBrace, colon, commaOrBrace, commaOrBracket, end, digit, quote, hexadecimal, escape
        case control, encoding, surrogate, nulInName, duplicate, depth, size
    }
}

extension JSONError {
    init(_ fault: Fault, in text: [UInt8]) { self.init(Self.message(fault, in: text), at: fault.offset, in: text) }

    /// An error about what begins at that byte of a text.
    public init(_ message: String, at offset: Int, in text: [UInt8]) {
        let before = text[..<offset]
        let newline = UInt8(ascii: "\n")
        let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
        self.message = message
        self.offset = offset
        line = before.reduce(1) { $1 == newline ? $0 + 1 : $0 }
        // In UTF-8, bytes that continue a character are 10xxxxxx.
        column = before[lineStart...].reduce(1) { $1 & 0xc0 == 0x80 ? $0 : $0 + 1 }
    }

    private static func message(_ fault: Fault, in text: [UInt8]) -> String {
        if text.isEmpty { return "the text is empty" }
        let rest = text[fault.offset...]
        if let expected = fault.problem.expected {
            if rest.starts(with: [0xef, 0xbb, 0xbf]) { return "a byte order mark, which JSON does not have" }
            return "\(expected) expected, but \(found(rest))"
        }
        if fault.problem == .duplicate, let name = excerpt(rest.dropFirst()) {
            return "the object has the name \"\(name)\" twice"
        }
        return fault.problem.complaint
    }

    /// Describes what was found: a word, or a single character.
    private static func found(_ rest: ArraySlice<UInt8>) -> String {
        guard let first = rest.first else { return "the text ends" }
        if let word = excerpt(rest) { return "there is '\(word)'" }
        if 0x21..<0x7f ~= first { return "there is '\(String(decoding: [first], as: UTF8.self))'" }
        if first == 0 { return "there is a NUL byte" }
        if first < 0x80 { return "there is the control character \(first)" }
        return "there is a character outside of ASCII"
    }

    /// The first letters, digits and number signs; nil if there are none. Contains nothing that a terminal obeys.
    private static func excerpt(_ rest: ArraySlice<UInt8>) -> String? {
        let word = rest.prefix(24).prefix {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
    }
}

extension Fault.Problem {
    /// What the reader expected; nil if the problem is another.
    fileprivate var expected: StaticString? {
        switch self {
        case .value: "a value"
        case .name: "a name in double quotes"
        case .nameOrBrace: "a name in double quotes or '}'"
        case .colon: "':' behind the name"
        case .commaOrBrace: "',' or '}'"
        case .commaOrBracket: "',' or ']'"
        case .end: "the end of the text"
        case .digit: "a digit"
        case .quote: "'\"' at the end of the string"
        case .hexadecimal: "four hexadecimal digits behind \\u"
        default: nil
        }
    }

    fileprivate var complaint: String {
        switch self {
        case .escape: "an escape that JSON does not have; a backslash itself is written \\\\"
        case .control: "a control character in a string; a line break is written \\n, a tab \\t"
        case .encoding: "the bytes here are no character of UTF-8"
        case .surrogate: "\\ud800 to \\udfff stand for a character only in pairs"
        case .nulInName: "\\u0000 in a name"
        case .duplicate: "the object has this name twice"
        case .depth: "more than \(Reader.maxDepth) levels of arrays and objects"
        default: "more than \(Reader.maxSize) bytes"
        }
    }
}
