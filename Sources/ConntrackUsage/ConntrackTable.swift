public import LinuxSystem
import Netlink

/// The entries of the connection tracking table of the namespace in which this was opened, `nf_conntrack`.
///
/// Where there is no table, asking ctnetlink would load connection tracking: ask `ConntrackFill` first.
public struct ConntrackTable: ~Copyable {
    private var socket: Socket

    public init() throws(KernelError) { socket = try Socket(.netfilter) }

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
