import Testing

import Laboratory
@testable import Netlink

/// Bytes that no kernel sends. Memory behind them is forbidden, so reading on would end the test.
@Suite struct HostileMessageTests {
    @Test(arguments: Capture.all) func aMessageCutAnywhereIsNotReadBeyondItsEnd(hex: String) {
        let whole = [UInt8](hex: hex)
        for length in 0...whole.count {
            let cut = Array(whole.prefix(length))
            let datagram = Datagram(cut)
            #expect(datagram.messages.count == (length == whole.count ? 1 : 0))
            // The same with a header that says how much there is.
            if length >= 4 { Datagram(cut.with(UInt32(length), at: 0)).parseAsEverything() }
        }
    }

    @Test(arguments: Capture.all) func everyLengthMayBeWrong(hex: String) {
        let whole = [UInt8](hex: hex)
        for offset in stride(from: 0, to: whole.count - 1, by: 4) {
            for length in [
                0, 1, 3, 4, 5, 7, 8, UInt16(whole.count - offset), UInt16(whole.count - offset + 1), 0x7fff, 0xffff,
            ] {
                Datagram(whole.with(length, at: offset)).parseAsEverything()
            }
        }
    }

    @Test(arguments: [UInt32(0), 1, 15, 16, 17, 20, 0x7fff_ffff, 0x8000_0000, 0x8000_0010, 0xffff_fff0, 0xffff_ffff])
    func aMessageMayClaimAnyLength(length: UInt32) {
        for hex in Capture.all {
            let datagram = Datagram([UInt8](hex: hex).with(length, at: 0))
            let claimed = withExtendedLifetime(datagram) { datagram.messages.map { Int($0.header.pointee.nlmsg_len) } }
            let isWithin = claimed.reduce(0, +) <= datagram.bytes.count
            #expect(isWithin, "a message of \(claimed) bytes in a datagram of \(datagram.bytes.count)")
            guard isWithin else { return }
            datagram.parseAsEverything()
        }
    }

    @Test func randomBytesAreSurvived() {
        var random = SeededGenerator(seed: 69)
        for _ in 0..<4000 {
            var bytes = [UInt8](hex: Capture.all.randomElement(using: &random) ?? "")
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let place = Int.random(in: 4..<bytes.count, using: &random)
                bytes[place] =
                    Bool.random(using: &random)
                    ? [0, 1, 4, 8, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
                    : .random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                bytes = Array(bytes.prefix(Int.random(in: 16...bytes.count, using: &random)))
            }
            if bytes.count >= 16 { Datagram(bytes.with(UInt32(bytes.count), at: 0)).parseAsEverything() }
        }
    }

    @Test func anEmptyDatagramHoldsNothing() {
        #expect(Datagram([]).messages.isEmpty)
        #expect(Array(Messages(.empty)).isEmpty)
    }

    private func legs(_ bytes: [UInt8]) -> [NextHop] {
        let datagram = Datagram(bytes)
        return withExtendedLifetime(datagram) { NextHop.legs(datagram.bytes) }
    }

    @Test func legsOfNoLengthEnd() {
        for bytes in [[0, 0, 0, 0, 2, 0, 0, 0], [7, 0, 0, 0, 2, 0, 0, 0], [9, 0, 0, 0, 2, 0, 0, 0], [8, 0, 0]]
            as [[UInt8]]
        {
            #expect(legs(bytes).isEmpty)
        }
        let negative: [UInt8] = [8, 0, 0, 0, 255, 255, 255, 255]
        #expect(legs(negative) == [NextHop(interface: 0, gateway: nil)])
    }

    @Test func aNameIsBytesUpToNUL() throws {
        let name: [UInt8] = [9, 0, 3, 0, 0x1b, 0xff, 0x41, 0, 0, 0, 0, 0]
        let header = [UInt8](hex: "2c000000100002000100000001000000" + "00000100020000004310010000000000")
        let datagram = Datagram(header + name)
        #expect(try #require(try datagram.parse { Link($0) }).name == "\u{1b}\u{fffd}A")
        // An interface without a name is none.
        #expect(try Datagram(header.with(UInt32(32), at: 0)).parse { Link($0) } == nil)
    }
}
