package import LinuxSystem
package import Netlink

/// Where an interface of a container enters the host.
package struct HostAttachment: Hashable, Sendable {
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

    /// Whether packets pass: both ends are up, and the bridge is.
    var isOpen: Bool { interface.isRunning && end.isRunning && bridge?.isRunning ?? true }

    /// By which the host's firewall sees its packets come in.
    package var name: InterfaceName { bridge?.name ?? end.name }
}

extension Host {
    /// Where a container's veths enter the host; those that end elsewhere are left out.
    package mutating func attachments(
        of container: borrowing Container, _ snapshot: NamespaceSnapshot
    ) throws(KernelError) -> [HostAttachment] {
        let veths = snapshot.links.filter { $0.kind == "veth" && $0.peerNamespaceID != nil }
        if veths.isEmpty { return [] }
        var peers: [UInt32] = []
        for veth in veths { peers.append(veth.peerIndex ?? 0) }
        let (ends, namespaceID) = try socket.links(indexes: peers, andIDOf: container.namespace)
        guard let namespaceID else { return [] }
        var masters: [UInt32] = []
        for end in ends {
            if let master = end.master { _ = masters.appendIfNew(master) }
        }
        let bridges = try socket.links(indexes: masters)
        var attachments: [HostAttachment] = []
        for (place, end) in ends.enumerated() {
            // An index means little across namespaces; the ends of one pair name each other.
            guard end.kind == "veth", end.peerIndex == veths[place].index, end.peerNamespaceID == namespaceID
            else { continue }
            let bridge = masters.firstIndex { $0 == end.master }.map { bridges[$0] }
            attachments.append(
                HostAttachment(interface: veths[place], end: end, bridge: bridge?.kind == "bridge" ? bridge : nil))
        }
        return attachments
    }
}
