import LinuxSystem

/// The name of a network interface: one to 15 bytes of any value but NUL, as the kernel has it (`IFNAMSIZ`). It need not be text.
///
/// Two names are equal when their bytes are: é composed and é decomposed are two interfaces.
public struct InterfaceName: Hashable, Sendable {
    /// `IFNAMSIZ`: with the NUL that ends it.
    package static let size = 16

    // In the order of memory, padded with NUL.
    private var words: (UInt64, UInt64) = (0, 0)

    /// No bytes: what no interface is called.
    package static let unnamed = InterfaceName()

    private init() {}

    /// From bytes up to the first NUL, or to the end; nil for none, or more than 15.
    public init?(bytes: UnsafeRawBufferPointer) {
        let length = bytes.firstIndex(of: 0) ?? bytes.count
        guard length > 0, length < Self.size else { return nil }
        self.init()
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<length])) }
    }

    /// From text, for its bytes in UTF-8; nil for what cannot be a name.
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

    /// What `body` makes of the 16 bytes: the name, padded with NUL.
    package func withPaddedBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        withUnsafeBytes(of: words, body)
    }

    /// What `body` makes of the bytes of the name.
    public func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        withPaddedBytes { padded in
            body(UnsafeRawBufferPointer(rebasing: padded[..<(padded.firstIndex(of: 0) ?? Self.size)]))
        }
    }

    package func begins(with text: String) -> Bool { withBytes { $0.starts(with: text.utf8) } }

    public var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}

extension InterfaceName: ExpressibleByStringLiteral {
    /// For names that stand in the code.
    public init(stringLiteral text: String) {
        guard let name = InterfaceName(text: text) else { preconditionFailure("no name of an interface") }
        self = name
    }
}

extension InterfaceName: CustomStringConvertible {
    /// For people: what a terminal would obey, and what is no text, is replaced.
    public var description: String { printable(text) }

    /// As JSON and files have it: what is no UTF-8 is replaced by U+FFFD.
    public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

extension Attribute {
    package var interfaceName: InterfaceName? { InterfaceName(bytes: payload) }
}

/// Names with their runs of digits compared as numbers: eth2 before eth10.
public func isNaturallyOrdered(_ left: InterfaceName, _ right: InterfaceName) -> Bool {
    left.withBytes { left in right.withBytes { right in isNaturallyOrdered(left, right) } }
}

extension Sequence<InterfaceName> {
    /// For people, as `description` is.
    public func joined(separator: String) -> String {
        var text = ""
        for (place, name) in enumerated() { text += place == 0 ? name.description : separator + name.description }
        return text
    }
}
