import Laboratory
import Testing

@testable import ContainerRuntimes

/// Engines' configuration files, which anybody may have pasted into.
@Suite struct TOMLTests {
    private func value(_ text: String, _ path: String...) -> TOMLDocument.Value? { TOMLDocument(text)?[path] }

    @Test func keysTablesAndValuesAreRead() {
        let text = """
            # a comment with é and \u{2028}
            [engine]
            hooks_dir = ["/usr/share", '/etc\\x'] # behind
            [[engine.runtimes]]
            runc = { path = "/usr/bin/runc", "a b" = 1 }\r
            [network]
            firewall_driver = "none"
            retries = 3.5
            """
        #expect(value(text, "engine", "hooks_dir") == .array([.string("/usr/share"), .string("/etc\\x")]))
        #expect(value(text, "engine", "runtimes", "runc", "path") == .string("/usr/bin/runc"))
        #expect(value(text, "network", "firewall_driver") == .string("none"))
        #expect(value(text, "network", "retries") == .other("3.5"))
    }

    @Test(arguments: [
        (#"a = "\u00e9\U0001F600\t\\""#, "\u{e9}\u{1F600}\t\\"), ("a = \"\"\"\nx\\\n   y\"\"\"\"", "xy\""),
        ("a = '''\r\nl1\r\nl2'''", "l1\nl2"), ("a = \"e\u{301}\"", "e\u{301}"),
    ])
    func stringsAreWhatTheSpecificationSays(text: String, string: String) {
        #expect(value(text, "a") == .string(string))
    }

    @Test(arguments: [
        "\u{c}\n[engine]\n", "a = 1\u{b}\n", "[engine]\revents_logger = \"file\"\n", "# a\u{0}\n", "a = \"\n\"",
        "a = \"\\q\"", "a = \"\\u12\"", "a = \"\\ud800\"", "a = \"", "a = '''", "a", "= 1", "[a", "a = [1", "é = 1",
        "a = \u{85}", "\u{2028}a = 1", "a = 1\u{2029}",
        "a = " + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000),
    ])
    func whatIsNoTOMLIsNone(text: String) {
        #expect(TOMLDocument(text) == nil)
    }

    @Test(arguments: ["# pasted\u{2028} line\n[engine]\na = 1\n", "# nel\u{85}x\n[engine]\na = 1\n"])
    func aCommentMayHoldWhatLooksLikeALinesEnd(text: String) {
        #expect(value(text, "engine", "a") == .other("1"))
    }

    @Test func everyTextComesToAnEnd() {
        var random = SeededGenerator(seed: 16)
        let alphabet: [Character] = [
            "a", "=", "[", "]", "{", "}", "\"", "'", "\\", "#", ".", ",", " ", "\t", "\n", "\r", "\r\n", "\u{b}",
            "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", "\u{0}", "u", "0", "\u{301}",
        ]
        for _ in 0..<20000 {
            let length = Int.random(in: 0...30, using: &random)
            _ = TOMLDocument(String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" }))
        }
    }
}
