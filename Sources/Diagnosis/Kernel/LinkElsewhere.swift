import CKernel
package import LinuxSystem
package import Netlink

extension Request {
    fileprivate static func link(index: UInt32, inNamespace id: Int32) -> Request {
        var request = Request(Attempt("look up interface", .number(index)), type: RTM_GETLINK, flags: 0)
        var header = ifinfomsg()
        header.ifi_index = Int32(truncatingIfNeeded: index)
        request.append(header)
        request.put(IFLA_TARGET_NETNSID, UInt32(bitPattern: id))
        request.put(IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        return request
    }
}

extension Socket {
    /// The other end of a veth, even in another namespace, which is not entered. Nil if the kernel does not tell: no id for that
    /// namespace, no permission, or a kernel without `IFLA_TARGET_NETNSID`.
    package mutating func otherEnd(of veth: Link) throws(KernelError) -> Link? {
        guard veth.kind == "veth", let index = veth.peerIndex else { return nil }
        guard let id = veth.peerNamespaceID else { return try link(index: index) }
        guard id >= 0 else { return nil }
        do {
            // A kernel that ignores IFLA_TARGET_NETNSID answers with an interface of the socket's own namespace.
            return try get(.link(index: index, inNamespace: id)) { Link($0) }.flatMap { end in
                end.kind == "veth" && end.peerIndex == veth.index ? end : nil
            }
        } catch {
            if [.noDevice, .invalid, .notPermitted, .accessDenied, .notSupported].contains(error.errno) { return nil }
            throw error
        }
    }
}
