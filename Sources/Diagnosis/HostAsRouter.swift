import Keel
import Netlink

// Whether the host is the router that a container's default route leads to, or a mere switch on the way to another.

extension HostObservation {
    /// Where the packets that take a container's default route come in to be routed; nil where they do not.
    ///
    /// On a bridge with a router of its own, as a network of the office or the cloud is, the host has no say in them.
    func routedEntrance(of container: ContainerObservation, _ version: IPVersion) -> Entrance? {
        guard let hop = container.defaultHop(version),
            let entrance = container.entrances.first(where: { $0.interface.index == hop.interface })
        else { return nil }
        if let bridge = entrance.bridge {
            return addresses.contains { $0.interface == bridge.index && $0.address == hop.gateway } ? entrance : nil
        }
        // A switch of another kind, such as Open vSwitch, takes what comes in. Without one the host is all there is behind
        // the end, whatever address the gateway has: Calico's answers for 169.254.1.1 that nobody has.
        return entrance.end.master == nil ? entrance : nil
    }
}
