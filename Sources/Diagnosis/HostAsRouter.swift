import Keel
import Netlink

// Whether the host is the router that a container's default route leads to, or a mere switch on the way to another.

extension HostObservation {
    /// Where the packets that take a container's default route come in to be routed; nil where they do not.
    ///
    /// On a bridge with a router of its own, as a network of the office or the cloud is, the host has no say in them.
    func routedEntrance(of container: ContainerObservation, _ version: IPVersion) -> HostAttachment? {
        guard let hop = container.defaultHop(version),
            let attachment = container.attachment(of: hop.interface)
        else { return nil }
        if let bridge = attachment.bridge {
            return addresses.contains { $0.interface == bridge.index && $0.address == hop.gateway } ? attachment : nil
        }
        // A switch of another kind, such as Open vSwitch, takes what comes in. Without one the host is all there is behind
        // the end, whatever address the gateway has: Calico's answers for 169.254.1.1 that nobody has.
        return attachment.end.master == nil ? attachment : nil
    }

    /// Whether what comes in by an attachment may be for the host to route, by whatever table leads there.
    func mayRoute(_ attachment: HostAttachment, of container: ContainerObservation) -> Bool {
        let gateways = container.gateways.filter { $0.interface == attachment.interface.index }
        guard let bridge = attachment.bridge else {
            // A veth that fell out of its bridge leads to nobody.
            return attachment.end.master == nil && detours[attachment.end.index] == nil
                && (gateways.isEmpty || gateways.contains { owner(of: $0, of: container) != nil || $0.hasAnswered })
        }
        return gateways.isEmpty
            ? addresses.contains { $0.interface == bridge.index }
            : gateways.contains { owner(of: $0, of: container) != nil }
    }
}

extension ContainerObservation.Gateway {
    /// Whether somebody answers, as far as the kernel knows, or need not.
    fileprivate var hasAnswered: Bool {
        switch neighbour?.state {
        case nil, .incomplete, .failed, .some(.none): false
        case .reachable, .stale, .delay, .probe, .noARP, .permanent: true
        }
    }
}
