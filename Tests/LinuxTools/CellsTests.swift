import Foundation
import LinuxTools
import Testing

@Suite struct CellsTests {
    @Test(arguments: [
        ("", 0), ("eth0", 4), ("h\u{f6}he", 4), ("ho\u{308}he", 4), ("\u{7f51}\u{7edc}", 4), ("\u{1f40b}", 2),
        ("\u{1b}[31;1m\u{2717} lost\u{1b}[0m", 6), ("a\u{200b}b", 2),
    ])
    func aTextTakesItsCells(text: String, cells: Int) { #expect(text.cells == cells) }

    /// No character takes more room than the C library says, or a line would be wider than the terminal.
    @Test func noCharacterIsWiderThanItCounts() throws {
        let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        let former = uselocale(locale)
        defer {
            uselocale(former)
            freelocale(locale)
        }
        // The header declares it only where more than Foundation's own is asked for.
        let symbol = try #require(dlsym(nil, "wcwidth"))
        let width = unsafeBitCast(symbol, to: (@convention(c) (wchar_t) -> Int32).self)
        let narrow = (0xa0..<0x3_0000 as Range<UInt32>).compactMap { Unicode.Scalar($0) }.filter { scalar in
            // What is not assigned yet has no width.
            scalar.properties.generalCategory != .unassigned && scalar.properties.generalCategory != .format
                && Int(width(wchar_t(scalar.value))) > String(scalar).cells
        }
        #expect(narrow.isEmpty, "\(narrow.map { String($0.value, radix: 16) })")
    }

    @Test(arguments: [("container", 20, "container"), ("container", 5, "co~er"), ("container", 1, "~"), ("", 3, "")])
    func aTextLosesItsMiddle(text: String, width: Int, shortened: String) {
        #expect(text.shortened(to: width) == shortened)
    }

    @Test(arguments: 1...12) func aWideTextFitsAsWell(width: Int) {
        #expect("\u{7f51}\u{7edc}-web-\u{7f51}\u{7edc}".shortened(to: width).cells <= width)
    }
}
