import JSON
import Laboratory
import Testing

@testable import ConfigurationLists
@testable import evenkeel

/// What holds for every list, however it is laid out and whatever else is in it.
@Suite struct ChainPropertyTests {
    /// Lists in every hand, with one plugin and several.
    private func lists(seed: UInt64) -> [(text: [UInt8], hand: GeneratedList.Hand)] {
        var generator = SeededGenerator(seed: seed)
        return GeneratedList.Hand.all.enumerated().map { index, hand in
            var hand = hand
            hand.start = ["", "", "\n", " \t\r\n"][index % 4]
            hand.end = ["", "\n", "\r\n", "\n\n \n"].randomElement(using: &generator) ?? ""
            let plugins = Int.random(in: 1...4, using: &generator)
            return (Array(GeneratedList(hand, plugins: plugins, using: &generator).text.utf8), hand)
        }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func removingWhatWasAddedGivesBackEveryByte(seed: UInt64) throws {
        for (text, hand) in lists(seed: seed) {
            for prefer in [false, true] {
                let added = try #require(try ConfigurationList(text).adding(prefer: prefer).text)
                let removed = try ConfigurationList(added).removing().text
                #expect(removed == text, "\(hand): \(String(decoding: text, as: UTF8.self))")
            }
        }
    }

    @Test(arguments: [7] as [UInt64])
    func addingMeansOneMorePluginAndNothingElse(seed: UInt64) throws {
        for (text, _) in lists(seed: seed) {
            let added = try #require(try ConfigurationList(text).adding(prefer: true).text)
            let before = try JSON(parsing: text)
            let after = try JSON(parsing: added)
            let plugins = try #require(after["plugins"]?.elements)
            #expect(plugins.dropLast() == before["plugins"]?.elements?[...])
            #expect(plugins.last == .object([.init("type", .string("evenkeel")), .init("prefer", .boolean(true))]))
            let others = { (value: JSON) in value.members?.filter { $0.name != "plugins" } }
            #expect(others(after) == others(before))
        }
    }

    /// What was there is still there, in front of what was put in and behind it.
    @Test(arguments: [9] as [UInt64])
    func addingPutsBytesInAndTakesNoneAway(seed: UInt64) throws {
        for (text, hand) in lists(seed: seed) {
            let added = try #require(try ConfigurationList(text).adding(prefer: false).text)
            let front = zip(text, added).prefix { $0 == $1 }.count
            let back = zip(text.reversed(), added.reversed()).prefix { $0 == $1 }.count
            #expect(front + back >= text.count && added.count > text.count, "\(hand)")
        }
    }

    @Test(arguments: [11] as [UInt64])
    func aSecondTimeChangesNothing(seed: UInt64) throws {
        for (text, _) in lists(seed: seed) {
            for prefer in [false, true] {
                let added = try #require(try ConfigurationList(text).adding(prefer: prefer).text)
                #expect(try ConfigurationList(added).adding(prefer: false).text == nil)
                #expect(try ConfigurationList(added).adding(prefer: true).text == nil || !prefer)
            }
            #expect(try ConfigurationList(text).removing().text == nil)
        }
    }

    /// The preference that is added later looks as if it had been written at once.
    @Test(arguments: [13] as [UInt64])
    func preferringLaterIsPreferringAtOnce(seed: UInt64) throws {
        for (text, hand) in lists(seed: seed) {
            let once = try #require(try ConfigurationList(text).adding(prefer: true).text)
            let first = try #require(try ConfigurationList(text).adding(prefer: false).text)
            let later = try #require(try ConfigurationList(first).adding(prefer: true).text)
            #expect(try JSON(parsing: later) == JSON(parsing: once))
            #expect(try ConfigurationList(later).removing().text == text, "\(hand)")
        }
    }

    /// A line that is put in ends as the others do, and no line ends in white space because of it.
    @Test(arguments: [15] as [UInt64])
    func theNewLinesAreLikeTheOthers(seed: UInt64) throws {
        for (text, hand) in lists(seed: seed) where ["\n", "\r\n"].contains(hand.lineBreak) {
            let added = try #require(try ConfigurationList(text).adding(prefer: true).text)
            let feeds = { (bytes: [UInt8]) in bytes.filter { $0 == 0x0a }.count }
            let returns = { (bytes: [UInt8]) in bytes.filter { $0 == 0x0d }.count }
            let lines = feeds(added) - feeds(text)
            #expect(returns(added) - returns(text) == (hand.lineBreak == "\r\n" ? lines : 0), "\(hand)")
            let isInline = hand.isInline(1) || hand.isInline(2) && hand.hugsBracket
            #expect((lines == 0) == isInline, "\(hand): \(String(decoding: added, as: UTF8.self))")
        }
    }

    /// Cut off anywhere, or with any byte changed, a list is refused or changed in a way that can be undone.
    @Test(arguments: [16, 17] as [UInt64])
    func whatIsBrokenIsRefusedOrLeavesAWayBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for (text, _) in lists(seed: seed).shuffled(using: &generator).prefix(40) {
            for _ in 0..<60 {
                var broken = text
                if Bool.random(using: &generator) {
                    broken = Array(text.prefix(Int.random(in: 0..<text.count, using: &generator)))
                } else {
                    let bytes = Array("{}[],:\"\\ \n\r\t0e-x\u{0}é".utf8)
                    broken[Int.random(in: 0..<text.count, using: &generator)] =
                        bytes.randomElement(using: &generator) ?? 0
                }
                do throws(Refusal) {
                    guard let added = try ConfigurationList(broken).adding(prefer: false).text else { continue }
                    #expect(try ConfigurationList(added).removing().text == broken)
                } catch {
                    // The parser passes over a NUL behind a number; the scanner does not.
                    #expect(!error.reason.contains("not understood"), "\(String(decoding: broken, as: UTF8.self))")
                    #expect(!error.reason.contains("cannot be found") || broken.contains(0))
                }
            }
        }
    }

    /// Several of ours, wherever they are, all go.
    @Test(arguments: [19] as [UInt64])
    func whereverOursAreTheyAllGo(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for (text, _) in lists(seed: seed) {
            let list = try ConfigurationList(text)
            var changed = Array(text)
            // From the back, so that the places of the others stay true.
            for plugin in list.plugins.reversed() {
                let ours = "{\"type\" : \"ev\\u0065nkeel\"\n}"
                let (before, behind) = (
                    Int.random(in: 0...2, using: &generator), Int.random(in: 0...2, using: &generator)
                )
                let range = plugin.span.range
                changed.insert(contentsOf: String(repeating: " , \(ours)", count: behind).utf8, at: range.upperBound)
                changed.insert(contentsOf: String(repeating: "\(ours) ,\n", count: before).utf8, at: range.lowerBound)
            }
            let change = try ConfigurationList(changed).removing()
            #expect(try JSON(parsing: change.text ?? changed) == list.value)
        }
    }
}
