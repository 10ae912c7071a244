import JSON
import Laboratory
import Testing

/// Texts that are made to take long, much memory or the whole stack.
@Suite struct HostileTextTests {
    private func members(_ count: Int, _ name: (Int) -> String) -> [UInt8] {
        Array("{\((0..<count).map { "\"\(name($0))\":\($0)" }.joined(separator: ","))}".utf8)
    }

    @Test func anObjectOf100000MembersIsReadInASecondOrTwo() throws {
        let text = members(100_000) { "member number \($0)" }
        let start = ContinuousClock.now
        #expect(try JSON(parsing: text).members?.count == 100_000)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test(arguments: [2, 15, 16, 17, 18, 100, 20_000]) func aNameTwiceIsFoundAmongMany(count: Int) throws {
        let text = members(count) { "n\($0)" }
        #expect(try JSON(parsing: text).members?.count == count)
        let first = Array(#","n0":-1,"n1":-1}"#.utf8)
        expectError(text.dropLast() + first, 1, text.count + 1, "the name \"n0\" twice")
        let escaped = Array(#","\u006e1":-1}"#.utf8)
        expectError(text.dropLast() + escaped, 1, text.count + 1, "twice")
    }

    @Test(arguments: ["[", "{\"\":", "[[{\"a\":[", "[1,"]) func nestingWithoutEndIsRefusedAtOnce(piece: String) {
        let text = Array(String(repeating: piece, count: 300_000).utf8)
        expectError(text, 1, nil, "more than 512 levels")
        #expect(throws: JSONError.self) { try JSON(parsing: text, only: [["a"]]) }
        #expect(throws: JSONError.self) { try JSONSpan(of: text) }
    }

    @Test func aStringOrNumberOfAnyLengthIsOne() throws {
        let long = String(repeating: "9", count: 1 << 18)
        for text in ["\"\(long)\"", long, "-\(long)", "0.\(long)", "1e\(long)", "\"\(long)\\n\""] {
            #expect(try parse(text).text() == text)
            _ = try parse(text).real
        }
    }

    @Test func aTextOfMoreThan64MiBIsRefusedUnread() {
        let text = [UInt8](repeating: 0x20, count: (1 << 26) + 1)
        expectError(text, 1, 1, "more than 67108864 bytes")
    }

    @Test func aTextThatEndsTooEarlyIsRefusedWhereverItEnds() throws {
        let text = Array(
            #" {"a":[1,-2.5e+3,true,false,null,"\ud83d\ude00é€😀\n\"\\"],"b":{"c":{},"d":[]},"é":"","n":-0} "#.utf8)
        _ = try JSON(parsing: text)
        for length in 0..<text.count - 1 {
            let part = Array(text[..<length])
            #expect(throws: JSONError.self) { try JSON(parsing: part) }
            #expect(throws: JSONError.self) { try JSON(parsing: part, only: [["b", "c"]]) }
            #expect(throws: JSONError.self) { try JSONSpan(of: part) }
        }
    }

    @Test func randomBytesAreSurvived() {
        var random = SeededGenerator(seed: 71)
        let some = Array("{}[]\":,\\ua1d8cF0e-+. \n\u{e9}".utf8)
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Int.random(in: 0..<8, using: &random) == 0
                    ? UInt8.random(in: 0...255, using: &random) : some.randomElement(using: &random) ?? 0
            }
            _ = try? JSON(parsing: text)
            _ = try? JSON(parsing: text, only: [["a"], ["a", "a"], ["1"]])
        }
    }
}
