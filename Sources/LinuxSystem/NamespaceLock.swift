/// Keeps other runs out of a network namespace as long as this value and the namespace's live.
///
/// Runs of root lock the namespace's inode number in a file that only root can open. Where that is not to be had, as in a user
/// namespace, a run can lock the namespace's own file alone. Root locks that as well, but anybody can hold it for ever, so root
/// waits for it only where such a run may be at work, and not for long.
public struct NamespaceLock: ~Copyable {
    private let lock: Lock?
    /// Whether no other run is at work there, as far as can be told.
    public let isTaken: Bool

    public enum Patience: Sendable {
        /// Waits longer than a run takes.
        case waiting
        /// Does not wait for another run.
        case notWaiting
        /// Read-only: neither waits nor creates the file.
        case onlyLooking
    }

    /// In milliseconds.
    private static let longest: UInt32 = 3000
    private static let longestForFile: UInt32 = 20

    public init(_ namespace: borrowing NetworkNamespace, _ patience: Patience) {
        let longest = patience == .waiting ? Self.longest : 0
        do {
            let lock = try Lock(.namespaces, onlyLooking: patience == .onlyLooking)
            isTaken = lock.take(namespace.identity.inode, milliseconds: longest)
            if !namespace.tryToLockFile(), patience == .waiting, namespace.mayBeLockedByOthersRuns {
                _ = keepTrying(milliseconds: Self.longestForFile) { namespace.tryToLockFile() }
            }
            self.lock = consume lock
        } catch {
            isTaken = keepTrying(milliseconds: longest) { namespace.tryToLockFile() }
            lock = nil
        }
    }
}
