import JSON
import Laboratory
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "0.1", "-0.0", "1e+300",
        "5e-324",
        "2.2250738585072014e-308", "1.7976931348623157e+308", "0.30000000000000004", "123456789.125", "1.0", "\"\"",
        "[]", "{}",
        #""plain""#, "\"a\u{feff}b\"", "{\"\u{feff}a\":0}", #""é 😀 \u007f""#, #""\"\\\n\t\u0001\u001f""#,
        #"[null,[],[[{}]],1]"#, #"{"":{"":[]}}"#,
        #"{"z":1,"a":[2.5,"b"],"m":{"y":true,"b":null}}"#,
    ])
    func itsOwnWritingComesBackUnchanged(text: String) throws {
        #expect(try parse(text).text() == text)
    }

    @Test func membersKeepTheirOrder() throws {
        let names = ["zeta", "alpha", "10", "9", "", "Alpha", "a"]
        let text = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        #expect(try parse(text).members?.map(\.name) == names)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\uDE00""#, "😀"),
        (#""\u007f\u0001\u001b""#, "\u{7f}\u{1}\u{1b}"), (#""é€😀""#, "é€😀"), (#""\u0065\u0301""#, "e\u{301}"),
        (#""a\u0000b""#, "a\0b"), (#""\uDBFF\udfff""#, "\u{10ffff}"),
    ])
    func escapesStandForTheirCharacters(text: String, value: String) throws {
        let string = try #require(try parse(text).string)
        #expect(Array(string.unicodeScalars) == Array(value.unicodeScalars))
    }

    @Test func whiteSpaceBetweenTokensIsNothing() throws {
        let document = try parse(" \t\r\n{ \"a\" :\n[ 1 ,\t2 ] }\r\n ")
        #expect(document == .object([.init("a", .array([.integer(1), .integer(2)]))]))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func everyDocumentSurvivesItsText(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let document = JSON.random(depth: 5, using: &generator)
        for pretty in [false, true] {
            let again = try parse(document.text(pretty: pretty))
            #expect(again == document)
            // é equals e with an accent, but their texts differ.
            #expect(again.text() == document.text())
        }
    }

    @Test func accessorsAnswerForTheirOwnKindAlone() throws {
        let document = try parse(#"{"s":"x","i":7,"r":7.0,"b":true,"a":[1],"n":null,"o":{"k":1}}"#)
        #expect(document["s"]?.string == "x" && document["s"]?.integer == nil)
        #expect(document["i"]?.integer == 7 && document["i"]?.boolean == nil)
        #expect(document["r"]?.integer == nil && document["r"]?.real == 7 && document["s"]?.real == nil)
        #expect(document["b"]?.boolean == true && document["b"]?.integer == nil)
        #expect(document["a"]?.elements == [.integer(1)] && document["a"]?.members == nil)
        #expect(document["n"] == .null && document["missing"] == nil)
        #expect(document["o"]?["k"]?.integer == 1 && document["s"]?["k"] == nil)
        #expect(
            document.members?.map { $0.value.kind } == [
                "a string", "a number", "a number", "a boolean", "an array", "null", "an object",
            ])
    }
}

func parse(_ text: String) throws(JSONError) -> JSON { try JSON(parsing: Array(text.utf8)) }
