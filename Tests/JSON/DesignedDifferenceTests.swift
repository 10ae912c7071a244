import JSON
import Testing

/// Where this parser and jansson (with JSON_DECODE_ANY, JSON_REJECT_DUPLICATES and JSON_ALLOW_NUL) do not agree, and are not
/// meant to. `OracleTests` leaves these out and nothing else.
@Suite struct DesignedDifferenceTests {
    /// jansson refuses them; another program's document need not be understood by ours to be passed on.
    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "[100000000000000000000]", "1e309", "[-1e400]"])
    func numbersBeyondTheMachinesAreKept(text: String) throws {
        guard case .refused(let reason) = Oracle.read(Array(text.utf8)) else {
            Issue.record("jansson takes it")
            return
        }
        #expect(reason == .tooLargeNumber)
        #expect(try parse(text).text() == text)
    }

    /// jansson goes on to 2048.
    @Test(arguments: ["[", "{\"a\":"]) func nestingEndsAt512Levels(opening: String) throws {
        let (closing, inner) = opening == "[" ? ("]", "[]") : ("}", "{}")
        let nested = { (levels: Int) in
            String(repeating: opening, count: levels - 1) + inner + String(repeating: closing, count: levels - 1)
        }
        #expect(try parse(nested(512)).text() == nested(512))
        #expect(try JSONSpan(of: Array(nested(512).utf8)).range == 0..<nested(512).utf8.count)
        expectError(Array(nested(513).utf8), 1, 512 * opening.utf8.count + 1, "more than 512 levels")
        #expect(throws: JSONError.self) { try JSON(parsing: Array(nested(513).utf8), only: []) }
        guard case .taken = Oracle.read(Array(nested(513).utf8)) else {
            Issue.record("jansson refuses it")
            return
        }
    }

    /// jansson takes one directly behind a number for the end of the text.
    @Test(arguments: ["\0", "{\"n\": 1\0}", "1\0", "[1]\0", "1\0x"])
    func aNULByteIsRefusedWhereverItStands(text: String) {
        expectError(Array(text.utf8), 1, nil, "a NUL byte")
    }
}
