import Keel
import Netlink

// Default routes whose gateway does not answer. The kernel keeps a neighbour's state for hours if nothing is sent to it, so an
// old state proves little. If the host has the address by now, it proves nothing.

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
                    ? "\(names) did not answer when the kernel last asked" : "\(names) \(toBe) not reachable",
                evidence: lost.map { text(of: $0.0, host) },
                consequence: isOld
                    ? "if it still does not: \"No route to host\" or no answer for everything sent by that gateway"
                    : "\"No route to host\" or no answer for everything sent by that gateway",
                remedy: isOld ? question(lost[0].0) : remedy(lost.map { $0.0 }, host))
        ]
    }

    /// Nil for a gateway that is or may be reachable.
    private func severity(of gateway: Gateway, _ host: HostObservation) -> Finding.Severity? {
        let certain: Finding.Severity =
            gateway.interface == defaultInterface(gateway.address.version) ? .error : .warning
        guard gateway.isOnLink, isRunning(gateway.interface), detour(of: gateway, host) == nil else {
            return certain
        }
        if let own = host.owner(of: gateway, of: self) { return host.isRunning(own.index) ? nil : certain }
        switch gateway.neighbour?.state {
        case .failed: return (gateway.neighbour?.age ?? 0) > Self.recent ? .information : certain
        // The kernel asks once a second, so an answer to the first question may still be on its way.
        case .incomplete: return (gateway.neighbour?.age ?? 0) >= 1 ? .warning : nil
        default: return nil
        }
    }

    /// In seconds. A program that uses the gateway in vain retries more often, which renews the entry.
    private static let recent = 60

    private func isRunning(_ interface: UInt32) -> Bool { running?.contains(interface) ?? true }

    private func text(of gateway: Gateway, _ host: HostObservation) -> String {
        let place = "\(gateway.address) on \(name(of: gateway.interface))"
        guard gateway.isOnLink else { return "\(place) is on none of its connected networks" }
        if !isRunning(gateway.interface) {
            let end = downEnd(of: gateway, host).map { ": its host end \($0.name) is down" } ?? ""
            return "\(place), which has no carrier\(end)"
        }
        if let (end, bridge) = detour(of: gateway, host) {
            return "\(place): its host end \(end.name) is in no bridge, but the host answers by bridge \(bridge.name)"
        }
        if let own = host.owner(of: gateway, of: self) {
            return "\(place) is the host's, on \(own.name), which is down"
        }
        let age = gateway.neighbour?.age.map { ", since \($0) s" } ?? ""
        return "\(place) is \(gateway.neighbour?.state.rawValue ?? "unknown") among its neighbours\(age)"
    }

    private func question(_ gateway: Gateway) -> String {
        "(check again: sudo nsenter --net=\(container.path.quotedForShell) ping -c 1 \(gateway.address))"
    }

    private func remedy(_ gateways: [Gateway], _ host: HostObservation) -> String {
        if let (end, bridge) = gateways.lazy.compactMap({ detour(of: $0, host) }).first {
            return "sudo ip link set \(end.name.quotedForShell) master \(bridge.name.quotedForShell)"
        }
        let down = gateways.compactMap { gateway in
            isRunning(gateway.interface) ? host.owner(of: gateway, of: self) : downEnd(of: gateway, host)
        }
        guard !down.isEmpty else {
            return "(see that the gateway is up and on the same network: ip addr, bridge link, ip neigh)"
        }
        var names: [InterfaceName] = []
        for link in down where !names.contains(link.name) { names.append(link.name) }
        return names.map { "sudo ip link set \($0.quotedForShell) up" }.joined(separator: " && ")
    }

    /// The host's end of a gateway's interface if that end is down.
    private func downEnd(of gateway: Gateway, _ host: HostObservation) -> Link? {
        end(of: gateway).flatMap { host.isRunning($0.index) ? nil : $0 }
    }

    /// The host's end if it has left its bridge, and the bridge by which the host answers instead.
    private func detour(of gateway: Gateway, _ host: HostObservation) -> (end: Link, bridge: Link)? {
        guard gateway.address.version == .v4, let end = end(of: gateway) else { return nil }
        return host.detours[end.index].map { (end, $0) }
    }

    private func end(of gateway: Gateway) -> Link? { attachment(of: gateway.interface)?.end }
}

extension HostObservation {
    /// The host's interface where the container enters, if it has the gateway's address.
    func owner(of gateway: ContainerObservation.Gateway, of container: ContainerObservation) -> Link? {
        guard let attachment = container.attachment(of: gateway.interface) else { return nil }
        let own = attachment.bridge ?? attachment.end
        return addresses.contains { $0.interface == own.index && $0.address == gateway.address } ? own : nil
    }

    fileprivate func isRunning(_ interface: UInt32) -> Bool { running?.contains(interface) ?? true }
}
