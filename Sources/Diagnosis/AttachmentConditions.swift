import Keel
import LinuxSystem
import Netlink

// Observes the host's interfaces where containers enter: forwarding, bridges' ports, routes back.

extension HostObservation {
    /// Observes where the containers enter. To be called in the host's namespace.
    mutating func observeAttachments(of containers: [ContainerObservation]) throws(KernelError) {
        let attachments = containers.flatMap { $0.attachments }
        guard !attachments.isEmpty else { return }
        var socket = try Socket(.route)
        addresses = try socket.addresses()
        running = try socket.runningLinks()
        for uplink in try socket.uplinks() where forwardsIPv4From[uplink] == nil {
            uplinks.append(uplink)
            try observeForwarding(uplink)
        }
        if bypasses.isEmpty { for container in containers { try observeDetours(of: container, &socket) } }
        for attachment in attachments {
            if forwardsIPv4From[attachment.name] == nil { try observeForwarding(attachment.name) }
            guard let bridge = attachment.bridge?.index, narrowPorts[bridge] == nil else { continue }
            narrowPorts[bridge] = try Self.narrowPorts(of: bridge, &socket)
        }
    }

    /// The most ports inspected: a bridge may have a thousand, and each costs a question about its other end.
    private static let mostPorts = 64

    /// The two ports of each kind with the smallest MTU; none if all of the bridge's ports have the same.
    private static func narrowPorts(
        of bridge: UInt32, _ socket: inout Socket
    ) throws(KernelError) -> [NarrowPort] {
        let ports = try socket.ports(of: bridge).sorted { ($0.mtu ?? .max) < ($1.mtu ?? .max) }
        guard let largest = ports.last?.mtu, ports.first?.mtu != largest else { return [] }
        var narrow: [NarrowPort] = []
        for port in ports.prefix(mostPorts) {
            guard let size = port.mtu, size < largest else { break }
            let inner = try socket.otherEnd(of: port)?.mtu
            let isEnd = inner.map { $0 <= size } ?? false
            if narrow.count(where: { $0.isEndOfItsOwn == isEnd }) < 2 {
                narrow.append(NarrowPort(link: port, isEndOfItsOwn: isEnd))
            }
        }
        return narrow
    }

    /// Not for hosts with an eBPF data plane, which forwards by its own maps and not by routes.
    private mutating func observeDetours(
        of container: ContainerObservation, _ socket: inout Socket
    ) throws(KernelError) {
        for attachment in container.attachments where attachment.bridge == nil && attachment.end.master == nil {
            for address in container.snapshot.addresses
            where address.interface == attachment.interface.index && address.isGlobal && address.address.version == .v4
            {
                guard let found = try socket.routeIfAny(to: address.address), found.interface != attachment.end.index,
                    let other = try socket.link(index: found.interface), other.kind == "bridge"
                else { continue }
                detours[attachment.end.index] = other
            }
        }
    }

    private mutating func observeForwarding(_ interface: InterfaceName) throws(KernelError) {
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

    /// The interfaces of the IPv4 default route with the best metric, by which answers come in.
    fileprivate mutating func uplinks() throws(KernelError) -> [InterfaceName] {
        var list = try Socket(.route)
        let routes = try list.defaultRoutes(inIPv4Table: Route.mainTable)
        var names: [InterfaceName] = []
        for hop in routes.min(by: { $0.metric < $1.metric })?.nextHops ?? [] {
            if let link = try link(index: hop.interface), !names.contains(link.name) { names.append(link.name) }
        }
        return names
    }
}
