import LinuxSystem

/// The name of a network interface: 1 to 15 bytes of any value but NUL (`IFNAMSIZ`). It need not be text.
///
/// Two names are equal if their bytes are: composed and decomposed é name two interfaces.
public struct InterfaceName: Hashable, Sendable {
    /// `IFNAMSIZ`: the size with the terminating NUL.
    package static let size = 16

    // The bytes in memory order, padded with NUL.
    private var words: (UInt64, UInt64) = (0, 0)

    /// The empty name, which no interface has.
    package static let unnamed = InterfaceName()

    private init() {}

    /// Reads bytes up to the first NUL, or to the end. Nil for none, or for more than 15.
    public init?(bytes: UnsafeRawBufferPointer) {
        let length = bytes.firstIndex(of: 0) ?? bytes.count
        guard length > 0, length < Self.size else { return nil }
        self.init()
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<length])) }
    }

    /// The UTF-8 bytes of a text; nil if it cannot be a name.
    public init?(text: String) {
        var text = text
        let name = text.withUTF8 { bytes in
            bytes.contains(0) ? nil : InterfaceName(bytes: UnsafeRawBufferPointer(bytes))
        }
        guard let name else { return nil }
        self = name
    }

    public static func == (left: InterfaceName, right: InterfaceName) -> Bool { left.words == right.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }

    /// Passes the 16 bytes to `body`: the name, padded with NUL.
    package func withPaddedBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        withUnsafeBytes(of: words, body)
    }

    /// Passes the bytes of the name to `body`.
    public func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        withPaddedBytes { padded in
            body(UnsafeRawBufferPointer(rebasing: padded[..<(padded.firstIndex(of: 0) ?? Self.size)]))
        }
    }

    package func begins(with text: String) -> Bool { withBytes { $0.starts(with: text.utf8) } }

    public var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}

extension InterfaceName: ExpressibleByStringLiteral {
    /// For names in the code. Traps if the text cannot be a name.
    public init(stringLiteral text: String) {
        guard let name = InterfaceName(text: text) else { preconditionFailure("no name of an interface") }
        self = name
    }
}

extension InterfaceName: CustomStringConvertible {
    /// For people: control characters and bytes that are not text are replaced.
    public var description: String { printable(text) }

    /// For JSON and files: bytes that are not UTF-8 become U+FFFD.
    public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

extension Attribute {
    package var interfaceName: InterfaceName? { InterfaceName(bytes: payload) }
}

/// Orders names with runs of digits as numbers: eth2 before eth10.
public func isNaturallyOrdered(_ left: InterfaceName, _ right: InterfaceName) -> Bool {
    left.withBytes { left in right.withBytes { right in isNaturallyOrdered(left, right) } }
}

extension Sequence<InterfaceName> {
    /// The names for people, as `description` has them.
    public func joined(separator: String) -> String {
        var text = ""
        for (place, name) in enumerated() { text += place == 0 ? name.description : separator + name.description }
        return text
    }
}
