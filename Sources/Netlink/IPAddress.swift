import CMnl
import LinuxSystem

/// The two versions of the Internet Protocol.
public enum IPVersion: UInt8, Hashable, CaseIterable, Sendable, CustomStringConvertible {
    case v4
    case v6

    /// `AF_INET` or `AF_INET6`.
    package var addressFamily: UInt8 {
        switch self {
        case .v4: UInt8(AF_INET)
        case .v6: UInt8(AF_INET6)
        }
    }

    package init?(addressFamily: UInt8) {
        switch Int32(addressFamily) {
        case AF_INET: self = .v4
        case AF_INET6: self = .v6
        default: return nil
        }
    }

    /// Address length in bits.
    public var bits: UInt8 {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    public var description: String {
        switch self {
        case .v4: "IPv4"
        case .v6: "IPv6"
        }
    }
}

/// An IPv4 or IPv6 address. Ordered by version, then by its bytes as they go over the wire.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    public let version: IPVersion
    /// The address as a number: bits 127 to 64, 0 for IPv4.
    package let high: UInt64
    /// Bits 63 to 0; for IPv4 its 32 bits.
    package let low: UInt64

    private init(_ version: IPVersion, high: UInt64, low: UInt64) {
        self.version = version
        self.high = high
        self.low = low
    }

    /// Reads 4 or 16 bytes in network byte order; nil for any other count.
    package init?(bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 4: self.init(.v4, high: 0, low: UInt64(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
        case 16:
            self.init(
                .v6, high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        default: return nil
        }
    }

    /// Reads text, as `inet_pton(3)` does; nil for other text.
    public init?(_ text: String) {
        let version: IPVersion = text.utf8.contains(UInt8(ascii: ":")) ? .v6 : .v4
        var bytes: (UInt64, UInt64) = (0, 0)
        guard inet_pton(Int32(version.addressFamily), text, &bytes) == 1 else { return nil }
        switch version {
        case .v4: self.init(.v4, high: 0, low: UInt64(UInt32(bigEndian: UInt32(truncatingIfNeeded: bytes.0))))
        case .v6: self.init(.v6, high: UInt64(bigEndian: bytes.0), low: UInt64(bigEndian: bytes.1))
        }
    }

    /// The 4 or 16 bytes in network byte order.
    public var bytes: [UInt8] {
        let count = Int(version.bits / 8)
        return (0..<count).map { index in
            let shift = 8 * UInt64(count - 1 - index)
            return UInt8(truncatingIfNeeded: shift < 64 ? low >> shift : high >> (shift - 64))
        }
    }

    /// The address with every bit after the first `length` cleared.
    public func masked(to length: UInt8) -> IPAddress {
        // Bits count from the address's start: an IPv4 address is in the last 32.
        let cleared = UInt64(version.bits) - UInt64(min(length, version.bits))
        let lowMask = cleared >= 64 ? 0 : UInt64.max << cleared
        let highMask = cleared > 64 ? UInt64.max << (cleared - 64) : UInt64.max
        return IPAddress(version, high: high & highMask, low: low & lowMask)
    }

    /// In 127.0.0.0/8, RFC 1122 section 3.2.1.3, or ::1, RFC 4291 section 2.5.3.
    public var isLoopback: Bool {
        switch version {
        case .v4: low >> 24 == 127
        case .v6: high == 0 && low == 1
        }
    }

    /// Dotted decimal, or RFC 5952. `inet_ntop(3)` says the same, but takes ten times as long, and a start that changes something
    /// prints a dozen addresses.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(40)
        switch version {
        case .v4: Self.append(dotted: low, to: &text)
        case .v6: appendGroups(to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(dotted address: UInt64, to text: inout [UInt8]) {
        for shift in [UInt64(24), 16, 8, 0] {
            let number = UInt8(truncatingIfNeeded: address >> shift)
            if number >= 100 { text.append(UInt8(ascii: "0") + number / 100) }
            if number >= 10 { text.append(UInt8(ascii: "0") + number / 10 % 10) }
            text.append(UInt8(ascii: "0") + number % 10)
            if shift > 0 { text.append(UInt8(ascii: ".")) }
        }
    }

    private func appendGroups(to text: inout [UInt8]) {
        // RFC 5952 section 5: an IPv4-mapped address ends in dotted decimal.
        if high == 0, low >> 32 == 0xffff {
            text.append(contentsOf: "::ffff:".utf8)
            return Self.append(dotted: low & 0xffff_ffff, to: &text)
        }
        let zeros = longestRunOfZeros
        var place = 0
        while place < 8 {
            if place == zeros.lowerBound && !zeros.isEmpty {
                text.append(contentsOf: "::".utf8)
                place = zeros.upperBound
                continue
            }
            if place > 0 && place != zeros.upperBound { text.append(UInt8(ascii: ":")) }
            let group = group(place)
            for shift in [UInt16(12), 8, 4, 0] where group >> shift != 0 || shift == 0 {
                let digit = UInt8(truncatingIfNeeded: group >> shift & 0xf)
                text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
            place += 1
        }
    }

    /// The 16-bit group at a place from 0 to 7.
    private func group(_ place: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: place < 4 ? high >> (48 - 16 * UInt64(place)) : low >> (112 - 16 * UInt64(place)))
    }

    /// The first of the longest runs of at least two zero groups; empty if there is none.
    private var longestRunOfZeros: Range<Int> {
        var longest = 0..<0
        var start = 0
        for place in 0...8 where place == 8 || group(place) != 0 {
            if place - start > max(longest.count, 1) { longest = start..<place }
            start = place + 1
        }
        return longest
    }
}

extension IPAddress: Comparable {
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.version.rawValue, left.high, left.low) < (right.version.rawValue, right.high, right.low)
    }
}

/// A prefix: an address and how many of its leading bits name the network. The bits after them are zero.
public struct IPPrefix: Hashable, Sendable, CustomStringConvertible {
    public let address: IPAddress
    public let length: UInt8

    /// Clears the bits after `length`. Nil if the address has fewer bits than that.
    public init?(_ address: IPAddress, length: UInt8) {
        guard length <= address.version.bits else { return nil }
        self.address = address.masked(to: length)
        self.length = length
    }

    /// The prefix that holds only this address.
    public init(host address: IPAddress) {
        self.address = address
        length = address.version.bits
    }

    /// Reads `10.89.3.0/24`. Nil for other text, also if bits after the length are set.
    public init?(_ text: String) {
        let parts = text.parts(between: UInt8(ascii: "/"))
        guard parts.count == 2, let address = IPAddress(parts[0]), let length = UInt8(parts[1]),
            parts[1].utf8.first != UInt8(ascii: "+"),
            length <= address.version.bits, address.masked(to: length) == address
        else { return nil }
        self.address = address
        self.length = length
    }

    public var isHost: Bool { length == address.version.bits }

    public func contains(_ other: IPAddress) -> Bool {
        other.version == address.version && other.masked(to: length) == address
    }

    public var description: String { isHost ? "\(address)" : "\(address)/\(length)" }
}
