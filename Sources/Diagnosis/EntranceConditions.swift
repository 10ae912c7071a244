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
        for entrance in entrances {
            if forwardsIPv4From[entrance.name] == nil { try observeForwarding(entrance.name) }
            guard let bridge = entrance.bridge?.index, narrowestPorts[bridge] == nil else { continue }
            let ports = try socket.ports(of: bridge).sorted { ($0.mtu ?? .max) < ($1.mtu ?? .max) }
            narrowestPorts[bridge] = Array(ports.prefix(2))
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
