import JSON
import Laboratory
import Testing

@testable import evenkeel

@Suite struct JSONSpanTests {
    /// Each part's own text means what the whole says of it.
    @Test func everyPartIsWhereItSaysItIs() throws {
        var generator = SeededGenerator(seed: 1)
        for hand in GeneratedList.Hand.all {
            let text = Array(GeneratedList(hand, plugins: 2, using: &generator).text.utf8)
            try compare(try #require(JSONSpan(of: text)), try JSON(parsing: text), in: text)
        }
    }

    private func compare(_ span: JSONSpan, _ value: JSON, in text: [UInt8]) throws {
        #expect(try JSON(parsing: Array(text[span.range])) == value)
        #expect(span.elements.count == value.elements?.count ?? 0)
        #expect(span.members.map { $0.name } == value.members?.map { $0.name } ?? [])
        for (part, element) in zip(span.elements, value.elements ?? []) { try compare(part, element, in: text) }
        for (part, member) in zip(span.members, value.members ?? []) {
            #expect(try JSON(parsing: Array(text[part.nameRange])) == .string(member.name))
            try compare(part.value, member.value, in: text)
        }
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "{]", "[}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "[1,]", "[,1]", "[1 2]",
        "[1]]",
        "{\"a\" 1}", "{a:1}", "\"", "\"\\", "\"\\\"", "1 2", "[1,,2]", "{1:2}", "[\"a]", "\u{feff}{}", "{'a':1}",
    ])
    func whatIsNoJSONHasNoParts(text: String) {
        #expect(JSONSpan(of: Array(text.utf8)) == nil)
        #expect(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test func theDeepestTextThatIsParsedIsScanned() throws {
        let depth = 2047
        let text = Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        _ = try JSON(parsing: text)
        #expect(JSONSpan(of: text)?.range == 0..<2 * depth)
    }
}
