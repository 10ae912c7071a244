public import LinuxSystem
import Netlink

/// A container's network namespace, held open, with a socket inside.
public struct Container: ~Copyable {
    public let namespace: NetworkNamespace
    var socket: Socket
    /// Why the thread could not return to the host: a user namespace refuses it. Sockets opened on the host before still work.
    /// Nothing more may be opened, since it would be the container's.
    let stranding: KernelError?

    /// Enters the namespace to open the socket, and returns to the host.
    ///
    /// - Throws: `EBUSY` if another run holds the lock and `waiting` is false.
    public init(
        _ namespace: consuming NetworkNamespace, of host: borrowing Host, waiting: Bool = true
    ) throws(KernelError) {
        // Each of two runs at once would take the other's half-done work for somebody's intention.
        if waiting {
            namespace.lock()
        } else if !namespace.tryToLock() {
            throw KernelError("lock network namespace \(namespace.name)", .busy)
        }
        try self.init(entering: namespace, of: host)
    }

    /// Read-only; does not wait for the lock, which a process inside may hold for ever. While another run is at work there, what
    /// is seen may be half done.
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
