/// Reads a JSON text (RFC 8259) once, from front to back. The caller decides what to make of each value: a `JSON`, a `JSONSpan`,
/// or nothing. The accepted texts are the same, except that a duplicate name is noticed only if something is made of its object.
///
/// Functions called for each byte or value are always inlined: calls took half of the time to skip a document.
struct Reader {
    /// The most levels of arrays and objects. No engine's document has more than a dozen. Values are built, compared and written
    /// by recursion, so this limits the stack.
    static let maxDepth = 512
    /// The most bytes of a text: four times as many as any caller reads.
    static let maxSize = 1 << 26

    let text: UnsafeBufferPointer<UInt8>
    /// The offset of the next byte.
    var position = 0
    private var depth = 0

    private init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        skipSpace()
    }

    /// Reads a whole text, which has one value. `take` is called where the value begins, and reads it.
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

    /// The next byte; nil at the end of the text.
    @inline(__always) var next: UInt8? { position < text.count ? text[position] : nil }

    @inline(__always) mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Skips white space. Mostly there is none.
    @inline(__always) mutating func skipSpace() {
        if let byte = next, byte <= .space { skipSomeSpace() }
    }

    private mutating func skipSomeSpace() {
        while let byte = next, byte == .space || byte == .lineFeed || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// Reads the object that begins here. `take` is called where each member's value begins, and reads it.
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

    /// Reads the array that begins here. `take` is called where each element begins, and reads it.
    @inline(__always)
    mutating func array(_ take: (inout Reader) throws(Fault) -> Void) throws(Fault) {
        try list(until: .closeBracket) { (reader, _) throws(Fault) in try take(&reader) }
    }

    /// Reads items between brackets, with commas between them.
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

    /// Reads `true`, `false` or `null`.
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

    /// Skips the value that begins here. All of it must be JSON, but duplicate names are not noticed.
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
