/// The place of a value and its parts in a JSON text, in byte offsets. `JSON` is what a text means. With the places, an `Edit`
/// can replace a part while the rest stays as it is.
public struct JSONSpan: Equatable, Sendable {
    public struct Member: Equatable, Sendable {
        public let name: String
        /// The range with the quotes.
        public let nameRange: Range<Int>
        public let value: JSONSpan
    }

    public let range: Range<Int>
    /// An object's members, in the order of the text.
    public let members: [Member]
    /// An array's elements.
    public let elements: [JSONSpan]

    public subscript(name: String) -> JSONSpan? { members.first { $0.name == name }?.value }

    /// Finds the parts of a whole text.
    ///
    /// - Throws: for every text that `JSON` refuses.
    public init(of text: [UInt8]) throws(JSONError) {
        self = try Reader.read(text) { (reader) throws(Fault) in try reader.span() }
    }

    fileprivate init(_ range: Range<Int>, members: [Member] = [], elements: [JSONSpan] = []) {
        self.range = range
        self.members = members
        self.elements = elements
    }
}

extension Reader {
    /// The span of the value that begins here.
    fileprivate mutating func span() throws(Fault) -> JSONSpan {
        let start = position
        switch next {
        case .openBrace:
            let members = try members { (reader, name) throws(Fault) in
                let range = name.range.lowerBound - 1..<name.range.upperBound + 1
                return JSONSpan.Member(name: reader.decoded(name), nameRange: range, value: try reader.span())
            }
            return JSONSpan(start..<position, members: members)
        case .openBracket:
            var elements: [JSONSpan] = []
            try array { (reader) throws(Fault) in elements.append(try reader.span()) }
            return JSONSpan(start..<position, elements: elements)
        default:
            try skip()
            return JSONSpan(start..<position)
        }
    }
}
