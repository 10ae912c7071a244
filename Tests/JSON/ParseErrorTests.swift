import JSON
import Testing

@Suite struct ParseErrorTests {
    @Test(arguments: [
        ("{", 1, 1, "end of file"), ("[1,", 1, 3, "end of file"), ("{\"a\":\n  tru", 2, 5, "tru"),
        ("\"abc", 1, 4, "end of input"), ("[1, 2", 1, 5, "end of file"), ("{\"a\"", 1, 4, "end of file"),
        ("-", 1, 1, "-"),
    ])
    func aTruncatedTextIsRefusedAtItsEnd(text: String, line: Int, column: Int, says: String) {
        expectError(Array(text.utf8), line, column, says)
    }

    @Test(arguments: [
        ("{} x", 1, 4), ("1 2", 1, 3), ("[]\n]", 2, 1), ("{}{}", 1, 3), ("true,", 1, 5), ("null\u{feff}", 1, 5),
    ])
    func trailingTextIsRefusedWhereItBegins(text: String, line: Int, column: Int) {
        expectError(Array(text.utf8), line, column, "end of file expected")
    }

    @Test(arguments: [
        (#"{"a":1,"a":1}"#, 1, 10), ("{\n \"b\": {\n  \"c\": 0,\n  \"c\": 1}}", 4, 5), (#"{"é":1,"\u00e9":2}"#, 1, 15),
    ])
    func aNameTwiceInAnObjectIsRefused(text: String, line: Int, column: Int) {
        expectError(Array(text.utf8), line, column, "duplicate object key")
    }

    @Test func theSameNameInDifferentObjectsIsFine() throws {
        #expect(try parse(#"[{"a":1},{"a":{"a":2}}]"#).elements?.count == 2)
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc3, 0x28], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0xf0, 0x80, 0x80, 0xaf], [0xe2, 0x82], [0x80],
        ] as [[UInt8]])
    func textThatIsNotUTF8IsRefused(bytes: [UInt8]) {
        expectError(Array("[\n \"".utf8) + bytes + Array("\"]".utf8), 2, nil, "unable to decode byte")
    }

    @Test(arguments: ["[", "{\"a\":"]) func nestingEndsAt2048Levels(opening: String) throws {
        let (closing, inner) = opening == "[" ? ("]", "[]") : ("}", "{}")
        let nested = { (levels: Int) in
            String(repeating: opening, count: levels - 1) + inner + String(repeating: closing, count: levels - 1)
        }
        let deep = try parse(nested(2048))
        #expect(deep.text() == nested(2048))
        expectError(Array(nested(2049).utf8), 1, nil, "depth")
        // No more is read than the limit, however much there is.
        expectError(Array(String(repeating: opening, count: 100_000).utf8), 1, nil, "depth")
    }

    @Test func anEmptyTextIsRefusedAsSuch() {
        expectError([], 1, 1, "the text is empty")
        expectError(Array(" \n ".utf8), 2, 1, "end of file")
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "[100000000000000000000]"])
    func anIntegerBeyond64BitsIsRefusedAndNotRounded(text: String) {
        expectError(Array(text.utf8), 1, nil, "integer")
    }

    @Test(arguments: ["1e309", "-1e400", "[1e999]"]) func aRealBeyondDoubleIsRefused(text: String) {
        expectError(Array(text.utf8), 1, nil, "overflow")
    }

    @Test(arguments: [
        "01", "+1", ".5", "1.", "1e", "0x10", "NaN", "Infinity", "'a'", "{a:1}", "[1,]", "{\"a\":1,}", "[1 2]", "nul",
        "True",
        "// no\n1", #""\x41""#, #""\u12""#, #""\ud83d""#, #""\ude00""#, "\"a\nb\"", "\"a\tb\"", "\u{feff}{}", "{1:2}",
        "\0", "{\"n\": 1\0}", "1\0",
    ])
    func whatTheGrammarDoesNotHaveIsRefused(text: String) {
        expectError(Array(text.utf8), nil, nil, "")
    }

    /// RFC 8259 leaves limits on characters to the reader, and a C string would end there.
    @Test(arguments: [#""a\u0000b""#, #"{"\u0000":1}"#]) func nulIsRefusedAndNotCutOff(text: String) {
        expectError(Array(text.utf8), 1, nil, "u0000")
    }

    @Test func columnsCountCharacters() {
        expectError(Array("[\"é€😀\" x]".utf8), 1, 8, "x")
    }

    @Test func anErrorReadsAsPlaceAndReason() {
        let error = #expect(throws: JSONError.self) { try parse("[1,\n\n  2") }
        #expect(error.map { "line 3, column 3: \($0.message)" } == error?.description)
    }

    /// `line` and `column` where the test cares for them.
    private func expectError(
        _ text: [UInt8], _ line: Int?, _ column: Int?, _ says: String, at place: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: JSONError.self, sourceLocation: place) { try JSON(parsing: text) }
        guard let error else { return }
        #expect(
            error.line == line ?? error.line && error.column == column ?? error.column, "\(error)",
            sourceLocation: place)
        #expect(error.line >= 1 && error.column >= 1, "\(error)", sourceLocation: place)
        #expect(
            !error.message.isEmpty && (says.isEmpty || error.message.contains(says)), "\(error)", sourceLocation: place)
    }
}
