import LinuxSystem
import Testing

@Suite struct TextTests {
    @Test(arguments: ["in netns 40265", "in netns 4026532289, dropping", "table", "", "g packet"])
    func textHoldsWhatOccursInIt(words: String) {
        #expect("table full in netns 4026532289, dropping packet".holds(words))
    }

    @Test(arguments: ["in netns 40265322899", "Table", "packet ", "table full in netns 4026532289, dropping packets"])
    func textDoesNotHoldWhatOccursInPart(words: String) {
        #expect(!"table full in netns 4026532289, dropping packet".holds(words))
    }

    @Test func bytesAreCompared() {
        #expect("caf\u{e9}".holds("\u{e9}"))
        #expect(!"caf\u{e9}".holds("e\u{301}"))
        #expect(!"".holds("a"))
    }
}
