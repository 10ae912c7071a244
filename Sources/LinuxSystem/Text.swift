import CLinux

/// Text as bytes, as the kernel has it. The standard library compares Unicode characters, whose code a program of the hot path
/// would have to contain.
extension String {
    /// The parts between bytes of that value, empty parts included. With more than `most` parts, the last holds the rest.
    @inline(never)
    public func parts(between separator: UInt8, most: Int = .max) -> [String] {
        utf8.split(separator: separator, maxSplits: most - 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The parts between blanks, of which any number may stand together.
    public var words: [String] { parts(between: UInt8(ascii: " ")).filter { !$0.isEmpty } }

    @inline(never)
    public func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    public func ends(with suffix: String) -> Bool { utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }

    /// `contains(_:)`, which Embedded Swift does not have for a string, and with which ordinary Swift links its regular expressions.
    @inline(never)
    public func holds(_ words: String) -> Bool {
        let (text, words) = (Array(utf8), Array(words.utf8))
        guard text.count >= words.count else { return false }
        return (0...(text.count - words.count)).contains { text[$0...].starts(with: words) }
    }
}

extension [UInt8] {
    /// Whether the text occurs in it. The corresponding C function is `memmem(3)`.
    public func holds(_ text: StaticString) -> Bool {
        withUnsafeBytes { bytes in
            bytes.baseAddress.map { memmem($0, bytes.count, text.utf8Start, text.utf8CodeUnitCount) != nil } ?? false
        }
    }
}
