import CJansson

/// Why a text is not JSON, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    public let message: String
    /// Counted from 1.
    public let line: Int
    /// In characters, counted from 1.
    public let column: Int

    public var description: String { "line \(line), column \(column): \(message)" }
}

extension JSON {
    /// Parses a whole text. Duplicate names, trailing text, invalid UTF-8 and nesting beyond 2048 levels are errors.
    public init(parsing text: [UInt8]) throws(JSONError) {
        // jansson takes one directly behind a number for its end.
        if let place = text.firstIndex(of: 0) { throw JSONError("a NUL byte", at: place, of: text) }
        var error = json_error_t()
        // By itself jansson would open /dev/urandom for it. The first call alone counts.
        json_object_seed(Self.seed)
        let root = text.withUnsafeBytes { bytes in
            json_loadb(bytes.baseAddress, bytes.count, Int(JSON_REJECT_DUPLICATES | JSON_DECODE_ANY), &error)
        }
        guard let root else { throw JSONError(error, length: text.count) }
        defer { json_decref(root) }
        self.init(converting: root)
    }

    /// Random bytes that the kernel gives every process, `getauxval(3)`; 0 leaves the choice to jansson.
    private static var seed: Int {
        guard let random = UnsafeRawPointer(bitPattern: getauxval(UInt(AT_RANDOM))) else { return 0 }
        return random.loadUnaligned(as: Int.self)
    }

    private init(converting value: UnsafeMutablePointer<json_t>) {
        switch value.pointee.type {
        case JSON_OBJECT: self = .object(Self.members(of: value))
        case JSON_ARRAY: self = .array(Self.elements(of: value))
        case JSON_STRING: self = .string(Self.text(json_string_value(value), json_string_length(value)))
        case JSON_INTEGER: self = .integer(Int64(json_integer_value(value)))
        case JSON_REAL: self = .real(json_real_value(value))
        case JSON_TRUE: self = .boolean(true)
        case JSON_FALSE: self = .boolean(false)
        default: self = .null
        }
    }

    private static func members(of object: UnsafeMutablePointer<json_t>) -> [Member] {
        var members: [Member] = []
        members.reserveCapacity(json_object_size(object))
        var iterator = json_object_iter(object)
        while let here = iterator {
            if let name = json_object_iter_key(here), let value = json_object_iter_value(here) {
                members.append(Member(String(cString: name), JSON(converting: value)))
            }
            iterator = json_object_iter_next(object, here)
        }
        return members
    }

    private static func elements(of array: UnsafeMutablePointer<json_t>) -> [JSON] {
        (0..<json_array_size(array)).compactMap { index in
            json_array_get(array, index).map { JSON(converting: $0) }
        }
    }

    private static func text(_ characters: UnsafePointer<CChar>?, _ length: Int) -> String {
        guard let characters else { return "" }
        let bytes = UnsafeRawBufferPointer(start: characters, count: length)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONError {
    init(_ message: String, at place: Int, of text: [UInt8]) {
        let before = text[..<place]
        let newline = UInt8(ascii: "\n")
        let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
        self.init(
            message: message, line: 1 + before.count { $0 == newline }, column: place - lineStart + 1)
    }

    init(_ error: json_error_t, length: Int) {
        // jansson writes NUL-terminated text into a fixed array, which Swift sees as a tuple.
        let message = withUnsafeBytes(of: error.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(
            message: length == 0 ? "the text is empty" : message, line: max(Int(error.line), 1),
            column: max(Int(error.column), 1))
    }
}
