import CMnl
public import LinuxSystem

/// A netlink socket that receives what the kernel says of changes, without having asked.
public struct EventSocket: ~Copyable {
    private let queue: EventQueue
    /// The bytes of the receive buffers. The event of a route takes 830.
    private static let (roomForRoutes, roomForRuleset): (Int32, Int32) = (4 << 20, 2 << 20)

    private init(_ queue: consuming EventQueue) { self.queue = queue }

    public var descriptor: Int32 { queue.descriptor }

    /// Changes of interfaces, addresses, default routes, rules, IPv4 settings and gateways that do not answer, in every namespace
    /// that has an id in the calling thread's, and of these ids (`NETLINK_LISTEN_ALL_NSID`).
    ///
    /// - Throws: `EPERM` without CAP_NET_BROADCAST.
    public static func routes() throws(KernelError) -> EventSocket {
        let groups = [
            RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_NEIGH, RTNLGRP_IPV4_ROUTE,
            RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_IPV4_NETCONF, RTNLGRP_NSID,
            RTNLGRP_NEXTHOP,
        ].map { $0.rawValue }
        let queue = try EventQueue(
            NETLINK_ROUTE, groups: groups, room: roomForRoutes, "changes of network namespaces")
        try queue.listenInAllNamespaces()
        return EventSocket(queue)
    }

    /// The same socket, which the service manager kept while the program was restarted. The descriptor is owned from now on.
    public static func kept(_ descriptor: Int32) -> EventSocket { EventSocket(EventQueue(owning: descriptor)) }

    /// Changes of nftables' ruleset in the calling thread's namespace.
    public static func ruleset() throws(KernelError) -> EventSocket {
        EventSocket(
            try EventQueue(
                NETLINK_NETFILTER, groups: [UInt32(NFNLGRP_NFTABLES.rawValue)], room: roomForRuleset,
                "changes of the ruleset"))
    }

    /// Enlarges the receive buffer of route events to four times its size.
    public func enlarge() { queue.enlarge(to: 4 * Self.roomForRoutes) }

    public enum Reading: Sendable {
        /// Nothing is left to read.
        case drained
        /// There may be more: the bound was met.
        case partial
        /// Events are lost.
        case lost
    }

    /// The most datagrams that one call reads: what others cause has no end.
    private static let most = 1024

    /// Reads what is there and passes each message to `body`, with the id of the namespace that it is about; nil for the socket's
    /// own.
    package func drain(_ body: (Message, Int32?) -> Void) throws(KernelError) -> Reading {
        for _ in 0..<Self.most {
            switch try queue.receive() {
            case .nothing: return .drained
            case .lost: return .lost
            case .datagram(let bytes, let namespace):
                for message in Messages(bytes) { body(message, namespace) }
            }
        }
        return .partial
    }

    /// The same, as events.
    public func drain(into events: inout [NamespaceEvent]) throws(KernelError) -> Reading {
        try drain { message, namespace in
            if let event = NamespaceEvent(message, in: namespace) { events.append(event) }
        }
    }
}
