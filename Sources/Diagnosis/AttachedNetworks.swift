import Keel
import Netlink

// Which of a container's interfaces are networks that it was connected to. What it made for itself has addresses, too: a
// VPN's tunnel, an inner engine's bridge, a pair of interfaces that ends in an inner namespace.

extension ContainerObservation {
    /// Networks of a family that the container was connected to from outside.
    func attachedNetworks(_ version: IPVersion) -> [Link] { networks(version).filter { isAttachment($0) } }

    /// Where one of its interfaces enters this host; nil where it does not.
    func attachment(of interface: UInt32) -> HostAttachment? { attachments.first { $0.interface.index == interface } }

    func isAttached(_ interface: UInt32) -> Bool {
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

    /// Docker's overlay networks end in a namespace of their own, and their traffic beyond goes by another that ends here.
    /// Where none ends on this host, as of rootless podman's, those count that end where a default route leads to, and all
    /// without one.
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
