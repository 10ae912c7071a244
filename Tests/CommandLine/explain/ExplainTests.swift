import Diagnosis
import Testing

@testable import evenkeel

@Suite struct ExplainTests {
    @Test(arguments: FindingID.allCases) func everyFindingHasItsPage(id: FindingID) throws {
        let page = try #require(Page.about(id))
        for head in ["SYMPTOM", "CAUSE", "PROVE IT BY HAND", "REMEDY", "WITHOUT EVENKEEL", "MORE"] {
            #expect(page.text.contains("\n\(head)\n  "), "\(head)")
        }
        #expect(page.text.hasPrefix("\(id.rawValue): \(page.title)\n"))
        #expect(page.text.split(separator: "\n").allSatisfy { $0.count <= 130 })
        #expect(!page.references.isEmpty)
    }

    @Test func noFindingHasTwo() { #expect(Page.all.count == FindingID.allCases.count) }

    @Test func aNameThatNoFindingHasIsRefused() {
        #expect(throws: (any Error).self) { try Explain.parse(["nonsense"]) }
        #expect(throws: Never.self) { try Explain.parse(["mtu-mismatch"]) }
    }

    @Test func longTextIsWrappedAtItsIndent() {
        let lines = wrapped(String(repeating: "word ", count: 40), after: "  so: ")
        #expect(lines.count == 3 && lines[0].hasPrefix("  so: word") && lines[1].hasPrefix("      word"))
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(wrapped("", after: "  so: ") == ["  so: "])
    }
}
