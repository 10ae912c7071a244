import Keel
import Netlink

// What the host's end of a container's network must fit: sizes of packets, and forwarding.

extension ContainerObservation {
    func linkFindings() -> [Finding] {
        let unequal = entrances.compactMap { entrance -> String? in
            guard let bridge = entrance.bridge, let own = entrance.interface.mtu, let end = entrance.end.mtu,
                let theirs = bridge.mtu, own != theirs || end != theirs
            else { return nil }
            let port = end == own ? "" : ", \(end) on its host end \(entrance.end.name)"
            return "MTU \(own) on \(entrance.interface.name)\(port), \(theirs) on the bridge \(bridge.name)"
        }
        guard !unequal.isEmpty else { return [] }
        return [
            Finding(
                .mtuMismatch, .warning, at: place, "its interface takes packets of another size than its bridge",
                evidence: unequal,
                consequence:
                    "small packets pass and large ones vanish without an error: connections that open and then hang, TLS "
                    + "handshakes and uploads that stall, ping that works",
                remedy: "(give the network one MTU: podman network create -o mtu=N, docker network create -o "
                    + "com.docker.network.driver.mtu=N, \"mtu\" of the CNI plugin; it counts for new containers)")
        ]
    }
}

extension HostObservation {
    /// Containers that have a default route through this host, which does not forward.
    func forwardFindings(_ containers: [ContainerObservation]) -> [Finding] {
        let (v4, v6) = (containers.forwarded(.v4), containers.forwarded(.v6))
        var off: [(sysctl: String, count: Int)] = []
        if forwardsIPv4 == false && v4 > 0 { off.append(("net.ipv4.ip_forward", v4)) }
        if forwardsIPv6 == false && v6 > 0 { off.append(("net.ipv6.conf.all.forwarding", v6)) }
        guard !off.isEmpty else { return [] }
        return [
            Finding(
                .ipForwardOff, .error, at: .host, "the host forwards no packets of its containers",
                evidence: off.map {
                    "\($0.sysctl) is 0, and \($0.count) containers have a default route through this host"
                },
                consequence: "containers reach the host and one another, and nothing beyond; published ports time out",
                remedy: "sudo sysctl -w \(off.map { "\($0.sysctl)=1" }.joined(separator: " "))")
        ]
    }
}

extension [ContainerObservation] {
    /// How many have a default route of a family on an interface that enters the host.
    fileprivate func forwarded(_ version: IPVersion) -> Int {
        count { container in
            container.defaultInterface(version).map { index in
                container.entrances.contains { $0.interface.index == index }
            } ?? false
        }
    }
}
