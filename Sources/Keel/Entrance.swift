package import Netlink
package import LinuxSystem

/// Where an interface of a container enters the host.
package struct Entrance: Hashable, Sendable {
    /// In the container: one end of a veth.
    package let interface: Link
    /// Its other end.
    package let end: Link
    /// The bridge that the end is a port of.
    package let bridge: Link?

    package init(interface: Link, end: Link, bridge: Link?) {
        self.interface = interface
        self.end = end
        self.bridge = bridge
    }

    /// By which the host's firewall sees its packets come in.
    package var name: String { bridge?.name ?? end.name }
}

extension Host {
    /// Where a container's veths enter the host; those that end elsewhere are left out.
    package mutating func entrances(
        of container: borrowing Container, _ snapshot: NamespaceSnapshot
    ) throws(KernelError) -> [Entrance] {
        let veths = snapshot.links.filter { $0.kind == "veth" && $0.peerNamespaceID != nil }
        guard !veths.isEmpty, let namespaceID = try socket.namespaceID(of: container.namespace) else { return [] }
        var entrances: [Entrance] = []
        for veth in veths {
            guard let end = try hostEnd(of: veth, namespaceID) else { continue }
            entrances.append(Entrance(interface: veth, end: end, bridge: try bridge(of: end)))
        }
        return entrances
    }

    /// The veth's other end; nil if that is not on this host.
    private mutating func hostEnd(of veth: Link, _ namespaceID: Int32) throws(KernelError) -> Link? {
        // An index means little across namespaces; the ends of one pair name each other.
        guard let index = veth.peerIndex, let end = try socket.link(index: index), end.kind == "veth",
            end.peerIndex == veth.index, end.peerNamespaceID == namespaceID
        else { return nil }
        return end
    }

    /// The bridge that an interface is a port of.
    private mutating func bridge(of port: Link) throws(KernelError) -> Link? {
        guard let master = port.master, let bridge = try socket.link(index: master), bridge.kind == "bridge"
        else { return nil }
        return bridge
    }
}
