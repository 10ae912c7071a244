public import LinuxSystem
package import Netlink

/// A container's network namespace, held open, with a socket inside.
public struct Container: ~Copyable {
    public let namespace: NetworkNamespace
    package var socket: Socket
    /// Why the thread could not return to the host: a user namespace refuses it. Sockets opened on the host before still work.
    /// Nothing more may be opened, since it would be the container's.
    let stranding: KernelError?
    let budget: Budget
    private let lock: NamespaceLock
    /// What a run over one container may cost. Most take a millisecond.
    package static let (milliseconds, mostListed) = (2000, 8192)

    /// Enters the namespace to open the socket, and returns to the host.
    ///
    /// `patience`: what to do while another run is at work there. Each of two at once would take the other's half-done work for
    /// somebody's intention.
    ///
    /// - Throws: `EBUSY` for a caller that does not wait.
    public init(
        _ namespace: consuming NetworkNamespace, of host: borrowing Host,
        _ patience: NamespaceLock.Patience = .waiting
    ) throws(KernelError) {
        try self.init(namespace, of: host, patience, milliseconds: Self.milliseconds)
    }

    /// `milliseconds`: how long looking may take.
    package init(
        _ namespace: consuming NetworkNamespace, of host: borrowing Host, _ patience: NamespaceLock.Patience,
        milliseconds: Int
    ) throws(KernelError) {
        let lock = NamespaceLock(namespace, patience)
        guard lock.isTaken || patience != .notWaiting else {
            throw KernelError("lock network namespace \(namespace.name)", .busy)
        }
        try namespace.enter()
        var socket: Socket
        do { socket = try Socket(.route) } catch {
            _ = host.returnHome()
            throw error
        }
        stranding = host.returnHome()
        budget = Budget(milliseconds: milliseconds, mostListed: Self.mostListed)
        socket.limit(to: budget)
        self.socket = socket
        self.namespace = namespace
        self.lock = lock
    }

    /// - Throws: `ETIMEDOUT` if the run has taken too long to begin changes.
    func expectTime() throws(KernelError) {
        guard budget.isSpent else { return }
        throw KernelError(
            "change network namespace \(namespace.name)", .timedOut,
            explanation: "looking at it took too long, so nothing was changed")
    }

    /// Replaces the socket.
    mutating func reopenSocket(from host: borrowing Host) throws(KernelError) {
        socket = try namespace.run(returningTo: host.home) { () throws(KernelError) in try Socket(.route) }
        socket.limit(to: budget)
    }
}
