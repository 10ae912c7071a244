import Keel
import Netlink

// Containers whose default route leads through this host, while the host does not forward their packets or the answers.

extension HostObservation {
    func forwardFindings(_ containers: [ContainerObservation]) -> [Finding] {
        // IPv4: the incoming interface's own sysctl decides. IPv6: the sysctl `all` decides.
        let v4 = interfaces(of: containers, .v4) { forwardsIPv4From[$0] == false }
        let v6 = interfaces(of: containers, .v6) { forwardsIPv6 == false && forcesIPv6From[$0] != true }
        let answers = uplinksThatDoNotForward(for: containers)
        guard !v4.isEmpty || !v6.isEmpty || !answers.isEmpty else { return [] }
        var evidence =
            v4.prefix(Self.mostLines).map { attachment in
                "net/ipv4/conf/\(attachment.name)/forwarding is 0, and \(text(attachment.count)) by \(attachment.name)"
            } + answers.map { "net/ipv4/conf/\($0)/forwarding is 0, and answers come in by \($0)" }
        var wanted = (v4.map { $0.name } + answers).map { "net/ipv4/conf/\($0.quotedForShell)/forwarding=1" }
        if forwardsIPv4 == false && !wanted.isEmpty {
            evidence.append("net.ipv4.ip_forward, which sets it for every interface, is 0")
            wanted = ["net.ipv4.ip_forward=1"]
        }
        if !v6.isEmpty {
            evidence.append(
                "net.ipv6.conf.all.forwarding is 0, and \(text(v6.map { $0.count }.reduce(0, +))) through this host")
            wanted.append("net.ipv6.conf.all.forwarding=1")
        }
        return [
            Finding(
                .ipForwardOff, .error, at: .host, "the host does not forward packets of its containers",
                evidence: evidence,
                consequence: "containers reach the host and one another, and nothing beyond; published ports time out",
                remedy: "sudo sysctl -w \(wanted.joined(separator: " "))")
        ]
    }

    private static let mostLines = 6

    /// The uplink's sysctl decides about answers, as the sysctl where the container enters decides about its own packets.
    private func uplinksThatDoNotForward(for containers: [ContainerObservation]) -> [InterfaceName] {
        guard containers.contains(where: { routedEntrance(of: $0, .v4) != nil }) else { return [] }
        return uplinks.filter { forwardsIPv4From[$0] == false }
    }

    private func text(_ count: Int) -> String {
        count == 1 ? "1 container has its default route" : "\(count) containers have their default routes"
    }

    /// The interfaces where containers' packets come in to be routed and the condition holds, with the number of containers.
    private func interfaces(
        of containers: [ContainerObservation], _ version: IPVersion, where isOff: (InterfaceName) -> Bool
    ) -> [(name: InterfaceName, count: Int)] {
        var counts: [(name: InterfaceName, count: Int)] = []
        for container in containers {
            guard let name = routedEntrance(of: container, version)?.name, isOff(name) else { continue }
            if let place = counts.firstIndex(where: { $0.name == name }) {
                counts[place].count += 1
            } else {
                counts.append((name, 1))
            }
        }
        return counts
    }
}
