import CLinux

/// A network namespace, held open: `network_namespaces(7)`.
///
/// Each thread is in one of its own. Enter one only on a thread of your own, never on Swift's cooperative pool.
public struct NetworkNamespace: ~Copyable {
    /// The identity of a namespace: device and inode of its nsfs file, `namespaces(7)`.
    public struct Identity: Hashable, Sendable {
        public let device: UInt64
        public let inode: UInt64

        public init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }
    }

    public let identity: Identity
    /// The name it was opened by, for messages.
    public let name: String
    private let file: FileDescriptor

    /// Opens the namespace at `path`, then checks the opened file.
    ///
    /// - Throws: `EINVAL` for a file that is no network namespace, or the error of `open(2)`.
    public init(path: String) throws(KernelError) {
        let file: FileDescriptor
        do { file = try FileDescriptor(opening: path, .readWithoutWaiting) } catch {
            throw error.attempting("open network namespace \(path)")
        }
        try self.init(file, name: path)
    }

    /// Opens the namespace that a search found at a path. Nothing that is no namespace is opened.
    ///
    /// `user`: the ordinary user who may have put it there. Then no symbolic link is followed, and the namespace must be that
    /// user's.
    ///
    /// - Throws: `ELOOP` for a symbolic link, `EINVAL` for another file, `EPERM` for a namespace of somebody else.
    init(found path: String, of user: UInt32?) throws(KernelError) {
        let number = retryingOnInterrupt { linux_open_namespace_file(path, user == nil ? 1 : 0) }
        guard number >= 0 else { throw KernelError("open network namespace \(path)", .current) }
        let file = FileDescriptor(owning: number)
        if let user {
            let owner = try Self.owner(of: file, path)
            guard owner == user else {
                throw KernelError(
                    "open network namespace \(path)", .notPermitted,
                    explanation: "it belongs to user \(owner), and its path to user \(user)")
            }
        }
        try self.init(file, name: path)
    }

    /// The user who made the user namespace that this one belongs to: 0 for all that root made.
    public func owner() throws(KernelError) -> UInt32 { try Self.owner(of: file, name) }

    private static func owner(of file: borrowing FileDescriptor, _ name: String) throws(KernelError) -> UInt32 {
        var owner: UInt32 = 0
        guard linux_namespace_owner(file.number, &owner) == 0 else {
            throw KernelError("look up the owner of network namespace \(name)", .current)
        }
        return owner
    }

    /// Checks that an open file is a network namespace. `name` is for messages.
    init(_ file: consuming FileDescriptor, name: String) throws(KernelError) {
        let answer = linux_is_network_namespace(file.number)
        guard answer >= 0 else { throw KernelError("look at network namespace \(name)", .current) }
        guard answer == 1 else {
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

    /// The calling thread's namespace.
    public static func current() throws(KernelError) -> NetworkNamespace {
        do { return try NetworkNamespace(path: "/proc/thread-self/ns/net") } catch {
            if error.errno == .noEntry { try ProcFileSystem.requireMounted() }
            throw error
        }
    }

    /// Opens the namespace that a socket belongs to. The corresponding request is `SIOCGSKNS`, which does not need /proc.
    ///
    /// - Throws: `EPERM` if the caller may not administer the namespace.
    public init(ofSocket descriptor: Int32) throws(KernelError) {
        let number = linux_socket_namespace(descriptor)
        guard number >= 0 else { throw KernelError("open a socket's network namespace", .current) }
        try self.init(knownAs: FileDescriptor(owning: number), name: "of a socket")
    }

    /// The number of a socket's network namespace, which no later one gets until the next boot; nil before Linux 5.14.
    package static func cookie(ofSocket descriptor: Int32) -> UInt64? {
        var cookie: UInt64 = 0
        return linux_socket_namespace_cookie(descriptor, &cookie) == 0 ? cookie : nil
    }

    /// The identity of process 1's namespace; nil if it may not be read (in a user namespace) or does not exist.
    public static func identityOfInit() -> Identity? {
        do { return try knownIdentityOfInit() } catch { return nil }
    }

    /// The same, but throws if the kernel refuses for another reason: who takes process 1's namespace for another would act in it.
    public static func knownIdentityOfInit() throws(KernelError) -> Identity? {
        do { return try identity(ofFile: "/proc/1/ns/net") } catch {
            if [.notPermitted, .accessDenied, .noEntry].contains(error.errno) { return nil }
            throw error
        }
    }

    /// The identity of the namespace at `path`, without opening it. For another file, its device and inode. The corresponding C
    /// function is `stat(2)`.
    public static func identity(ofFile path: String) throws(KernelError) -> Identity {
        var status = stat()
        guard stat(path, &status) == 0 else { throw KernelError("look at \(path)", .current) }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// The descriptor's number, for requests that name a namespace by it (`NETNSA_FD`). This value still owns it.
    public var descriptor: Int32 { file.number }

    /// Locks the namespace's own file without waiting; false if somebody has it, who may be anybody that can open it. The
    /// corresponding C function is `flock(2)`.
    func tryToLockFile() -> Bool { linux_try_lock(file.number) == 0 || Errno.current != .again }

    /// Whether it belongs to a user namespace of somebody else than root, whose runs cannot take root's lock.
    var mayBeLockedByOthersRuns: Bool {
        do { return try owner() != 0 } catch { return false }
    }

    /// Moves the calling thread into the namespace. The corresponding C function is `setns(2)`.
    public func enter() throws(KernelError) {
        guard linux_setns_network(file.number) == 0 else {
            throw KernelError("enter network namespace \(name)", .current)
        }
    }

    /// Runs `body` in this namespace on the calling thread, and returns to `home`.
    ///
    /// In a user namespace the kernel refuses the return. Then the thread stays, and must open nothing more of `home`.
    public func run<Result: ~Copyable>(
        returningTo home: borrowing NetworkNamespace, _ body: () throws(KernelError) -> Result
    ) throws(KernelError) -> Result {
        try enter()
        defer { _ = linux_setns_network(home.descriptor) }
        return try body()
    }
}

#if !hasFeature(Embedded)
    extension NetworkNamespace {
        /// Runs `body` in a new, empty network namespace on the calling thread, and returns to this one, the thread's own. The new
        /// one goes with the last socket in it. The corresponding C function is `unshare(2)`.
        ///
        /// - Throws: `EPERM` before anything is done if the kernel would refuse the way back, as in a user namespace.
        package func leave<Result>(
            forNewOne body: () throws(KernelError) -> Result
        ) throws(KernelError) -> Result {
            try enter()
            guard linux_unshare_network() == 0 else { throw KernelError("make a network namespace", .current) }
            // It was entered a moment ago, so it can be entered again.
            defer { _ = linux_setns_network(file.number) }
            return try body()
        }
    }
#endif
