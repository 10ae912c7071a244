import Keel
import LinuxSystem
import Netlink

// Questions to the kernel that only the diagnosis needs. None sends a packet.

extension Socket {
    /// More gateways than any container has. A privileged program inside may have made any number.
    private static let mostGateways = 64

    /// The gateways of the namespace's default routes, each once.
    mutating func gateways(_ snapshot: NamespaceSnapshot) -> [ContainerObservation.Gateway] {
        var gateways: [ContainerObservation.Gateway] = []
        for hop in snapshot.routes.filter({ $0.isUnicast }).flatMap({ $0.nextHops }) {
            guard let address = hop.gateway, !hop.isDead, gateways.count < Self.mostGateways,
                !gateways.contains(where: { $0.address == address && $0.interface == hop.interface })
            else { continue }
            let isOnLink = hop.isOnLink || snapshot.connects(address, hop.interface) || leadsDirectly(to: address)
            gateways.append(
                .init(
                    address: address, interface: hop.interface, neighbour: known(address, on: hop.interface),
                    isOnLink: isOnLink))
        }
        return gateways
    }

    private mutating func known(_ address: IPAddress, on interface: UInt32) -> Neighbour? {
        do { return try neighbour(address, on: interface) } catch { return nil }
    }

    /// Whether a route without a gateway leads to the address, as in networks that give each container a prefix of one address.
    /// Assumed for IPv6, where a look-up may make the kernel probe routers.
    private mutating func leadsDirectly(to address: IPAddress) -> Bool {
        guard address.version == .v4 else { return true }
        do {
            guard let found = try route(to: address) else { return false }
            return found.gateway == nil
        } catch { return true }
    }

    /// The interfaces by which eight packets to a far address would leave, one after the other; empty if other routes than the
    /// competing ones lead there.
    mutating func turns(among rivals: [UInt32]) -> [UInt32] {
        for destination in Self.farAway {
            var turns: [UInt32] = []
            for _ in 0..<Self.lookups {
                do { turns += try route(to: destination).map { [$0.interface] } ?? [] } catch { return [] }
            }
            if turns.count == Self.lookups && turns.allSatisfy(rivals.contains) { return turns }
        }
        return []
    }

    /// Whether some route leads to addresses far away. Without a default route a VPN's 0.0.0.0/1 and 128.0.0.0/1 may.
    var leadsBeyond: Bool {
        mutating get {
            Self.farAway.contains { destination in
                do { return try route(to: destination) != nil } catch { return false }
            }
        }
    }

    /// Addresses for documentation, which nobody has: RFC 5737.
    private static let farAway = ["192.0.2.1", "198.51.100.1", "203.0.113.1"].compactMap { IPAddress($0) }

    /// Even, so that the turn of two alternating routes is afterwards where it was.
    private static let lookups = 8
}

extension NamespaceSnapshot {
    /// Whether an address is in a prefix of one of the interface's own addresses.
    fileprivate func connects(_ address: IPAddress, _ interface: UInt32) -> Bool {
        address.isLinkLocal
            || addresses.contains { $0.interface == interface && $0.onLinkPrefix.contains(address) }
    }
}
