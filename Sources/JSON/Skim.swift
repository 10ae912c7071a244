extension JSON {
    /// Parses an object, but of its members only those at the end of these paths of names; the value has no others. What else
    /// stands in the text is passed over, which takes a fifth of the time, and looked at no closer than it takes to find its
    /// end: what runtimes keep about a container is lists of system calls for the most part.
    ///
    /// - Throws: for a text that does not end with the object, and for a value of a path that is not JSON. Where there is no
    ///   object, there are no members.
    public init(parsing text: [UInt8], only paths: [[String]]) throws(JSONError) {
        self = .object(try Self.members(of: text, in: text.indices, at: paths))
    }

    private static func members(
        of text: [UInt8], in range: Range<Int>, at paths: [[String]]
    ) throws(JSONError) -> [Member] {
        var members: [Member] = []
        var skim = Skim(text, range)
        while let (name, value) = try skim.nextMember() {
            let ends = paths.filter { $0.first.map { text[name].elementsEqual($0.utf8) } ?? false }
            guard let path = ends.first?.first else { continue }
            members.append(
                Member(
                    path,
                    ends.contains { $0.count == 1 }
                        ? try JSON(parsing: Array(text[value]))
                        : .object(try Self.members(of: text, in: value, at: ends.map { Array($0.dropFirst()) }))))
        }
        return members
    }
}

/// Goes over the members of an object in a text.
private struct Skim {
    private let text: [UInt8]
    private var place: Int
    private let end: Int
    private var isInside = false

    init(_ text: [UInt8], _ range: Range<Int>) {
        self.text = text
        (place, end) = (range.lowerBound, range.upperBound)
    }

    /// Where the next member's name stands, without its quotes, and where its value; nil behind the last.
    mutating func nextMember() throws(JSONError) -> (name: Range<Int>, value: Range<Int>)? {
        skipSpace()
        if !isInside {
            guard place < end, text[place] == UInt8(ascii: "{") else { return nil }
            isInside = true
            place += 1
        } else if place < end, text[place] == UInt8(ascii: ",") {
            place += 1
        }
        skipSpace()
        if place < end, text[place] == UInt8(ascii: "}") { return nil }
        let name = place
        try skipString()
        let value = name + 1..<place - 1
        skipSpace()
        guard place < end, text[place] == UInt8(ascii: ":") else { throw broken }
        place += 1
        skipSpace()
        let start = place
        try skipValue()
        return (value, start..<place)
    }

    private var broken: JSONError { JSONError("an object that does not end", at: min(place, text.count), of: text) }

    private mutating func skipSpace() {
        while place < end, isSpace(text[place]) { place += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    private mutating func skipString() throws(JSONError) {
        guard place < end, text[place] == UInt8(ascii: "\"") else { throw broken }
        place += 1
        while place < end {
            let byte = text[place]
            place += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
        throw broken
    }

    private mutating func skipValue() throws(JSONError) {
        var depth = 0
        while place < end {
            switch text[place] {
            case UInt8(ascii: "\""):
                try skipString()
                if depth == 0 { return }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The object's own end, behind a number or a word.
                if depth == 0 { return }
                depth -= 1
                if depth == 0 {
                    place += 1
                    return
                }
            case UInt8(ascii: ",") where depth == 0: return
            default: break
            }
            place += 1
        }
        throw broken
    }
}
