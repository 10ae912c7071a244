package import Netlink

/// Replaces addresses so that the same address always gives the same one, and addresses of one network stay in one network:
/// two that agree in their first bits are replaced by two that agree in as many.
///
/// What tells nothing stays: loopback, unspecified, multicast and broadcast addresses, the first bits of private and link-local
/// ranges, of others the first 8 bits (IPv4) or 16 (IPv6), an IPv4 address's last byte, and an IPv6 address's last two if all before
/// them are zero. The method is that of Xu, Fan, Ammar, Moon: "Prefix-preserving IP address anonymization", 2002.
package struct CoveredAddresses: Sendable {
    private let key: (UInt64, UInt64)

    /// With a secret that nobody keeps.
    package init() { key = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)) }

    package func cover(_ address: IPAddress) -> IPAddress {
        var bytes = address.bytes
        if Self.holdsIPv4(bytes) {
            // As it is covered by itself.
            guard let inner = bytes[12...].withUnsafeBytes({ IPAddress(bytes: $0) }) else { return address }
            bytes.replaceSubrange(12..., with: cover(inner).bytes)
            return bytes.withUnsafeBytes { IPAddress(bytes: $0) } ?? address
        }
        guard let bits = bytes.count == 4 ? Self.ofIPv4(bytes) : Self.ofIPv6(bytes) else { return address }
        for (place, bit) in bits.enumerated() {
            // The first always changes, so that no network keeps its number.
            let isFlipped = place == 0 || flips(bytes: address.bytes, before: bit)
            if isFlipped { bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8) }
        }
        return bytes.withUnsafeBytes { IPAddress(bytes: $0) } ?? address
    }

    /// A prefix: bits after its length stay zero.
    package func cover(_ address: IPAddress, length: UInt8) -> IPAddress {
        let covered = cover(address)
        return address.masked(to: length) == address ? covered.masked(to: length) : covered
    }

    /// One bit of a keyed hash over all bits before that one.
    private func flips(bytes: [UInt8], before bit: Int) -> Bool {
        var hasher = Hasher()
        hasher.combine(key.0)
        hasher.combine(key.1)
        hasher.combine(bytes.count)
        hasher.combine(bit)
        for byte in bytes.prefix(bit / 8) { hasher.combine(byte) }
        if bit % 8 > 0 { hasher.combine(bytes[bit / 8] >> UInt8(8 - bit % 8)) }
        return hasher.finalize() & 1 == 1
    }

    /// Whether it is an IPv6 address that stands for one of IPv4: RFC 4291 section 2.5.5.2, RFC 6052 section 2.1.
    private static func holdsIPv4(_ bytes: [UInt8]) -> Bool {
        let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as [UInt8]
        let translated = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0] as [UInt8]
        return bytes.count == 16 && (bytes.starts(with: mapped) || bytes.starts(with: translated))
    }

    /// The places of the bits that are replaced; nil for an address that stays.
    private static func ofIPv4(_ bytes: [UInt8]) -> [Int]? {
        let kept: Int
        switch (bytes[0], bytes[1]) {
        case (0, _), (127, _), (224..., _): return nil
        case (169, 254), (192, 168): kept = 16
        case (172, 16...31): kept = 12
        case (100, 64...127): kept = 10
        default: kept = 8
        }
        return Array(kept..<24)
    }

    private static func ofIPv6(_ bytes: [UInt8]) -> [Int]? {
        let solicited = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff] as [UInt8]
        if bytes.starts(with: solicited) { return Array(104..<128) }
        if bytes[0] == 0xff || bytes.prefix(15).allSatisfy({ $0 == 0 }) { return nil }
        // A number that a person chose tells nothing; one made of a hardware address does.
        let interface = bytes[8..<14].allSatisfy { $0 == 0 } ? [] : Array(64..<128)
        if bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 { return interface.isEmpty ? nil : interface }
        return Array((bytes[0] & 0xfe == 0xfc ? 8 : 16)..<64) + interface
    }
}
