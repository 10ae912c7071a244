import Keel
import Netlink

// Default routes that lead to a gateway nobody answers for.

extension ContainerObservation {
    func gatewayFindings() -> [Finding] {
        let lost = gateways.filter { $0.isLost }
        guard !lost.isEmpty else { return [] }
        let isDefault = lost.contains { $0.interface == defaultInterface($0.address.version) }
        return [
            Finding(
                .gatewayNotReachable, isDefault ? .error : .warning, at: place,
                lost.count == 1
                    ? "its gateway \(lost[0].address) is not reachable" : "\(lost.count) gateways are not reachable",
                evidence: lost.map { words(of: $0) },
                consequence: "\"No route to host\" or silence for all that goes by that gateway",
                remedy: "(see that the gateway is up and on the same network: ip addr, bridge link, ip neigh)")
        ]
    }

    private func words(of gateway: Gateway) -> String {
        let place = "\(gateway.address) on \(name(of: gateway.interface))"
        if !gateway.isOnLink { return "\(place) is on none of its connected networks" }
        return "\(place) is \(gateway.state?.rawValue ?? "unknown") among its neighbours"
    }
}

extension ContainerObservation.Gateway {
    fileprivate var isLost: Bool { !isOnLink || state == .failed || state == .incomplete }
}
