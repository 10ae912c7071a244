/// A JSON value (RFC 8259). Objects keep the order of their members, numbers their spelling.
public enum JSON: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// A number that is spelled as `Int64` prints it.
    case integer(Int64)
    /// Every other number.
    case number(Number)
    case string(String)
    case array([JSON])
    case object([Member])

    /// A member of an object: its name and value.
    public struct Member: Equatable, Sendable {
        public let name: String
        public let value: JSON

        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The value of the member with that name; nil if there is none, or if this is no object.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        for member in members where member.name == name { return member.value }
        return nil
    }

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let number): number.integer
        default: nil
        }
    }

    /// The double nearest to any number; nil beyond the greatest.
    public var real: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let number): number.real
        default: nil
        }
    }

    public var boolean: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    public var elements: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    public var members: [Member]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The kind of the value in the words of RFC 8259, for messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
