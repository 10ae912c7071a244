import CMnl
public import LinuxSystem

/// A network interface, `rtnetlink(7)`.
public struct Link: Hashable, Sendable {
    public var index: UInt32
    /// The name that the namespace's owner chose: up to 15 bytes, control characters included.
    public var name: InterfaceName
    public var isLoopback: Bool
    /// Whether its link layer is Ethernet, `ARPHRD_ETHER`. Most tunnels have no link layer.
    public var isEthernet = true
    /// Whether it is up and has a carrier (`IFF_UP` and `IFF_LOWER_UP`, netdevice(7)). A veth has one while its other end is up.
    public var isRunning = true
    /// `IFLA_GROUP`: the device group; 0 by default.
    public var group: UInt32 = 0
    /// `IFLA_INFO_KIND`: "veth", "bridge", "macvlan"; nil for hardware.
    public var kind: String?
    /// The index of the interface it is a port of, such as a bridge.
    public var master: UInt32?
    /// `IFLA_LINK`: the index of a veth's other end or a macvlan's parent, in the namespace `peerNamespaceID`.
    public var peerIndex: UInt32?
    /// `IFLA_LINK_NETNSID`: an id that is valid only in this link's own namespace; nil if both are in one.
    public var peerNamespaceID: Int32?
    /// The largest packet it takes, in bytes; nil if the kernel does not say.
    public var mtu: UInt32?
    /// `net.ipv4.conf.NAME.rp_filter`; nil if the interface has no IPv4.
    public var reversePathFilter: Int?
    /// `net.ipv6.conf.NAME.ra_defrtr_metric`; nil if the interface has no IPv6, or the kernel is older than 5.12.
    public var routerAdvertisementMetric: UInt32?

    public init(index: UInt32, name: InterfaceName) {
        self.index = index
        self.name = name
        isLoopback = false
    }
}

extension Link {
    /// `ARPHRD_ETHER` of linux/if_arp.h.
    private static let ethernet: UInt16 = 1
    private static let running = UInt32(IFF_UP.rawValue) | UInt32(IFF_LOWER_UP.rawValue)

    package init?(_ message: Message) {
        guard let header = message.familyHeader(ifinfomsg.self), let index = UInt32(exactly: header.ifi_index)
        else { return nil }
        self.init(index: index, name: .unnamed)
        isLoopback = header.ifi_flags & UInt32(IFF_LOOPBACK.rawValue) != 0
        isEthernet = header.ifi_type == Self.ethernet
        isRunning = header.ifi_flags & Self.running == Self.running
        for attribute in message.attributes(after: ifinfomsg.self) {
            switch attribute.type {
            case IFLA_IFNAME:
                name = attribute.interfaceName ?? .unnamed
            case IFLA_MTU: mtu = attribute.uint32
            case IFLA_GROUP: group = attribute.uint32 ?? 0
            case IFLA_MASTER: master = attribute.uint32
            case IFLA_LINK: peerIndex = attribute.uint32
            case IFLA_LINK_NETNSID: peerNamespaceID = attribute.int32
            case IFLA_LINKINFO:
                for detail in attribute.nested where detail.type == IFLA_INFO_KIND { kind = detail.string }
            case IFLA_AF_SPEC: readParameters(attribute.nested)
            default: break
            }
        }
        if name == .unnamed { return nil }
    }

    /// The per-interface sysctls that every link message carries. `IFLA_INET_CONF` counts from 1 (`linux/ip.h`),
    /// `IFLA_INET6_CONF` from 0 (`linux/ipv6.h`).
    private mutating func readParameters(_ families: Attributes) {
        for family in families {
            for attribute in family.nested {
                switch (Int32(family.type), attribute.type) {
                case (AF_INET, IFLA_INET_CONF):
                    reversePathFilter = attribute.parameter(at: Int(IPV4_DEVCONF_RP_FILTER) - 1).map(Int.init)
                case (AF_INET6, IFLA_INET6_CONF):
                    routerAdvertisementMetric = attribute.parameter(at: Int(DEVCONF_RA_DEFRTR_METRIC))
                        .map { UInt32(bitPattern: $0) }
                default: break
                }
            }
        }
    }
}

extension Attribute {
    /// An element of an array of 32-bit numbers; nil beyond its end.
    fileprivate func parameter(at index: Int) -> Int32? {
        let offset = 4 * index
        guard offset + 4 <= payload.count else { return nil }
        return payload.loadUnaligned(fromByteOffset: offset, as: Int32.self)
    }
}

extension Request {
    package static func listLinks() -> Request {
        var request = Request("list interfaces", type: RTM_GETLINK, flags: 0)
        request.append(ifinfomsg())
        request.put(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        return request
    }

    /// Lists the ports of one bridge: the kernel filters a dump by master.
    fileprivate static func listPorts(of bridge: UInt32) -> Request {
        var request = listLinks()
        request.put(IFLA_MASTER, bridge)
        return request
    }

    fileprivate static func link(index: UInt32) -> Request {
        var request = Request(Attempt("look up interface", .number(index)), type: RTM_GETLINK, flags: 0)
        var header = ifinfomsg()
        header.ifi_index = Int32(truncatingIfNeeded: index)
        request.append(header)
        request.put(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        return request
    }

    fileprivate static func link(name: InterfaceName) -> Request {
        var request = Request(Attempt("look up interface", .interface(name)), type: RTM_GETLINK, flags: 0)
        request.append(ifinfomsg())
        request.put(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        request.put(IFLA_IFNAME, name)
        return request
    }

    /// Puts an interface into a device group.
    package static func setGroup(_ group: UInt32, ofInterface index: UInt32) -> Request {
        var request = Request(Attempt("set the group of interface", .number(index)), type: RTM_SETLINK, flags: 0)
        var header = ifinfomsg()
        header.ifi_index = Int32(truncatingIfNeeded: index)
        request.append(header)
        request.put(IFLA_GROUP, group)
        return request
    }

    fileprivate static func namespace(id: Int32) -> Request {
        var request = Request("look up the network namespace of an id", type: RTM_GETNSID, flags: 0)
        request.append(rtgenmsg())
        request.put(NETNSA_NSID, UInt32(bitPattern: id))
        return request
    }

    /// An id that the kernel chooses, `NETNSA_NSID_NOT_ASSIGNED`.
    fileprivate static func assignID(descriptor: Int32) -> Request {
        var request = Request("give a network namespace an id", type: RTM_NEWNSID, flags: 0)
        request.append(rtgenmsg())
        request.put(NETNSA_FD, UInt32(bitPattern: descriptor))
        request.put(NETNSA_NSID, UInt32(bitPattern: -1))
        return request
    }

    fileprivate static func namespaceID(descriptor: Int32) -> Request {
        var request = Request("look up a network namespace's id", type: RTM_GETNSID, flags: 0)
        request.append(rtgenmsg())
        request.put(NETNSA_FD, UInt32(bitPattern: descriptor))
        return request
    }
}

extension Socket {
    /// Every interface of the socket's namespace, ordered by index.
    public mutating func links() throws(KernelError) -> [Link] {
        try dump(.listLinks()) { Link($0) }
    }

    /// The interface with that index, or nil.
    public mutating func link(index: UInt32) throws(KernelError) -> Link? {
        try find(.link(index: index))
    }

    /// The interfaces with those indexes, in their order. A missing one has index 0.
    public mutating func links(indexes: [UInt32]) throws(KernelError) -> [Link] {
        var links = [Link](repeating: Link(index: 0, name: .unnamed), count: indexes.count)
        try getAll(indexes.count, absences: [.noDevice, .invalid]) {
            .link(index: indexes[$0])
        } _: { place, message in
            if let link = Link(message) { links[place] = link }
        }
        return links
    }

    /// The same, with the id by which the socket's namespace knows another; nil if it has none.
    public mutating func links(
        indexes: [UInt32], andIDOf namespace: borrowing NetworkNamespace
    ) throws(KernelError) -> (links: [Link], id: Int32?) {
        var links = [Link](repeating: Link(index: 0, name: .unnamed), count: indexes.count)
        var id: Int32?
        let descriptor = namespace.descriptor
        try getAll(indexes.count + 1, absences: [.noDevice, .invalid]) {
            $0 < indexes.count ? .link(index: indexes[$0]) : .namespaceID(descriptor: descriptor)
        } _: { place, message in
            if place == indexes.count {
                id = Self.namespaceID(message)
            } else if let link = Link(message) {
                links[place] = link
            }
        }
        return (links, id)
    }

    /// The interface with that name, or nil.
    public mutating func link(name: InterfaceName) throws(KernelError) -> Link? {
        try find(.link(name: name))
    }

    /// The interfaces whose master has that index.
    public mutating func ports(of bridge: UInt32) throws(KernelError) -> [Link] {
        // An old kernel may ignore the filter.
        try dump(.listPorts(of: bridge)) { Link($0) }.filter { $0.master == bridge }
    }

    private mutating func find(_ request: consuming Request) throws(KernelError) -> Link? {
        do { return try get(request) { Link($0) } } catch {
            if error.errno == .noDevice { return nil }
            throw error
        }
    }

    /// Whether the namespace that a link names by this id is alive. After a namespace has ended the link keeps its id until the
    /// kernel dismantles it, and has -1 from then on.
    public mutating func isNamespaceAlive(_ id: Int32) throws(KernelError) -> Bool {
        guard id >= 0 else { return false }
        do { return try get(.namespace(id: id)) { _ in true } ?? true } catch {
            if error.errno == .noEntry { return false }
            throw error
        }
    }

    /// The id by which the socket's namespace knows another; nil if it has none.
    public mutating func namespaceID(of namespace: borrowing NetworkNamespace) throws(KernelError) -> Int32? {
        try get(.namespaceID(descriptor: namespace.descriptor)) { Self.namespaceID($0) }
    }

    /// Gives another namespace an id in the socket's, from when on its changes are told here.
    ///
    /// - Throws: `EEXIST` if it has one.
    public mutating func assignID(to namespace: borrowing NetworkNamespace) throws(KernelError) {
        try execute(.assignID(descriptor: namespace.descriptor))
    }

    private static func namespaceID(_ message: Message) -> Int32? {
        for attribute in message.attributes(after: rtgenmsg.self) where attribute.type == NETNSA_NSID {
            return attribute.int32.flatMap { $0 >= 0 ? $0 : nil }
        }
        return nil
    }
}
