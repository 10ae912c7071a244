extension JSON {
    /// Parses a whole text, but keeps only the simple values at the end of these paths of names, and at most so many elements or members
    /// of each array or object. `*` in a path is every name. A path goes through arrays: it is followed in each of their elements. So a
    /// text of others' making takes little memory, whatever is in it.
    ///
    /// - Throws: as for the whole text, but a duplicate name is noticed only among wanted members.
    public init(parsing text: [UInt8], along paths: [[String]], mostItems: Int) throws(JSONError) {
        self = try Reader.read(text) { (reader) throws(Fault) in try reader.value(along: paths, mostItems) }
    }
}

extension Reader {
    fileprivate mutating func value(along paths: [[String]], _ most: Int) throws(Fault) -> JSON {
        switch next {
        case .openBrace: return .object(try members(along: paths, most))
        case .openBracket:
            var elements: [JSON] = []
            try array { (reader) throws(Fault) in
                guard elements.count < most else { return try reader.skip() }
                elements.append(try reader.value(along: paths, most))
            }
            return .array(elements)
        default:
            if paths.contains(where: { $0.isEmpty }) { return try value() }
            try skip()
            return .null
        }
    }

    private mutating func members(along paths: [[String]], _ most: Int) throws(Fault) -> [JSON.Member] {
        var members: [JSON.Member] = []
        try object { (reader, name) throws(Fault) in
            var rest: [[String]] = []
            for path in paths {
                if let first = path.first, first == "*" || reader.isEqual(name, first) {
                    rest.append(Array(path.dropFirst()))
                }
            }
            guard !rest.isEmpty, members.count < most else { return try reader.skip() }
            let text = reader.decoded(name)
            // By bytes: names that differ in them may be equal.
            if members.contains(where: { $0.name.utf8.elementsEqual(text.utf8) }) {
                throw Fault(.duplicate, at: name.range.lowerBound - 1)
            }
            members.append(JSON.Member(text, try reader.value(along: rest, most)))
        }
        return members
    }
}
