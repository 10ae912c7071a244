/// Goes over a JSON text (RFC 8259) once, from front to back. Whoever calls it decides what becomes of each value: a `JSON`, a
/// `JSONSpan`, or nothing. What is accepted does not hang on that, except that a name which is there twice is only noticed where
/// something is made of its object.
///
/// What is called for each byte or value is always inlined: calls were half of what it takes to pass over a document.
struct Reader {
    /// Arrays and objects within each other. No document of an engine has more than a dozen; values are built, compared and
    /// written by recursion, so this bounds the stack.
    static let maxDepth = 512
    /// Bytes of a text: four times as many as any caller reads.
    static let maxSize = 1 << 26

    let text: UnsafeBufferPointer<UInt8>
    /// Of the next byte.
    var position = 0
    private var depth = 0

    private init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        skipSpace()
    }

    /// Reads a whole text, which holds one value: `take` reads that, and is called where it begins.
    static func read<Result>(
        _ text: [UInt8], _ take: (inout Reader) throws(Fault) -> Result
    ) throws(JSONError) -> Result {
        do throws(Fault) {
            guard text.count <= maxSize else { throw Fault(.size, at: 0) }
            return try text.withUnsafeBufferPointer { (bytes) throws(Fault) -> Result in
                var reader = Reader(bytes)
                let result = try take(&reader)
                reader.skipSpace()
                guard reader.next == nil else { throw Fault(.end, at: reader.position) }
                return result
            }
        } catch { throw JSONError(error, in: text) }
    }

    /// Nil at the end of the text.
    @inline(__always) var next: UInt8? { position < text.count ? text[position] : nil }

    @inline(__always) mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Mostly there is none.
    @inline(__always) mutating func skipSpace() {
        if let byte = next, byte <= .space { skipSomeSpace() }
    }

    private mutating func skipSomeSpace() {
        while let byte = next, byte == .space || byte == .lineFeed || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// The object that begins here. `take` reads the value of each member, and is called where it begins.
    @inline(__always)
    mutating func object(_ take: (inout Reader, Name) throws(Fault) -> Void) throws(Fault) {
        try list(until: .closeBrace) { (reader, isFirst) throws(Fault) in
            guard reader.next == .quote else {
                throw Fault(isFirst ? .nameOrBrace : .name, at: reader.position)
            }
            let name = try reader.name()
            reader.skipSpace()
            guard reader.take(.colon) else { throw Fault(.colon, at: reader.position) }
            reader.skipSpace()
            try take(&reader, name)
        }
    }

    /// The array that begins here. `take` reads each element, and is called where it begins.
    @inline(__always)
    mutating func array(_ take: (inout Reader) throws(Fault) -> Void) throws(Fault) {
        try list(until: .closeBracket) { (reader, _) throws(Fault) in try take(&reader) }
    }

    /// What is between brackets, with a comma between any two items.
    @inline(__always)
    private mutating func list(
        until close: UInt8, _ item: (inout Reader, _ isFirst: Bool) throws(Fault) -> Void
    ) throws(Fault) {
        guard depth < Self.maxDepth else { throw Fault(.depth, at: position) }
        depth += 1
        position += 1
        skipSpace()
        var isFirst = true
        while isFirst ? !take(close) : try hasMore(until: close) {
            try item(&self, isFirst)
            isFirst = false
            skipSpace()
        }
        depth -= 1
    }

    private mutating func hasMore(until close: UInt8) throws(Fault) -> Bool {
        if take(close) { return false }
        guard take(.comma) else {
            throw Fault(close == .closeBrace ? .commaOrBrace : .commaOrBracket, at: position)
        }
        skipSpace()
        return true
    }

    /// `true`, `false` or `null`.
    mutating func word() throws(Fault) -> JSON {
        if take("true") { return .boolean(true) }
        if take("false") { return .boolean(false) }
        if take("null") { return .null }
        throw Fault(.value, at: position)
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard text.count - position >= length else { return false }
        for index in 0..<length where text[position + index] != word.utf8Start[index] { return false }
        position += length
        return true
    }

    /// Passes over the value that begins here. All of it must be JSON, but that a name is there twice is not noticed.
    mutating func skip() throws(Fault) {
        switch next {
        case .openBrace: try object { (reader, _) throws(Fault) in try reader.skip() }
        case .openBracket: try array { (reader) throws(Fault) in try reader.skip() }
        case .quote: _ = try string()
        case .minus?, (UInt8.zero ... .nine)?: _ = try skipNumber()
        default: _ = try word()
        }
    }
}
