import CJansson
import Foundation
import JSON
import Laboratory
import Testing

/// That jansson takes and refuses the same texts, and understands the same by them.
///
/// A few seconds' share runs every time. `EVENKEEL_JSON_DOCUMENTS=1000000 swift test --filter OracleTests` goes on to a
/// million; the figures are printed.
@Suite struct OracleTests {
    private static let count =
        ProcessInfo.processInfo.environment["EVENKEEL_JSON_DOCUMENTS"].flatMap { Int($0) } ?? 12_000

    @Test func mutatedDocumentsAreReadAsJanssonReadsThem() {
        var figures = Figures()
        var documents = MutatedDocument(seed: 8259)
        for _ in 0..<Self.count { compare(documents.next(), &figures) }
        print("\(Self.count) mutated documents: \(figures)")
        // As many of each that the comparison is worth something.
        #expect(figures.taken > Self.count / 10 && figures.refused > Self.count / 10)
    }

    private func compare(_ text: [UInt8], _ figures: inout Figures) {
        let ours: JSON?
        do { ours = try JSON(parsing: text) } catch {
            ours = nil
            // DesignedDifferenceTests.
            if error.message.contains("levels") || text.contains(0) {
                figures.left += 1
                return
            }
            #expect(error.offset <= text.count && error.line >= 1 && error.column >= 1)
        }
        switch Oracle.read(text) {
        case .taken(let theirs):
            defer { json_decref(theirs) }
            figures.taken += 1
            guard let ours, Oracle.agrees(ours, theirs) else {
                Issue.record("jansson reads otherwise: \(String(decoding: text, as: UTF8.self)) \(text)")
                return
            }
        case .refused(.tooLargeNumber): figures.left += 1
        case .refused(.other):
            figures.refused += 1
            if ours != nil { Issue.record("jansson refuses: \(String(decoding: text, as: UTF8.self)) \(text)") }
        }
        compareOtherReadings(of: text, ours)
    }

    /// Whatever is made of a text, the same is JSON; only names that are there twice are passed over unseen.
    private func compareOtherReadings(of text: [UInt8], _ value: JSON?) {
        let span = try? JSONSpan(of: text)
        #expect((span != nil) == (value != nil))
        let isSkipped = (try? JSON(parsing: text, only: [])) != nil
        #expect(isSkipped || value == nil)
        if isSkipped && value == nil {
            #expect { try JSON(parsing: text) } throws: { ($0 as? JSONError)?.message.contains("twice") == true }
        }
        if let value { #expect((try? JSON(parsing: Array(value.text().utf8))) == value) }
    }
}

private struct Figures: CustomStringConvertible {
    /// By both.
    var taken = 0
    var refused = 0
    /// Out, as a difference that is meant.
    var left = 0

    var description: String { "\(taken) taken, \(refused) refused, \(left) left out" }
}
