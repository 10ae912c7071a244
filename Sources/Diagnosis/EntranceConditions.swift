import Keel
import LinuxSystem
import Netlink

// What it is like where containers enter the host.

extension HostObservation {
    /// To be called in the host's namespace.
    mutating func observeEntrances(of containers: [ContainerObservation]) throws(KernelError) {
        let entrances = containers.flatMap { $0.entrances }
        guard !entrances.isEmpty else { return }
        var socket = try Socket(.route)
        addresses = try socket.addresses()
        running = try socket.runningLinks()
        for uplink in try socket.uplinks() where forwardsIPv4From[uplink] == nil {
            uplinks.append(uplink)
            try observeForwarding(uplink)
        }
        if bypasses.isEmpty { for container in containers { try observeDetours(of: container, &socket) } }
        for entrance in entrances {
            if forwardsIPv4From[entrance.name] == nil { try observeForwarding(entrance.name) }
            guard let bridge = entrance.bridge?.index, narrowestPorts[bridge] == nil else { continue }
            let ports = try socket.ports(of: bridge).sorted { ($0.mtu ?? .max) < ($1.mtu ?? .max) }
            narrowestPorts[bridge] = Array(ports.prefix(2))
        }
    }

    /// A data plane in eBPF goes by maps of its own, which routes tell nothing of.
    private mutating func observeDetours(
        of container: ContainerObservation, _ socket: inout Socket
    ) throws(KernelError) {
        for entrance in container.entrances where entrance.bridge == nil && entrance.end.master == nil {
            for address in container.snapshot.addresses
            where address.interface == entrance.interface.index && address.isGlobal && address.address.version == .v4 {
                guard let found = try socket.routeIfAny(to: address.address), found.interface != entrance.end.index,
                    let other = try socket.link(index: found.interface), other.kind == "bridge"
                else { continue }
                detours[entrance.end.index] = other
            }
        }
    }

    private mutating func observeForwarding(_ interface: String) throws(KernelError) {
        let read = { (family: String, key: String) throws(KernelError) -> Int? in
            try Sysctl(family: family, interface: interface, key)?.readIfPresent()
        }
        if let value = try read("ipv4", "forwarding") { forwardsIPv4From[interface] = value != 0 }
        guard forwardsIPv6 == false, let value = try read("ipv6", "force_forwarding") else { return }
        forcesIPv6From[interface] = value != 0
    }
}

extension Socket {
    fileprivate mutating func routeIfAny(to address: IPAddress) throws(KernelError) -> RouteLookup? {
        do { return try route(to: address) } catch {
            if [.networkUnreachable, .hostUnreachable].contains(error.errno) { return nil }
            throw error
        }
    }

    /// The interfaces of the IPv4 default route that is taken, by which answers come in.
    fileprivate mutating func uplinks() throws(KernelError) -> [String] {
        var list = try Socket(.route)
        let routes = try list.defaultRoutes(inIPv4Table: Route.mainTable)
        var names: [String] = []
        for hop in routes.min(by: { $0.metric < $1.metric })?.nextHops ?? [] {
            if let link = try link(index: hop.interface), !names.contains(link.name) { names.append(link.name) }
        }
        return names
    }
}
