import CLinux

/// A network namespace, held open: `network_namespaces(7)`.
///
/// It is a property of a thread. Enter one only on a thread of your own, never on Swift's cooperative pool.
public struct NetworkNamespace: ~Copyable {
    /// What makes two open namespaces the same one: device and inode of the nsfs file, `namespaces(7)`.
    public struct Identity: Hashable, Sendable {
        public let device: UInt64
        public let inode: UInt64

        public init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }
    }

    public let identity: Identity
    /// How it was named when it was opened, for messages.
    public let name: String
    private let file: FileDescriptor

    /// Opens the namespace at `path` and checks, on what was opened, that it is one.
    ///
    /// - Throws: `EINVAL` for a file that is no network namespace, whatever `open(2)` says otherwise.
    public init(path: String) throws(KernelError) {
        let file: FileDescriptor
        do { file = try FileDescriptor(opening: path, .readWithoutWaiting) } catch {
            throw error.attempting("open network namespace \(path)")
        }
        try self.init(file, name: path)
    }

    /// Checks that an open file is one. `name` is for messages.
    init(_ file: consuming FileDescriptor, name: String) throws(KernelError) {
        guard linux_is_network_namespace(file.number) == 1 else {
            throw KernelError(
                "open network namespace \(name)", .invalid, explanation: "it is not a network namespace")
        }
        try self.init(knownAs: file, name: name)
    }

    private init(knownAs file: consuming FileDescriptor, name: String) throws(KernelError) {
        var status = stat()
        guard fstat(file.number, &status) == 0 else {
            throw KernelError("look at network namespace \(name)", .current)
        }
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        self.name = name
        self.file = file
    }

    /// The calling thread's own.
    public static func current() throws(KernelError) -> NetworkNamespace {
        try NetworkNamespace(path: "/proc/thread-self/ns/net")
    }

    /// The one that a socket was opened in. The corresponding request is `SIOCGSKNS`, which takes no way through /proc.
    ///
    /// - Throws: `EPERM` for who may not administer it.
    public init(ofSocket descriptor: Int32) throws(KernelError) {
        let number = linux_socket_namespace(descriptor)
        guard number >= 0 else { throw KernelError("open a socket's network namespace", .current) }
        try self.init(knownAs: FileDescriptor(owning: number), name: "of a socket")
    }

    /// The identity of process 1's namespace, or nil where it may not be looked at (in a user namespace) or where there is none.
    public static func identityOfInit() -> Identity? {
        do { return try identity(ofFile: "/proc/1/ns/net") } catch { return nil }
    }

    /// What a namespace opened at `path` would have, without opening it; of a file that is none, its device and inode. The
    /// corresponding C function is `stat(2)`.
    public static func identity(ofFile path: String) throws(KernelError) -> Identity {
        var status = stat()
        guard stat(path, &status) == 0 else { throw KernelError("look at \(path)", .current) }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// The descriptor's number, for requests that name a namespace by one (`NETNSA_FD`).
    public var descriptor: Int32 { file.number }

    /// Keeps other runs on the same namespace waiting until this value goes. The corresponding C function is `flock(2)`.
    ///
    /// A process inside may hold the lock for as long as it likes, so after ten seconds the work goes on without it.
    public func lock() {
        for _ in 0..<2000 {
            if tryToLock() { return }
            usleep(5000)
        }
    }

    /// The same without waiting: false if another has the lock.
    public func tryToLock() -> Bool { linux_try_lock(file.number) == 0 || Errno.current != .again }

    /// Moves the calling thread in. The corresponding C function is `setns(2)`.
    public func enter() throws(KernelError) {
        guard linux_setns_network(file.number) == 0 else {
            throw KernelError("enter network namespace \(name)", .current)
        }
    }

    /// Runs `body` in this namespace on the calling thread and comes back to `home`.
    ///
    /// In a user namespace the way back is refused; then the thread stays, and must open nothing more of `home`.
    public func run<Result: ~Copyable>(
        returningTo home: borrowing NetworkNamespace, _ body: () throws(KernelError) -> Result
    ) throws(KernelError) -> Result {
        try enter()
        defer { _ = linux_setns_network(home.descriptor) }
        return try body()
    }
}
