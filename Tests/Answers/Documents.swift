import JSON

/// Texts that are JSON come back as text, others as an error: one with most that a document may hold, cut off everywhere,
/// and with each byte replaced.
func documents() -> [String] {
    let whole = Array(#"{"a\u00e9\"":[1,-2.5e3,true,null,"x\n\ud83d\ude00"],"é":{"b":[],"c":{}},"d":0.1}"#.utf8)
    var texts = whole.indices.map { Array(whole[..<$0]) }
    let bytes: [UInt8] = [0, 0x0a, 0x20, 0x22, 0x2c, 0x30, 0x5b, 0x5c, 0x7b, 0x7d, 0x7f, 0xc3, 0xff]
    for place in whole.indices {
        for byte in bytes {
            var text = whole
            text[place] = byte
            texts.append(text)
        }
    }
    texts += numbers.map { Array($0.utf8) } + alike.map { Array(#"{"\#($0.0)":1,"\#($0.1)":2}"#.utf8) }
    texts += [1, 1000, 3000].map { [UInt8](repeating: 0x5b, count: $0) }
    return texts.map { text in
        let question = text.count > 200 ? "\(text.count) brackets" : String(decoding: text, as: UTF8.self)
        do throws(JSONError) {
            let document = try JSON(parsing: text)
            return answer(question, "\(document.kind) \(document.text()) \(document.text(pretty: true))")
        } catch { return answer(question, error.description) }
    }
}

private let numbers = [
    "0", "-0", "0.1", "1e2", "1E-7", "5e-324", "1.7976931348623157e308", "1e999", "123456789012345678",
    "0.30000000000000004",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "01", "1.", ".5", "+1", "1e", "-",
    "100000000000000000000.5",
]

/// Pairs of names that are one, that look alike, or begin alike.
private let alike = [("a", "a"), ("\u{e9}", "e\u{301}"), ("a", "a\u{301}"), ("", " "), ("\u{1f6f6}", "\u{1f6f6}")]
