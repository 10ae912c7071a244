import Diagnosis
import Testing

@testable import evenkeel

@Suite struct ExplainTests {
    @Test(arguments: FindingID.allCases) func everyFindingHasItsPage(id: FindingID) throws {
        let page = try #require(Page.about(id))
        for head in ["SYMPTOM", "CAUSE", "PROVE IT BY HAND", "REMEDY", "WITHOUT EVENKEEL", "MORE"] {
            #expect(page.text(columns: nil).contains("\n\(head)\n  "), "\(head)")
        }
        #expect(page.text(columns: nil).hasPrefix("\(id.rawValue): \(page.title)\n"))
        #expect(page.text(columns: nil).split(separator: "\n").allSatisfy { $0.count <= 130 })
        #expect(!page.references.isEmpty)
    }

    @Test func noFindingHasTwo() { #expect(Page.all.count == FindingID.allCases.count) }

    @Test func aNameThatNoFindingHasIsRefused() {
        #expect(throws: (any Error).self) { try Explain.parse(["nonsense"]) }
        #expect(throws: Never.self) { try Explain.parse(["mtu-mismatch"]) }
    }

    /// A terminal of any width gets all words, and commands that can be pasted.
    @Test(arguments: [40, 50, 80, 120]) func aPageFitsAndHasAllItsWords(columns: Int) {
        for page in Page.all {
            let text = page.text(columns: columns)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= columns }, "\(page.id)")
            let letters = { (text: String) in text.filter { !" \n\\".contains($0) }.sorted() }
            let (all, shown) = (letters(page.text(columns: nil)), letters(text))
            // A comment before its command has a sign more on each further line.
            #expect(shown.filter { $0 != "#" } == all.filter { $0 != "#" }, "\(page.id)")
        }
    }
}
