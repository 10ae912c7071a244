package import Keel
import Netlink

// Tells the networks that a container was connected to from the interfaces that it made for itself, which have addresses, too:
// a VPN's tunnel, an inner engine's bridge, a veth pair that ends in an inner namespace.

extension ContainerObservation {
    /// The interfaces with an address of the family that somebody outside connected the container to.
    func attachedNetworks(_ version: IPVersion) -> [Link] { networks(version).filter { isAttachment($0) } }

    /// Where one of its interfaces enters this host; nil where it does not.
    package func attachment(of interface: UInt32) -> HostAttachment? {
        attachments.first { $0.interface.index == interface }
    }

    package func isAttached(_ interface: UInt32) -> Bool {
        snapshot.links.contains { $0.index == interface && !$0.isLoopback && isAttachment($0) }
    }

    private func isAttachment(_ link: Link) -> Bool {
        switch link.kind {
        case nil, "macvlan", "macvtap", "ipvlan", "ipvtap", "vlan": true
        case "netkit": link.peerNamespaceID != nil
        case "veth": comesFromOutside(link)
        default: false
        }
    }

    /// Whether the veth ends on this host. Docker's overlay networks do not; their traffic beyond goes by another veth that
    /// does. If no veth ends on this host, as with rootless podman, those count that end in the namespace where a default
    /// route leads; without a default route, all count.
    private func comesFromOutside(_ veth: Link) -> Bool {
        if !attachments.isEmpty { return attachments.contains { $0.interface.index == veth.index } }
        guard let outside = veth.peerNamespaceID else { return false }
        let leading = snapshot.routes.filter { $0.isUnicast }.flatMap { route in route.nextHops.map { $0.interface } }
        return leading.isEmpty
            || snapshot.links.contains { link in
                link.kind == "veth" && link.peerNamespaceID == outside && leading.contains(link.index)
            }
    }
}
