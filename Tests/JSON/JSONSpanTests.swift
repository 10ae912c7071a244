import JSON
import Laboratory
import Testing

@Suite struct JSONSpanTests {
    /// Each part's own text means what the whole says of it.
    @Test(arguments: 0..<50 as Range<UInt64>) func everyPartIsWhereItSaysItIs(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let document = JSON.random(depth: 4, using: &generator)
        for pretty in [false, true] {
            let text = Array(" \n\(document.text(pretty: pretty))\t".utf8)
            try compare(JSONSpan(of: text), JSON(parsing: text), in: text)
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
        "[1]]", "{\"a\" 1}", "{a:1}", "\"", "\"\\", "\"\\\"", "1 2", "[1,,2]", "{1:2}", "[\"a]", "\u{feff}{}",
        "{'a':1}",
        "{\"a\":1,\"a\":2}",
    ])
    func whatIsNoJSONHasNoParts(text: String) {
        #expect(throws: JSONError.self) { try JSONSpan(of: Array(text.utf8)) }
        #expect(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test func anErrorCanBeAboutAnyPart() throws {
        let text = Array("{\"é\": 1,\n \"é b\": [true, 7]}".utf8)
        let part = try #require(try JSONSpan(of: text)["é b"]?.elements.last)
        #expect(JSONError("is 7", at: part.range.lowerBound, in: text).description == "line 2, column 16: is 7")
    }

    @Test func anEditLeavesEveryOtherByteAsItIs() throws {
        let text = Array("{ \"a\" : 1.50,\r\n\t\"b\":[ 1,2 ] , \"c\":\"\\u0041\"}\n".utf8)
        let span = try JSONSpan(of: text)
        let (first, list) = (try #require(span["a"]), try #require(span["b"]))
        let end = try #require(list.elements.last?.range.upperBound)
        let edited = text.applying([Edit(first.range, "true"), Edit(end..<end, ", 3")])
        #expect(
            String(decoding: edited, as: UTF8.self)
                == "{ \"a\" : true,\r\n\t\"b\":[ 1,2, 3 ] , \"c\":\"\\u0041\"}\n")
        #expect(text.applying([]) == text)
    }
}
