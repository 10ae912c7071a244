import LinuxSystem
import Testing

/// What somebody probably meant.
@Suite struct NearestTests {
    @Test(arguments: [
        ("bakc", "back"), ("bac", "back"), ("backs", "back"), ("fornt", "front"), ("Front", "front"), ("back", "back"),
    ]) func aSlipIsRecognized(word: String, meant: String) {
        #expect(nearest(to: word, among: ["front", "back"]) == meant)
    }

    @Test(arguments: ["", "internal", "frontier-of-it", String(repeating: "back", count: 20)])
    func anotherWordIsNot(word: String) { #expect(nearest(to: word, among: ["front", "back"]) == nil) }

    @Test func theNearestCounts() { #expect(nearest(to: "back1", among: ["back22", "back2", "back"]) == "back2") }
}
