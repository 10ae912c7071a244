import Netlink

/// An echo request of ICMP (RFC 792) or ICMPv6 (RFC 4443 section 4), and how its reply is told from other messages.
struct EchoMessage: Hashable, Sendable {
    let version: IPVersion
    let identifier: UInt16
    let sequence: UInt16
    /// Random, so that nobody can guess what to reply.
    let payload: [UInt8]

    private static let headerSize = 8

    private var requestType: UInt8 { version == .v4 ? 8 : 128 }
    private var replyType: UInt8 { version == .v4 ? 0 : 129 }

    /// The message as it is sent. The kernel fills in ICMPv6's checksum.
    var request: [UInt8] {
        var message = message(type: requestType)
        if version == .v4 {
            let sum = Self.checksum(message)
            (message[2], message[3]) = (UInt8(sum >> 8), UInt8(sum & 0xff))
        }
        return message
    }

    private func message(type: UInt8) -> [UInt8] {
        [type, 0, 0, 0] + Self.bytes(identifier) + Self.bytes(sequence) + payload
    }

    /// Whether what a raw socket received is the reply. In IPv4 it has the packet's header in front.
    func isReply(_ packet: ArraySlice<UInt8>) -> Bool {
        var packet = packet
        if version == .v4 {
            guard let first = packet.first, first >> 4 == 4 else { return false }
            packet = packet.dropFirst(Int(first & 0xf) * 4)
        }
        let expected = message(type: replyType)
        guard packet.count == expected.count else { return false }
        // All but the checksum, which covers the rest.
        return packet.prefix(2).elementsEqual(expected.prefix(2))
            && packet.dropFirst(4).elementsEqual(expected.dropFirst(4))
    }

    private static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }

    /// The Internet checksum, RFC 1071, of an even number of bytes.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum = UInt32(0)
        for place in stride(from: 0, to: bytes.count - 1, by: 2) {
            sum += UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1])
        }
        while sum >> 16 != 0 { sum = (sum & 0xffff) + (sum >> 16) }
        return ~UInt16(sum)
    }
}
