import Foundation
import Laboratory
import LinuxTools
import Testing

@Suite struct WrappingTests {
    @Test func longTextIsWrappedAtItsIndent() {
        let lines = wrapped(String(repeating: "word ", count: 40), after: "  so: ", columns: nil)
        #expect(lines.count == 3 && lines[0].hasPrefix("  so: word") && lines[1].hasPrefix("      word"))
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(wrapped("", after: "  so: ", columns: nil) == ["  so: "])
    }

    /// Off a terminal a path stays whole, however long.
    @Test func aLongWordIsBrokenOnATerminalAlone() {
        let word = String(repeating: "x", count: 120)
        #expect(wrapped("a \(word)", after: "  ", columns: nil) == ["  a", "  " + word])
        let lines = wrapped("a \(word)", after: "  ", columns: 50)
        #expect(lines.allSatisfy { $0.cells <= 50 } && lines.joined().filter { $0 == "x" } == word)
        #expect(
            wrapped("see https://example.org/a/long/page", after: "    ", columns: 33) == [
                "    see", "https://example.org/a/long/page".padding,
            ])
    }

    @Test(arguments: 20...60) func noLineIsWider(columns: Int) {
        let texts = [
            "removed default via 10.89.2.1 dev eth1 (kept: via 10.89.1.1 dev eth0, metric 100)",
            "  configuration   /etc/containerd/config.toml, /etc/containerd/conf.d/a-very-long-name.toml",
            "                          The container with this name, id or beginning of an id.",
            "\u{7f51}\u{7edc} \u{7f51}\u{7edc}\u{7f51}\u{7edc}\u{7f51}\u{7edc} dev \u{7f51}\u{7edc}\u{7f51}\u{7edc}",
        ]
        for text in texts {
            let lines = fitted(text, columns: columns).split(separator: "\n").map(String.init)
            #expect(lines.allSatisfy { $0.cells <= columns }, "\(lines)")
            let letters = { (text: String) in text.filter { $0 != " " && $0 != "\n" } }
            #expect(letters(lines.joined()) == letters(text))
        }
    }

    @Test func aSecondColumnStaysAColumn() {
        #expect(
            fitted("  restored after  nft 3, firewalld 12, ufw 1", columns: 36)
                == "  restored after  nft 3, firewalld\n                  12, ufw 1")
        #expect(fitted("short", columns: 36) == "short")
    }

    /// What the shell reads is what was meant.
    @Test(arguments: [
        #"printf '%s,' a "b c" --container 'it is' long-word-number-one long-word-number-two"#,
        #"printf '%s,' 'a  b' c\ d "e'f" 'g"h' another-quite-long-word yet-another-word"#,
    ])
    func aCommandCanBePasted(command: String) throws {
        let lines = wrappedCommand(command, after: "  fix:  ", then: "        ", columns: 50)
        #expect(lines.count > 1 && lines.allSatisfy { $0.cells <= 50 }, "\(lines)")
        let pasted = lines.joined(separator: "\n").dropFirst(8)
        let said = try Shell.runSuccessfully(["bash", "-c", String(pasted)]).out
        #expect(said == (try Shell.runSuccessfully(["bash", "-c", command]).out))
    }

    @Test func aCommentGoesBeforeItsCommand() {
        let line = "sysctl net.ipv4.conf.all.rp_filter        # the larger is in force"
        let wide = wrappedCommand(line, after: "    ", then: "        ", columns: 70)
        #expect(wide == ["    " + line])
        #expect(
            wrappedCommand(line, after: "    ", then: "        ", columns: 64)
                == ["    sysctl net.ipv4.conf.all.rp_filter  # the larger is in force"])
        #expect(
            wrappedCommand(line, after: "    ", then: "        ", columns: 44)
                == ["    # the larger is in force", "    sysctl net.ipv4.conf.all.rp_filter"])
    }
}

extension String {
    /// At the right end of 33 columns.
    fileprivate var padding: String { String(repeating: " ", count: 33 - count) + self }
}
