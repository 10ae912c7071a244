public import LinuxSystem
public import Netlink

/// Reads the addresses of the host and of other network namespaces, without entering any.
public struct NamespaceAddresses: ~Copyable {
    private var socket: Socket
    private var hasListedLinks = false

    /// Opens a socket in the calling thread's namespace, which must be the host's.
    public init() throws(KernelError) { socket = try Socket(.route) }

    public mutating func ofHost() throws(KernelError) -> [IPAddress] {
        try socket.addresses().map { $0.address }
    }

    /// A namespace's addresses. Empty if no interface of the host leads there: then it sends nothing through the host's table.
    public mutating func of(_ namespace: borrowing NetworkNamespace) throws(KernelError) -> [IPAddress] {
        guard let id = try id(of: namespace) else { return [] }
        return try socket.addresses(inNamespace: id).map { $0.address }
    }

    /// The host's id for the namespace.
    private mutating func id(of namespace: borrowing NetworkNamespace) throws(KernelError) -> Int32? {
        if let id = try socket.namespaceID(of: namespace) { return id }
        guard !hasListedLinks else { return nil }
        // Listing an interface makes the kernel give its other end's namespace an id.
        _ = try socket.links()
        hasListedLinks = true
        return try socket.namespaceID(of: namespace)
    }
}
