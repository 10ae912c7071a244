import CMnl
public import LinuxSystem

/// The `net.ipv4.conf` settings of `all` or `default`, read by netlink and not through /proc: `linux/netconf.h`.
public struct Netconf: Hashable, Sendable {
    public enum Scope: Int32, Hashable, Sendable {
        /// Applies together with each interface's own: `NETCONFA_IFINDEX_ALL`.
        case all = -1
        /// A new interface starts with it: `NETCONFA_IFINDEX_DEFAULT`.
        case `default` = -2
    }

    public let scope: Scope
    /// `rp_filter`.
    public let reversePathFilter: Int

    public init(scope: Scope, reversePathFilter: Int) {
        self.scope = scope
        self.reversePathFilter = reversePathFilter
    }
}

extension Netconf {
    /// Reads the settings of `all` or `default`; nil for those of one interface.
    package init?(_ message: Message) {
        var scope: Scope?
        var filter: Int32?
        for attribute in message.attributes(after: netconfmsg.self) {
            switch attribute.type {
            case NETCONFA_IFINDEX: scope = attribute.int32.flatMap { Scope(rawValue: $0) }
            case NETCONFA_RP_FILTER: filter = attribute.int32
            default: break
            }
        }
        guard let scope, let filter else { return nil }
        self.init(scope: scope, reversePathFilter: Int(filter))
    }
}

extension Request {
    package static func listNetconf() -> Request {
        var request = Request("list IPv4 settings", type: RTM_GETNETCONF, flags: 0)
        request.append(netconfmsg(ncm_family: UInt8(AF_INET)))
        return request
    }
}

extension Socket {
    /// The IPv4 settings of `all` and `default`; empty if the kernel has no IPv4.
    public mutating func netconf() throws(KernelError) -> [Netconf] {
        do { return try dump(.listNetconf()) { Netconf($0) } } catch {
            if error.errno == .notSupported { return [] }
            throw error
        }
    }
}
