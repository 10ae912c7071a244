import CMnl
public import LinuxSystem

/// An interface that a route in table main leads to, apart from default routes.
public struct OnLinkRoute: Hashable, Sendable {
    public let version: IPVersion
    public let interface: UInt32
}

extension OnLinkRoute {
    /// Nil for default routes, for routes of other tables, and for IPv6's link-local network, which every interface has.
    init?(_ message: Message) {
        guard let header = message.familyHeader(rtmsg.self), header.rtm_dst_len > 0,
            UInt32(header.rtm_table) == Route.mainTable, let version = IPVersion(addressFamily: header.rtm_family)
        else { return nil }
        var interface: UInt32?
        for attribute in message.attributes(after: rtmsg.self) {
            switch attribute.type {
            case Int(RTA_OIF.rawValue): interface = attribute.uint32
            case Int(RTA_DST.rawValue) where attribute.address?.isLinkLocal == true: return nil
            default: break
            }
        }
        guard let interface else { return nil }
        self.init(version: version, interface: interface)
    }
}

extension IPAddress {
    /// In fe80::/10, RFC 4291 section 2.5.6.
    public var isLinkLocal: Bool {
        version == .v6 && bytes.first == 0xfe && (bytes.dropFirst().first ?? 0) & 0xc0 == 0x80
    }
}

extension Socket {
    /// The interfaces that routes in main lead to, in both families, apart from default routes.
    public mutating func onLinkRoutes() throws(KernelError) -> [OnLinkRoute] {
        try dump(.listRoutes()) { OnLinkRoute($0) }
    }
}
