import Keel
import Netlink

// Default routes that lead to a gateway nobody answers for. The kernel keeps what it once found out, for hours if nobody asks
// again; so an old answer is worth little, and none where the host has the address by now.

extension ContainerObservation {
    func gatewayFindings(_ host: HostObservation) -> [Finding] {
        let lost = gateways.compactMap { gateway in severity(of: gateway, host).map { (gateway, $0) } }
        guard let gravest = lost.map({ $0.1 }).max() else { return [] }
        let isOld = gravest == .information
        let names = lost.count == 1 ? "its gateway \(lost[0].0.address)" : "\(lost.count) gateways"
        let toBe = lost.count == 1 ? "is" : "are"
        return [
            Finding(
                .gatewayNotReachable, gravest, at: place,
                isOld
                    ? "nobody answered for \(names) when it was last asked for" : "\(names) \(toBe) not reachable",
                evidence: lost.map { words(of: $0.0) },
                consequence: isOld
                    ? "\"No route to host\" or silence for all that goes by that gateway, if it is still so"
                    : "\"No route to host\" or silence for all that goes by that gateway",
                remedy: isOld
                    ? "(ask for it once more: sudo nsenter --net=\(container.path.quotedForShell) ping -c 1 "
                        + "\(lost[0].0.address))"
                    : "(see that the gateway is up and on the same network: ip addr, bridge link, ip neigh)")
        ]
    }

    /// Nil for one that is there, or may well be.
    private func severity(of gateway: Gateway, _ host: HostObservation) -> Finding.Severity? {
        let certain: Finding.Severity =
            gateway.interface == defaultInterface(gateway.address.version) ? .error : .warning
        guard gateway.isOnLink else { return certain }
        if host.answers(for: gateway, of: self) { return nil }
        switch gateway.neighbour?.state {
        case .failed: return (gateway.neighbour?.age ?? 0) > Self.recent ? .information : certain
        // The kernel asks once a second; it may have asked just now.
        case .incomplete: return (gateway.neighbour?.age ?? 0) >= 1 ? .warning : nil
        default: return nil
        }
    }

    /// In seconds. What uses a gateway in vain tries it more often.
    private static let recent = 60

    private func words(of gateway: Gateway) -> String {
        let place = "\(gateway.address) on \(name(of: gateway.interface))"
        guard gateway.isOnLink, let neighbour = gateway.neighbour else {
            return "\(place) is on none of its connected networks"
        }
        let age = neighbour.age.map { ", since \($0) s" } ?? ""
        return "\(place) is \(neighbour.state.rawValue) among its neighbours\(age)"
    }
}

extension HostObservation {
    /// Whether the address is one of the host's where the container comes in.
    fileprivate func answers(for gateway: ContainerObservation.Gateway, of container: ContainerObservation) -> Bool {
        guard let entrance = container.entrances.first(where: { $0.interface.index == gateway.interface })
        else { return false }
        let own = (entrance.bridge ?? entrance.end).index
        return addresses.contains { $0.interface == own && $0.address == gateway.address }
    }
}
