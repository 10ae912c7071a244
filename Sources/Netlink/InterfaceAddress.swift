import CMnl
public import LinuxSystem

/// An address of an interface, `rtnetlink(7)`.
public struct InterfaceAddress: Hashable, Sendable {
    public var interface: UInt32
    public var address: IPAddress
    /// The length of the on-link prefix, in bits.
    public var prefixLength: UInt8
    /// `RT_SCOPE_UNIVERSE`: valid beyond the link and the host.
    public var isGlobal: Bool
    /// Set by a person or an engine. Other addresses (SLAAC, DHCP) have a lifetime.
    public var isPermanent: Bool
    /// Whether the link's other side has an address of its own, `IFA_ADDRESS`. The prefix is then that address's.
    public var isPointToPoint = false
    /// `IFA_F_TENTATIVE`: the kernel does not send from it yet, RFC 4862 section 5.4.
    public var isTentative = false

    public init(interface: UInt32, address: IPAddress, prefixLength: UInt8, isGlobal: Bool, isPermanent: Bool) {
        self.interface = interface
        self.address = address
        self.prefixLength = prefixLength
        self.isGlobal = isGlobal
        self.isPermanent = isPermanent
    }

    /// The network that the address is on.
    public var onLinkPrefix: IPPrefix {
        IPPrefix(address, length: prefixLength) ?? IPPrefix(host: address)
    }
}

extension InterfaceAddress {
    package init?(_ message: Message) {
        guard let header = message.familyHeader(ifaddrmsg.self), IPVersion(addressFamily: header.ifa_family) != nil
        else { return nil }
        var local: IPAddress?
        var address: IPAddress?
        var flags = UInt32(header.ifa_flags)
        for attribute in message.attributes(after: ifaddrmsg.self) {
            switch attribute.type {
            case IFA_LOCAL: local = attribute.address
            case IFA_ADDRESS: address = attribute.address
            case IFA_FLAGS: flags = attribute.uint32 ?? flags
            default: break
            }
        }
        // On a point-to-point link IFA_ADDRESS is the other side's; IFA_LOCAL, where present, is always ours.
        guard let own = local ?? address else { return nil }
        self.init(
            interface: header.ifa_index, address: own, prefixLength: header.ifa_prefixlen,
            isGlobal: UInt32(header.ifa_scope) == RT_SCOPE_UNIVERSE.rawValue,
            isPermanent: flags & UInt32(IFA_F_PERMANENT) != 0)
        isPointToPoint = address != nil && address != own
        isTentative = flags & UInt32(IFA_F_TENTATIVE) != 0
    }
}

extension Request {
    package static func listAddresses() -> Request {
        var request = Request("list addresses", type: RTM_GETADDR, flags: 0)
        request.append(ifaddrmsg())
        return request
    }

    /// Lists the IPv6 addresses of one interface.
    fileprivate static func listIPv6Addresses(of interface: UInt32) -> Request {
        var request = Request(Attempt("list addresses of interface", .number(interface)), type: RTM_GETADDR, flags: 0)
        request.append(
            ifaddrmsg(ifa_family: UInt8(AF_INET6), ifa_prefixlen: 0, ifa_flags: 0, ifa_scope: 0, ifa_index: interface))
        return request
    }

    /// Lists the addresses of another namespace, by its id in the socket's own.
    fileprivate static func listAddresses(inNamespace id: Int32) -> Request {
        var request = Request("list addresses of another network namespace", type: RTM_GETADDR, flags: 0)
        request.append(ifaddrmsg())
        request.put(IFA_TARGET_NETNSID, UInt32(bitPattern: id))
        return request
    }
}

extension Socket {
    /// Every address of both families in the socket's namespace.
    public mutating func addresses() throws(KernelError) -> [InterfaceAddress] {
        try dump(.listAddresses()) { InterfaceAddress($0) }
    }

    /// Whether an interface has that IPv6 address, even while it is tentative and no route leads to it.
    package mutating func hasIPv6Address(_ address: IPAddress, _ interface: UInt32) throws(KernelError) -> Bool {
        // An old kernel lists the addresses of all interfaces.
        try dump(.listIPv6Addresses(of: interface)) { InterfaceAddress($0) }
            .contains { $0.interface == interface && $0.address == address }
    }

    /// Every address of both families in the namespace with that id, without entering it.
    public mutating func addresses(inNamespace id: Int32) throws(KernelError) -> [InterfaceAddress] {
        try dump(.listAddresses(inNamespace: id)) { message in
            // A kernel that does not know the request's attribute answers with the socket's own namespace.
            for attribute in message.attributes(after: ifaddrmsg.self) where attribute.type == IFA_TARGET_NETNSID {
                return attribute.int32 == id ? InterfaceAddress(message) : nil
            }
            return nil
        }
    }
}
