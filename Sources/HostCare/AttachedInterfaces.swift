import Firewall
import Keel
import LinuxSystem
import Netlink

extension Host {
    /// The interfaces on this host by which packets of these network namespaces come in: a bridge, or a veth's host end.
    ///
    /// No namespace is entered. One that has gone is skipped.
    mutating func attachedInterfaces(of namespaces: [FoundNamespace]) throws(KernelError) -> [InterfaceName] {
        guard !namespaces.isEmpty else { return [] }
        // Links first: listing an interface makes the kernel give its other end's namespace an id.
        let links = try socket.links()
        var ids: [Int32] = []
        for found in namespaces {
            let namespace: NetworkNamespace
            do { namespace = try found.open() } catch { continue }
            if !isOwn(namespace), let id = try socket.namespaceID(of: namespace) { ids.append(id) }
        }
        var names: [InterfaceName] = []
        for end in links where end.kind == "veth" {
            guard let id = end.peerNamespaceID, ids.contains(id) else { continue }
            let bridge = links.first { $0.index == end.master && $0.kind == "bridge" }
            _ = names.appendIfNew((bridge ?? end).name)
        }
        return names
    }
}
