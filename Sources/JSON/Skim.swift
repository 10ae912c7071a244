extension JSON {
    /// Parses an object, but of its members only those at the end of these paths of names; the value has no others. What else
    /// stands in the text is passed over, which takes a tenth of the time, and looked at no closer than it takes to find its
    /// end: what runtimes keep about a container is lists of system calls for the most part.
    ///
    /// - Throws: for a text that does not end with the object, and for a value of a path that is not JSON. Where there is no
    ///   object, there are no members.
    public init(parsing text: [UInt8], only paths: [[String]]) throws(JSONError) {
        var skim = Skim(text)
        self = .object(try skim.members(at: paths))
    }
}

/// Goes over a text once, and makes something of a part of it.
private struct Skim {
    private let text: [UInt8]
    private var place = 0

    init(_ text: [UInt8]) {
        self.text = text
        skipSpace()
    }

    /// Those of the object that begins here; of another value, none. Leaves off behind it.
    mutating func members(at paths: [[String]]) throws(JSONError) -> [JSON.Member] {
        guard byte == UInt8(ascii: "{") else {
            try skipValue()
            return []
        }
        place += 1
        var members: [JSON.Member] = []
        while let name = try nextName() {
            let ends = paths.filter { $0.first.map { text[name].elementsEqual($0.utf8) } ?? false }
            let start = place
            guard let path = ends.first?.first else {
                try skipValue()
                continue
            }
            if ends.contains(where: { $0.count == 1 }) {
                try skipValue()
                members.append(JSON.Member(path, try JSON(parsing: Array(text[start..<place]))))
            } else {
                members.append(JSON.Member(path, .object(try self.members(at: ends.map { Array($0.dropFirst()) }))))
            }
        }
        return members
    }

    /// Where the next member's name stands, without its quotes; its value begins here then. Nil behind the last.
    private mutating func nextName() throws(JSONError) -> Range<Int>? {
        skipSpace()
        if byte == UInt8(ascii: ",") {
            place += 1
            skipSpace()
        }
        if byte == UInt8(ascii: "}") {
            place += 1
            return nil
        }
        guard byte == UInt8(ascii: "\"") else { throw broken }
        let start = place + 1
        try skipString()
        let name = start..<place - 1
        skipSpace()
        guard byte == UInt8(ascii: ":") else { throw broken }
        place += 1
        skipSpace()
        return name
    }

    private var byte: UInt8? { place < text.count ? text[place] : nil }

    private var broken: JSONError { JSONError("an object that does not end", at: min(place, text.count), of: text) }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || (0x09...0x0d).contains(byte) { place += 1 }
    }

    /// The string whose first quote is here.
    private mutating func skipString() throws(JSONError) {
        let end = text.withUnsafeBufferPointer { text -> Int? in
            var place = place + 1
            while place < text.count {
                if text[place] == UInt8(ascii: "\"") { return place + 1 }
                place += text[place] == UInt8(ascii: "\\") ? 2 : 1
            }
            return nil
        }
        guard let end else { throw broken }
        place = end
    }

    /// The value that begins here, and the space behind a number or a word.
    private mutating func skipValue() throws(JSONError) {
        var depth = 0
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                try skipString()
                if depth == 0 { return }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of the object around it.
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
        // A number or a word may end with the text.
        if depth > 0 { throw broken }
    }
}
