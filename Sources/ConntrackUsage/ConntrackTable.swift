public import LinuxSystem
import Netlink

/// The connection tracking table of the namespace in which this was opened, `nf_conntrack`.
///
/// Ask `ConntrackFill` first whether there is a table: if not, asking ctnetlink loads connection tracking.
public struct ConntrackTable: ~Copyable {
    private var socket: Socket

    public init() throws(KernelError) { socket = try Socket(.netfilter) }

    /// Counts every entry. Entries that come or go meanwhile may be missing or counted twice.
    public mutating func read(into users: inout ConntrackUsers) throws(KernelError) {
        do throws(KernelError) { try socket.forEachConntrackEntry { users.count($0) } } catch {
            // nfnetlink's answers if it has no such subsystem and cannot load it.
            guard error.errno == .invalid || error.errno == .notSupported else { throw error }
            throw KernelError(
                error.attempt, .notSupported, explanation: "ctnetlink is missing (module nf_conntrack_netlink)")
        }
    }
}
