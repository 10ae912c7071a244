public import LinuxSystem
import Netlink

/// The connection tracking table of the namespace in which this was opened, `nf_conntrack`.
public struct ConntrackTable: ~Copyable {
    private var socket: Socket

    public init() throws(KernelError) { socket = try Socket(.netfilter) }

    /// Whether there is a table at all. Asking ctnetlink where there is none would load connection tracking.
    public static func isLoaded() throws(KernelError) -> Bool { try count() != nil }

    /// The entries it has, as the kernel compares them with the limit; nil where there is no table.
    public static func count() throws(KernelError) -> Int? {
        try Sysctl("net/netfilter/nf_conntrack_count").readIfPresent()
    }

    /// How many it may have; 0 for any number.
    public static func limit() throws(KernelError) -> Int? {
        try Sysctl("net/netfilter/nf_conntrack_max").readIfPresent()
    }

    /// Counts every entry. Those that come or go meanwhile may be missing or be counted twice.
    public mutating func read(into users: inout ConntrackUsers) throws(KernelError) {
        do throws(KernelError) { try socket.forEachConntrackEntry { users.count($0) } } catch {
            // nfnetlink's answer where it has no such subsystem and cannot load one.
            guard error.errno == .invalid || error.errno == .notSupported else { throw error }
            throw KernelError(
                error.attempt, .notSupported, explanation: "ctnetlink is missing (module nf_conntrack_netlink)")
        }
    }
}
