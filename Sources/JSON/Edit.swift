/// A replacement of bytes in a text.
public struct Edit: Equatable, Sendable {
    /// The bytes to remove. An empty range inserts the new bytes at its bound.
    public let range: Range<Int>
    public let replacement: [UInt8]

    public init(_ range: Range<Int>, _ replacement: String) {
        self.range = range
        self.replacement = Array(replacement.utf8)
    }
}

extension [UInt8] {
    /// The text after the edits, which must be ordered and must not overlap. Every other byte stays.
    public func applying(_ edits: [Edit]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for edit in edits {
            result += self[position..<edit.range.lowerBound]
            result += edit.replacement
            position = edit.range.upperBound
        }
        return result + self[position...]
    }
}
