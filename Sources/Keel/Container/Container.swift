public import LinuxSystem
import Netlink

/// A container's network namespace, held open, with a socket inside.
public struct Container: ~Copyable {
    public let namespace: NetworkNamespace
    var socket: Socket
    /// Why the thread could not go back to the host: in a user namespace that is refused. What was opened there before
    /// still works; nothing more may be, since it would be the container's.
    let stranding: KernelError?

    /// Goes in to open the socket, and comes back to the host.
    ///
    /// - Throws: `EBUSY` if another run is at work there, unless that is to be waited for.
    public init(
        _ namespace: consuming NetworkNamespace, of host: borrowing Host, waiting: Bool = true
    ) throws(KernelError) {
        // Of two runs at once each would take the other's half-done work for somebody's purpose.
        if waiting {
            namespace.lock()
        } else if !namespace.tryToLock() {
            throw KernelError("lock network namespace \(namespace.name)", .busy)
        }
        try self.init(entering: namespace, of: host)
    }

    /// Read-only; does not wait for the lock, which a process inside may hold for ever. What is seen may be half done while another
    /// run is at work there.
    package init(
        onlyLookingAt namespace: consuming NetworkNamespace, of host: borrowing Host
    ) throws(KernelError) {
        _ = namespace.tryToLock()
        try self.init(entering: namespace, of: host)
    }

    private init(
        entering namespace: consuming NetworkNamespace, of host: borrowing Host
    ) throws(KernelError) {
        try namespace.enter()
        let socket: Socket
        do { socket = try Socket(.route) } catch {
            _ = host.returnHome()
            throw error
        }
        stranding = host.returnHome()
        self.socket = socket
        self.namespace = namespace
    }
}
