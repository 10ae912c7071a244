import CMnl
import LinuxSystem

/// A change in a network namespace, as routing netlink says it: `rtnetlink(7)`.
public struct NamespaceEvent {
    public enum Subject {
        /// An interface changed. `isUp`: it is administratively up. `other`: the id of the namespace where its other end is.
        case link(UInt32, isUp: Bool, isGone: Bool, other: Int32?)
        case address(UInt32, isGone: Bool)
        /// In any table.
        case defaultRoute(Route, isGone: Bool)
        case rule
        /// A next-hop object.
        case nextHop
        /// An IPv4 setting. The filter is nil if it is about another.
        case reversePathFilter(Int32?)
        /// A neighbour on an interface did not answer.
        case silentNeighbour(IPAddress, UInt32)
        /// The socket's namespace has given another one an id, or the namespace with that id is gone.
        case namespaceID(Int32, isGone: Bool)
    }

    public let subject: Subject
    /// The id of the namespace; nil for the socket's own.
    public let namespace: Int32?
    /// The netlink address of who asked for the change: mostly the process's id. 0: the kernel itself, or an ioctl or a sysctl.
    public let port: UInt32
}

extension NamespaceEvent {
    /// Nil for what is no change that anybody here listens to.
    package init?(_ message: Message, in namespace: Int32?) {
        self.namespace = namespace
        port = message.header.pointee.nlmsg_pid
        let type = Int(message.type)
        switch type {
        case RTM_NEWLINK, RTM_DELLINK:
            guard let header = message.familyHeader(ifinfomsg.self), header.ifi_family != UInt8(PF_BRIDGE) else {
                return nil
            }
            var other: Int32?
            for attribute in message.attributes(after: ifinfomsg.self) where attribute.type == IFLA_LINK_NETNSID {
                other = attribute.int32
            }
            subject = .link(
                UInt32(bitPattern: header.ifi_index), isUp: header.ifi_flags & UInt32(IFF_UP.rawValue) != 0,
                isGone: type == RTM_DELLINK, other: other)
        case RTM_NEWADDR, RTM_DELADDR:
            guard let header = message.familyHeader(ifaddrmsg.self) else { return nil }
            subject = .address(header.ifa_index, isGone: type == RTM_DELADDR)
        case RTM_NEWROUTE, RTM_DELROUTE:
            guard let route = Route(default: message) else { return nil }
            subject = .defaultRoute(route, isGone: type == RTM_DELROUTE)
        case RTM_NEWRULE, RTM_DELRULE: subject = .rule
        case RTM_NEWNEXTHOP, RTM_DELNEXTHOP: subject = .nextHop
        case RTM_NEWNETCONF:
            var filter: Int32?
            for attribute in message.attributes(after: netconfmsg.self) where attribute.type == NETCONFA_RP_FILTER {
                filter = attribute.int32
            }
            subject = .reversePathFilter(filter)
        case RTM_NEWNEIGH:
            guard let header = message.familyHeader(ndmsg.self) else { return nil }
            var address: IPAddress?
            for attribute in message.attributes(after: ndmsg.self) where attribute.type == Int(NDA_DST) {
                address = attribute.address
            }
            guard let address else { return nil }
            subject = .silentNeighbour(address, UInt32(bitPattern: header.ndm_ifindex))
        case RTM_NEWNSID, RTM_DELNSID:
            var id: Int32?
            for attribute in message.attributes(after: rtgenmsg.self) where attribute.type == NETNSA_NSID {
                id = attribute.int32
            }
            guard let id, id >= 0 else { return nil }
            subject = .namespaceID(id, isGone: type == RTM_DELNSID)
        default: return nil
        }
    }
}
