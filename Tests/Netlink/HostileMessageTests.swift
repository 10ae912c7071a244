import Datagrams
import Testing

@testable import Netlink

/// Bytes that no kernel sends. Memory behind them is forbidden, so reading on would end the test.
@Suite struct HostileMessageTests {
    @Test(arguments: Capture.all) func aMessageCutAnywhereIsNotReadBeyondItsEnd(hex: String) {
        Hostility.cuts(of: hex) { $0.parseAsEverything() }
        let whole = [UInt8](hex: hex)
        for length in 0...whole.count {
            #expect(Datagram(Array(whole.prefix(length))).messages.count == (length == whole.count ? 1 : 0))
        }
    }

    @Test(arguments: Capture.all) func everyLengthMayBeWrong(hex: String) {
        Hostility.wrongLengths(of: hex) { $0.parseAsEverything() }
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

    @Test func randomBytesAreSurvived() { Hostility.noise(in: Capture.all) { $0.parseAsEverything() } }

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
        #expect(try #require(try datagram.parse { Link($0) }).name.bytes == [0x1b, 0xff, 0x41])
        // An interface without a name is none.
        #expect(try Datagram(header.with(UInt32(32), at: 0)).parse { Link($0) } == nil)
    }
}

extension Datagram {
    /// Makes of it whatever can be made.
    fileprivate func parseAsEverything() {
        defer { withExtendedLifetime(self) {} }
        for message in messages {
            _ = Link(message)
            _ = InterfaceAddress(message)
            _ = Route(default: message)
            _ = PolicyRule(message)
            _ = message.outcome("test")
            _ = message.acknowledgement("test")
        }
    }
}
