/// Bytes that take the place of others in a text.
public struct Edit: Equatable, Sendable {
    /// What goes. An empty range: nothing does, and the new bytes stand in front of its bound.
    public let range: Range<Int>
    public let replacement: [UInt8]

    public init(_ range: Range<Int>, _ replacement: String) {
        self.range = range
        self.replacement = Array(replacement.utf8)
    }
}

extension [UInt8] {
    /// The text after edits that are in order and apart; every byte outside of them stays.
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
