import Keel
import Netlink

// Whether the host is the router of a container's default route, or only a switch on the way to another router.

extension HostObservation {
    /// Where packets that take the container's default route enter the host to be routed; nil if the host does not route them.
    ///
    /// It does not if the gateway is another machine on the bridge, as in an office's or a cloud's network.
    func routedEntrance(of container: ContainerObservation, _ version: IPVersion) -> HostAttachment? {
        guard let hop = container.defaultHop(version),
            let attachment = container.attachment(of: hop.interface)
        else { return nil }
        if let bridge = attachment.bridge {
            return addresses.contains { $0.interface == bridge.index && $0.address == hop.gateway } ? attachment : nil
        }
        // Another kind of switch, such as Open vSwitch, takes the packets. Without one only the host is behind the end, whatever
        // the gateway's address: Calico's host end answers for 169.254.1.1, which no interface has.
        return attachment.end.master == nil ? attachment : nil
    }

    /// Whether the host may have to route packets from an attachment, whichever table of the container leads there.
    func mayRoute(_ attachment: HostAttachment, of container: ContainerObservation) -> Bool {
        let gateways = container.gateways.filter { $0.interface == attachment.interface.index }
        guard let bridge = attachment.bridge else {
            // A veth that has left its bridge leads to nobody.
            return attachment.end.master == nil && detours[attachment.end.index] == nil
                && (gateways.isEmpty || gateways.contains { owner(of: $0, of: container) != nil || $0.hasAnswered })
        }
        return gateways.isEmpty
            ? addresses.contains { $0.interface == bridge.index }
            : gateways.contains { owner(of: $0, of: container) != nil }
    }
}

extension ContainerObservation.Gateway {
    /// Whether the gateway has answered, as far as the kernel knows, or needs no asking (`noARP`, `permanent`).
    fileprivate var hasAnswered: Bool {
        switch neighbour?.state {
        case nil, .incomplete, .failed, .some(.none): false
        case .reachable, .stale, .delay, .probe, .noARP, .permanent: true
        }
    }
}
