public import Netlink

extension IPAddress {
    /// Why it cannot be a test's target; nil if it can.
    public var unfitAsTarget: String? {
        let first = bytes[0]
        if bytes.allSatisfy({ $0 == 0 }) { return "the unspecified address" }
        if isLoopback { return "a loopback address, which is the container's own" }
        if isLinkLocal { return "valid on one link only; the gateways are tested without being named" }
        switch version {
        case .v4:
            // RFC 1122 section 3.2.1.3 and RFC 1112 section 4.
            if first == 0 { return "an address of \"this network\"" }
            if first >= 240 { return bytes.allSatisfy { $0 == 255 } ? "a broadcast address" : "a reserved address" }
            return first >= 224 ? "a multicast address" : nil
        case .v6:
            if first == 0xff { return "a multicast address" }
            return bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
                ? "an IPv4 address in IPv6's form; name it as IPv4" : nil
        }
    }

    /// Whether it is the broadcast address, or the network's own, of a prefix that the container is on. RFC 3021: two addresses
    /// have neither.
    package func isBroadcast(of own: InterfaceAddress) -> Bool {
        guard version == .v4, own.address.version == .v4, own.prefixLength < 31, own.onLinkPrefix.contains(self)
        else { return false }
        let host = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & (UInt32.max >> UInt32(own.prefixLength))
        return host == 0 || host == UInt32.max >> UInt32(own.prefixLength)
    }
}
