/// A network namespace that was found at a path. By the time it is opened the path may lead to another one.
public struct FoundNamespace: Hashable, Sendable {
    public let path: String
    /// Nil if a person named the path.
    public let identity: NetworkNamespace.Identity?
    /// The ordinary user who may put anything at the path; nil where only root or the kernel does.
    private let user: UInt32?

    /// What a person named is taken as it is.
    public init(named path: String) { (self.path, identity, user) = (path, nil, nil) }

    /// What the kernel showed at a path of its own, below `/proc`.
    public init(_ path: String, as identity: NetworkNamespace.Identity) {
        (self.path, self.identity, user) = (path, identity, nil)
    }

    /// Looks at what is at a path. `user` is the ordinary user in whose folder it is: then it must be a namespace of that user.
    ///
    /// - Throws: `ELOOP` for a user's symbolic link, `EINVAL` for another file, `EPERM` for a namespace of somebody else.
    public init(at path: String, of user: UInt32?) throws(KernelError) {
        identity = try NetworkNamespace(found: path, of: user).identity
        (self.path, self.user) = (path, user)
    }

    /// Opens it, if the path still leads to the namespace that was found.
    ///
    /// - Throws: `ENOENT` if the path leads to another namespace now.
    public func open() throws(KernelError) -> NetworkNamespace {
        // What only root or the kernel put there still is a namespace, so it may be opened at once.
        let namespace = user == nil ? try NetworkNamespace(path: path) : try NetworkNamespace(found: path, of: user)
        guard identity == nil || namespace.identity == identity else {
            throw KernelError(
                "open network namespace \(path)", .noEntry, explanation: "another namespace is there now")
        }
        return namespace
    }
}
