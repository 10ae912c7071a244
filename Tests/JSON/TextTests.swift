import Foundation
import JSON
import Laboratory
import Testing

@Suite struct TextTests {
    @Test func prettyTextIndentsByFourSpacesALevel() {
        let document = JSON.object([
            .init("name", .string("web")), .init("none", .object([])), .init("empty", .array([])),
            .init("routes", .array([.integer(1), .object([.init("via", .null)])])),
        ])
        let pretty = """
            {
                "name": "web",
                "none": {},
                "empty": [],
                "routes": [
                    1,
                    {
                        "via": null
                    }
                ]
            }
            """
        #expect(document.text(pretty: true) == pretty)
        #expect(document.text() == #"{"name":"web","none":{},"empty":[],"routes":[1,{"via":null}]}"#)
    }

    @Test(arguments: [JSON.null, .integer(7), .string("a"), .array([]), .object([])])
    func prettyTextOfAPlainValueIsItsText(value: JSON) {
        #expect(value.text(pretty: true) == value.text())
    }

    @Test(arguments: [
        ("\u{0}", #""\u0000""#), ("\u{8}\u{c}\r", #""\u0008\u000c\u000d""#), ("\u{1b}[2J", #""\u001b[2J""#),
        ("\u{7f}", #""\u007f""#), ("a/b", #""a/b""#), ("\u{2028}x\u{202e}\u{2069}", #""\u2028x\u202e\u2069""#),
        ("\u{85}\u{9b}\u{a0}", "\"\\u0085\\u009b\u{a0}\""),
        ("\u{200d}\u{200e}\u{61c}\u{61b}\u{2065}", "\"\u{200d}\\u200e\\u061c\u{61b}\u{2065}\""), ("𝄞", "\"𝄞\""),
    ])
    func controlCharactersAreEscapedAndOthersAreNot(string: String, text: String) {
        #expect(JSON.string(string).text() == text)
        #expect(JSON.object([.init(string, .null)]).text() == "{\(text):null}")
    }

    @Test(arguments: 1000..<1100 as Range<UInt64>)
    func anotherParserReadsTheSame(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let document = JSON.random(depth: 4, using: &generator)
        for pretty in [false, true] {
            #expect(agrees(document, try reference(document.text(pretty: pretty))), "\(document.text())")
        }
    }

    @Test func anotherParserReadsEveryCharacterTheSame() throws {
        // In strings of 4096, as one of every scalar would hide which failed.
        for start in stride(from: UInt32(1), to: 0x110000, by: 4096) {
            var scalars = String.UnicodeScalarView()
            for value in start..<min(start + 4096, 0x110000) {
                if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
            }
            let string = JSON.string(String(scalars))
            #expect(agrees(string, try reference(string.text())), "from U+\(String(start, radix: 16))")
        }
    }

    private func reference(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    /// Whether Foundation's reading is this value. Names are compared as dictionary keys, so without their order.
    private func agrees(_ value: JSON, _ read: Any) -> Bool {
        // A decimal number rounds when asked for a double, and its digits do not. 'c' is a boolean's type.
        let number = read as? NSNumber
        let isBoolean = number.map { String(cString: $0.objCType) } == "c"
        let digits = isBoolean ? nil : number?.stringValue
        switch value {
        case .null: return read is NSNull
        case .boolean(let boolean): return isBoolean && number?.boolValue == boolean
        case .integer(let integer): return digits.flatMap { Int64($0) } == integer
        case .number: return digits.flatMap { Double($0) }?.bitPattern == value.real?.bitPattern
        case .string(let string): return (read as? String).map { Array($0.utf8) == Array(string.utf8) } ?? false
        case .array(let elements):
            guard let others = read as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { agrees($0, $1) }
        case .object(let members):
            guard let others = read as? [String: Any], others.count == members.count else { return false }
            return members.allSatisfy { member in others[member.name].map { agrees(member.value, $0) } ?? false }
        }
    }
}
