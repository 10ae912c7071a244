import Netlink
import Testing

@testable import Reachability

/// What counts as an echo reply, and what a person may name as a target.
@Suite struct AnswerTests {
    private static let echo4 = EchoMessage(version: .v4, identifier: 0x1234, sequence: 7, payload: [1, 2, 3, 4])
    private static let echo6 = EchoMessage(version: .v6, identifier: 0x1234, sequence: 7, payload: [1, 2, 3, 4])
    /// A header without options, as a raw socket has it in front.
    private static let header: [UInt8] = [0x45] + [UInt8](repeating: 0, count: 19)
    private static let reply4: [UInt8] = [0, 0, 0xff, 0xff, 0x12, 0x34, 0, 7, 1, 2, 3, 4]
    private static let reply6: [UInt8] = [129, 0, 0xff, 0xff, 0x12, 0x34, 0, 7, 1, 2, 3, 4]

    @Test func theRequestHasTheChecksumOfRFC1071() {
        // 0800 + 1234 + 0007 + 0102 + 0304 = 1e41
        #expect(Self.echo4.request == [8, 0, 0xe1, 0xbe, 0x12, 0x34, 0, 7, 1, 2, 3, 4])
        #expect(Self.echo6.request == [128, 0, 0, 0, 0x12, 0x34, 0, 7, 1, 2, 3, 4], "the kernel fills it in")
    }

    @Test func theReplyIsRecognized() {
        #expect(Self.echo4.isReply((Self.header + Self.reply4)[...]))
        #expect(
            Self.echo4.isReply(([0x46] + Self.header.dropFirst() + [0, 0, 0, 0] + Self.reply4)[...]), "with options")
        #expect(Self.echo6.isReply(Self.reply6[...]))
    }

    /// Each byte but the checksum's matters: type, code, identifier, sequence number, payload.
    @Test(arguments: 0..<12) func whateverDiffersIsNoReply(place: Int) {
        var (reply4, reply6) = (Self.reply4, Self.reply6)
        (reply4[place], reply6[place]) = (reply4[place] ^ 0x40, reply6[place] ^ 0x40)
        let isOfChecksum = place == 2 || place == 3
        #expect(Self.echo4.isReply((Self.header + reply4)[...]) == isOfChecksum)
        #expect(Self.echo6.isReply(reply6[...]) == isOfChecksum)
    }

    @Test func truncatedAndLongerPacketsAreNoReplies() {
        let whole = Self.header + Self.reply4
        for count in 0..<whole.count { #expect(!Self.echo4.isReply(whole[..<count])) }
        for count in 0..<Self.reply6.count { #expect(!Self.echo6.isReply(Self.reply6[..<count])) }
        #expect(!Self.echo4.isReply((whole + [0])[...]))
        #expect(!Self.echo4.isReply(Self.reply4[...]), "without a header")
        #expect(!Self.echo4.isReply(([0x4f] + whole.dropFirst())[...]), "a header longer than the packet")
    }

    @Test(arguments: [
        ("0.0.0.0", false), ("::", false), ("127.0.0.1", false), ("::1", false), ("224.0.0.1", false),
        ("ff02::1", false),
        ("255.255.255.255", false), ("240.0.0.1", false), ("0.1.2.3", false), ("fe80::1", false),
        ("::ffff:192.0.2.1", false), ("192.0.2.1", true), ("223.255.255.1", true), ("2001:db8::1", true),
        ("fd00::1", true),
    ]) func onlyOneHostsAddressIsATarget(text: String, isFit: Bool) throws {
        #expect((try #require(IPAddress(text)).unfitAsTarget == nil) == isFit)
    }

    @Test(arguments: [
        ("10.89.1.255", 24, true), ("10.89.1.0", 24, true), ("10.89.1.9", 24, false), ("10.89.2.255", 24, false),
        ("10.89.1.4", 31, false), ("10.89.1.5", 32, false), ("10.89.255.255", 16, true),
    ]) func aNetworksBroadcastAddressIsNone(text: String, length: UInt8, isBroadcast: Bool) throws {
        let own = InterfaceAddress(
            interface: 2, address: try #require(IPAddress("10.89.1.5")), prefixLength: length, isGlobal: true,
            isPermanent: true)
        #expect(try #require(IPAddress(text)).isBroadcast(of: own) == isBroadcast)
    }
}
