import Foundation
import JSON
import Laboratory
import Testing

@testable import NetworkMap

/// What is foreign stays text, in every format.
@Suite struct RenderingTests {
    static let wild: [String] = [
        "<script>alert(1)</script>", "a\"b'c&amp;d", "\u{0}\u{1b}[31m\u{7f}\u{9b}", "]]>--><!--",
        "\u{202e}abc\u{2066}\u{200f}",
        "\u{fffe}\u{ffff}\u{1fffe}", "\\\"];evil--node[label=\"", String(repeating: "長い名前", count: 100), "{a|b}<c>",
        String(decoding: [0x65, 0xff, 0xfe, 0x30], as: UTF8.self),
    ]

    private func map(named name: String) -> NetworkMap {
        var map = NetworkMap.demo(isSafe: false)
        map.containers[0].title = name
        map.containers[0].interfaces[0].name = name
        map.containers[0].interfaces[1].kind = name
        map.containers[0].troubles = [name]
        map.networks[0].name = name
        map.networks[1].bridge?.name = name
        map.host.uplinks[0].interface = name
        map.problems = [name]
        return map
    }

    /// A strict parser reads it, and finds no element but ours.
    @Test(arguments: wild) func svgIsWellFormedWhateverTheNames(name: String) throws {
        let svg = map(named: name).svg
        let output = try Shell.run(["python3", "-c", Self.parse], input: Data(svg.utf8))
        #expect(output.status == 0, "\(output.err)")
        let texts = Set(output.out.split(separator: "\n").map(String.init))
        #expect(texts.isSubset(of: ["svg", "title", "style", "rect", "path", "circle", "text"]), "\(texts)")
        #expect(!svg.contains("<script"))
    }

    /// The names of all elements.
    private static let parse = """
        import sys, xml.etree.ElementTree as tree
        for element in tree.parse(sys.stdin.buffer).iter(): print(element.tag.split("}")[1])
        """

    /// As a report hides them: nothing of a name is left, shortened or escaped, and the picture stays one.
    @Test(arguments: wild + ["svg", "text", "24", "www"]) func namesAreReplacedBeforeTheyAreDrawn(name: String) throws {
        let shown = map(named: name).shown { $0 == name ? "hidden1" : $0 }
        var expected = map(named: "hidden1")
        expected.containers[0].interfaces[1].kind = name
        #expect(shown == expected)
        #expect(try Shell.run(["python3", "-c", Self.parse], input: Data(shown.svg.utf8)).status == 0)
    }

    @Test(arguments: wild) func noQuoteEndsALabelOfGraphviz(name: String) {
        for line in map(named: name).graphviz.split(separator: "\n") {
            let quotes = line.replacingOccurrences(of: "\\\\", with: "").replacingOccurrences(of: "\\\"", with: "")
                .count { $0 == "\"" }
            #expect(quotes % 2 == 0, "\(line)")
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202e }, "\(line)")
        }
        #expect(!map(named: name).graphviz.contains("evil--node[label=\"\""))
    }

    @Test(arguments: wild) func jsonKeepsTheNames(name: String) throws {
        let json = try JSON(parsing: Array(JSON.object(map(named: name).members).text(pretty: true).utf8))
        #expect(json["containers"]?.elements?[0]["title"]?.string == name)
    }

    /// Nothing is loaded from elsewhere: the one address is the name of SVG's vocabulary.
    @Test func pagesStandAlone() {
        let html = NetworkMap.demo(isSafe: true).html
        #expect(html.components(separatedBy: "http").count == 3)  // with http-equiv
        #expect(!html.contains("<script") && !html.contains("url(") && !html.contains("@import"))
        #expect(html.contains("prefers-color-scheme: dark"))
    }

    /// Searched as a reader would.
    @Test func textIsText() {
        let svg = NetworkMap.demo(isSafe: true).svg
        for text in ["web", "front", "back", "10.89.2.5/24", "from 10.89.2.0/24", "br1", "198.51.100.1/24", "kept"] {
            #expect(svg.contains(">\(text)</text>"), "\(text)")
        }
        #expect(svg.contains(">reverse path filter: 37 dropped earlier</text>"))
    }

    @Test func theStateOfALineIsItsLook() {
        let (before, after) = (NetworkMap.demo(isSafe: false), NetworkMap.demo(isSafe: true))
        #expect(before.svg.contains("class=\"wire unsafe h0\"") && before.svg.contains(">alternates IPv4</text>"))
        #expect(
            before.svg.contains("class=\"alarm\" x=\"")
                && before.svg.contains(">✕ reverse path filter: 37 dropped</text>"))
        #expect(after.svg.contains("class=\"wire taken h0\"") && after.svg.contains("class=\"wire standby h1\""))
        #expect(!after.svg.contains("class=\"wire unsafe h"))
        #expect(before.graphviz.contains("color=red") && !after.graphviz.contains("color=red"))
        #expect(after.graphviz.contains("style=dashed"))
        #expect(before.verdict == .troubled && after.verdict == .clear)
    }

    /// Of both families the worse one is drawn, and both are told.
    @Test func theWorseFamilyIsDrawn() {
        var map = NetworkMap.demo(isSafe: true)
        map.containers[0].interfaces[1].ways.append(.init(family: "IPv6", role: .byFlow))
        #expect(map.isTroubled && map.containers[0].interfaces[1].line == .unsafe)
        #expect(map.svg.contains(">by flow IPv6</text>") && map.svg.contains(">stands by IPv4</text>"))
    }

    /// Of very many containers, in little time; the bound only ends a test that would never end.
    @Test(.timeLimit(.minutes(1))) func aThousandContainers() {
        let map = NetworkMap(containers: 1000, networks: 300, seed: 1)
        #expect(map.svg.hasSuffix("</svg>\n"))
    }
}
