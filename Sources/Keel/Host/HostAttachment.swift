package import LinuxSystem
package import Netlink

/// Where an interface of a container enters the host.
package struct HostAttachment: Hashable, Sendable {
    /// The veth's end in the container.
    package let interface: Link
    /// The veth's end on the host.
    package let end: Link
    /// The bridge of which `end` is a port.
    package let bridge: Link?

    package init(interface: Link, end: Link, bridge: Link?) {
        self.interface = interface
        self.end = end
        self.bridge = bridge
    }

    /// Whether packets pass: both ends and the bridge are up.
    var isOpen: Bool { interface.isRunning && end.isRunning && bridge?.isRunning ?? true }

    /// The interface by which the host's firewall sees its packets come in.
    package var name: InterfaceName { bridge?.name ?? end.name }
}

extension Host {
    /// Where a container's veths enter the host. Veths that end elsewhere are left out.
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
            // An index is unique in one namespace only. The two ends of a pair name each other.
            guard end.kind == "veth", end.peerIndex == veths[place].index, end.peerNamespaceID == namespaceID
            else { continue }
            let bridge = masters.firstIndex { $0 == end.master }.map { bridges[$0] }
            attachments.append(
                HostAttachment(interface: veths[place], end: end, bridge: bridge?.kind == "bridge" ? bridge : nil))
        }
        return attachments
    }
}
