public import LinuxSystem
public import Netlink

/// Which addresses the host and its other network namespaces have. No namespace is entered for it.
public struct NamespaceAddresses: ~Copyable {
    private var socket: Socket
    private var hasListedLinks = false

    /// Opens what it needs in the calling thread's namespace, which is the host.
    public init() throws(KernelError) { socket = try Socket(.route) }

    public mutating func ofHost() throws(KernelError) -> [IPAddress] {
        try socket.addresses().map { $0.address }
    }

    /// Empty for a namespace that no interface of the host's leads to, which sends nothing through its table.
    public mutating func of(_ namespace: borrowing NetworkNamespace) throws(KernelError) -> [IPAddress] {
        guard let id = try id(of: namespace) else { return [] }
        return try socket.addresses(inNamespace: id).map { $0.address }
    }

    /// The id under which the host knows it.
    private mutating func id(of namespace: borrowing NetworkNamespace) throws(KernelError) -> Int32? {
        if let id = try socket.namespaceID(of: namespace) { return id }
        guard !hasListedLinks else { return nil }
        // To list an interface whose other end is elsewhere, the kernel gives that namespace an id if it has none.
        _ = try socket.links()
        hasListedLinks = true
        return try socket.namespaceID(of: namespace)
    }
}
