extension JSON {
    /// Parses a whole text. Other errors than those of the grammar: an object with a duplicate name, invalid UTF-8, a byte order
    /// mark, more than 512 levels of arrays and objects.
    public init(parsing text: [UInt8]) throws(JSONError) {
        self = try Reader.read(text) { (reader) throws(Fault) in try reader.value() }
    }

    /// Parses a whole text, but keeps only the members at the end of these paths of names. Most of what runtimes store about a
    /// container is lists of system calls.
    ///
    /// - Throws: as for the whole text, but a duplicate name is noticed only among wanted members. A value that is no object has
    ///   no members.
    public init(parsing text: [UInt8], only paths: [[String]]) throws(JSONError) {
        self = try Reader.read(text) { (reader) throws(Fault) in .object(try reader.members(at: paths)) }
    }
}

extension Reader {
    /// The value that begins here.
    mutating func value() throws(Fault) -> JSON {
        switch next {
        case .quote: return .string(decoded(try string()))
        case .openBrace:
            return .object(
                try members { (reader, name) throws(Fault) in
                    let value = try reader.value()
                    return JSON.Member(reader.decoded(name), value)
                })
        case .openBracket:
            var elements: [JSON] = []
            try array { (reader) throws(Fault) in elements.append(try reader.value()) }
            return .array(elements)
        case .minus?, (UInt8.zero ... .nine)?: return try number()
        default: return try word()
        }
    }

    /// The wanted members of the object that begins here; none of another value.
    fileprivate mutating func members(at paths: [[String]]) throws(Fault) -> [JSON.Member] {
        guard next == .openBrace else {
            try skip()
            return []
        }
        var members: [JSON.Member] = []
        try object { (reader, name) throws(Fault) in
            let ends = paths.filter { path in path.first.map { reader.isEqual(name, $0) } ?? false }
            guard let wanted = ends.first?.first else { return try reader.skip() }
            guard !members.contains(where: { $0.name == wanted }) else {
                throw Fault(.duplicate, at: name.range.lowerBound - 1)
            }
            let isWhole = ends.contains { $0.count == 1 }
            let value =
                isWhole ? try reader.value() : .object(try reader.members(at: ends.map { Array($0.dropFirst()) }))
            members.append(JSON.Member(wanted, value))
        }
        return members
    }
}
