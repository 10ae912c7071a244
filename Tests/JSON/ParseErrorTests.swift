import JSON
import Testing

/// What is refused, where, and in which words.
@Suite struct ParseErrorTests {
    @Test(arguments: [
        ("{", 1, 2, "a name in double quotes or '}' expected, but the text ends"), ("[1,", 1, 4, "a value expected"),
        ("{\"a\":\n  tru", 2, 3, "a value expected, but there is 'tru'"),
        ("\"abc", 1, 5, "'\"' at the end of the string"),
        ("[1, 2", 1, 6, "',' or ']' expected, but the text ends"), ("{\"a\"", 1, 5, "':' behind the name expected"),
        ("-", 1, 2, "a digit expected, but the text ends"), ("{\"a\":1", 1, 7, "',' or '}' expected"),
        ("\"\\", 1, 3, "the text ends"), ("\"\\u12", 1, 2, "four hexadecimal digits"), ("1.", 1, 3, "a digit"),
    ])
    func aTruncatedTextIsRefusedWhereItEnds(text: String, line: Int, column: Int, says: String) {
        expectError(Array(text.utf8), line, column, says)
    }

    @Test(arguments: [
        ("{} x", 1, 4, "'x'"), ("1 2", 1, 3, "'2'"), ("[]\n]", 2, 1, "']'"), ("{}{}", 1, 3, "'{'"),
        ("true,", 1, 5, "','"), ("null\u{feff}", 1, 5, "byte order mark"), ("01", 1, 2, "'1'"),
    ])
    func trailingTextIsRefusedWhereItBegins(text: String, line: Int, column: Int, says: String) {
        expectError(Array(text.utf8), line, column, says)
    }

    @Test(arguments: [
        (#"{"a":1,"a":1}"#, 1, 8), ("{\n \"b\": {\n  \"c\": 0,\n  \"c\": 1}}", 4, 3), (#"{"é":1,"\u00e9":2}"#, 1, 8),
        (#"{"":1,"":2}"#, 1, 7),
    ])
    func aNameTwiceInAnObjectIsRefused(text: String, line: Int, column: Int) {
        expectError(Array(text.utf8), line, column, "twice")
    }

    @Test func aNameTwiceIsNamed() {
        expectError(Array(#"{"plugins":[],"name":"web","plugins":[]}"#.utf8), 1, 28, "the name \"plugins\" twice")
    }

    @Test func theSameNameInDifferentObjectsIsFine() throws {
        #expect(try parse(#"[{"a":1},{"a":{"a":2}}]"#).elements?.count == 2)
    }

    /// Composed and decomposed é look alike, and are other bytes.
    @Test func namesThatOnlyLookAlikeAreTwo() throws {
        #expect(try parse("{\"\u{e9}\":1,\"e\u{301}\":2}").members?.count == 2)
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc3, 0x28], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0xf0, 0x80, 0x80, 0xaf], [0xe2, 0x82], [0x80], [0xf5, 0x80, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
        ] as [[UInt8]])
    func textThatIsNotUTF8IsRefused(bytes: [UInt8]) {
        expectError(Array("[\n \"é".utf8) + bytes + Array("\"]".utf8), 2, 4, "UTF-8")
    }

    @Test func anEmptyTextIsRefusedAsSuch() {
        expectError([], 1, 1, "the text is empty")
        expectError(Array(" \n ".utf8), 2, 2, "a value expected, but the text ends")
    }

    @Test(arguments: [
        ("+1", 1, "'+1'"), (".5", 1, "'.5'"), ("1e", 3, "digit"), ("1e+", 4, "digit"), ("0x10", 2, "'x10'"),
        ("NaN", 1, "'NaN'"), ("-Infinity", 2, "digit"), ("'a'", 1, "'''"), ("{a:1}", 2, "name in double quotes"),
        ("[1,]", 4, "a value expected, but there is ']'"), ("{\"a\":1,}", 8, "a name in double quotes expected"),
        ("[1 2]", 4, "',' or ']'"), ("nul", 1, "'nul'"), ("True", 1, "'True'"), ("/* */1", 1, "'/'"),
        (#""\x41""#, 2, "escape"), (#""\u12""#, 2, "hexadecimal"), (#""\ud83d""#, 2, "pairs"),
        (#""\ude00""#, 2, "pairs"), (#""\ud83d\u0041""#, 2, "pairs"), (#""\ud83d\n""#, 2, "pairs"),
        ("\"a\u{b}b\"", 3, "control character"), ("\"a\tb\"", 3, "\\t"), ("\u{feff}{}", 1, "byte order mark"),
        ("{1:2}", 2, "name"), ("\u{b}1", 1, "control character 11"), ("é", 1, "outside of ASCII"),
        ("[1}", 3, "']'"), ("{\"a\":1]", 7, "'}'"), ("{\"a\" 1}", 6, "':'"), ("truefalse", 5, "'false'"),
    ])
    func whatTheGrammarDoesNotHaveIsRefused(text: String, column: Int, says: String) {
        expectError(Array(text.utf8), 1, column, says)
    }

    @Test func aLineBreakInAStringIsRefusedOnItsLine() {
        expectError(Array("[\n\"a\nb\"]".utf8), 2, 3, "line break")
    }

    @Test func columnsCountCharacters() {
        expectError(Array("[\"é€😀\" x]".utf8), 1, 8, "x")
    }

    @Test func anErrorTellsTheByteAsWell() {
        let error = #expect(throws: JSONError.self) { try parse("[\n\"é\" x]") }
        #expect(error?.offset == 7 && error?.line == 2 && error?.column == 5)
    }

    @Test func anErrorReadsAsPlaceAndReason() {
        let error = #expect(throws: JSONError.self) { try parse("[1,\n\n  2") }
        #expect(error?.description == "line 3, column 4: ',' or ']' expected, but the text ends")
    }

    /// What a message quotes may come from a container.
    @Test func messagesHoldNothingThatATerminalObeys() {
        for byte in 0...255 as ClosedRange<UInt8> {
            for text in [[byte], Array("{\"a\":".utf8) + [byte], Array("{\"\u{9b}\":1,\"\u{9b}\":2}".utf8)] {
                do { _ = try JSON(parsing: text) } catch {
                    #expect(error.message.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
                }
            }
        }
    }
}

/// `line` and `column` where the test cares for them.
func expectError(
    _ text: [UInt8], _ line: Int?, _ column: Int?, _ says: String, at place: SourceLocation = #_sourceLocation
) {
    let error = #expect(throws: JSONError.self, sourceLocation: place) { try JSON(parsing: text) }
    guard let error else { return }
    #expect(
        error.line == line ?? error.line && error.column == column ?? error.column, "\(error)", sourceLocation: place)
    #expect(error.line >= 1 && error.column >= 1 && error.offset <= text.count, "\(error)", sourceLocation: place)
    #expect(
        !error.message.isEmpty && (says.isEmpty || error.message.contains(says)), "\(error)", sourceLocation: place)
}
