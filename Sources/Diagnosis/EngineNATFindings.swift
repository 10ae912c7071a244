import Discovery
import Firewall
import ForeignRules
import Keel
import LinuxSystem
import Netlink

// An engine's NAT rules that are gone: somebody reloaded or flushed the firewall, and the engine was not told.

/// A bridge whose containers' addresses nothing translates, although its engine is configured to.
struct UntranslatedBridge: Hashable, Sendable {
    let bridge: TranslatedBridge
    /// The addresses that were checked, each with its container's title.
    let addresses: [String]
    /// The number of containers whose default route goes by it.
    let count: Int
    /// Whether podman started them all.
    let isOfPodman: Bool
}

extension HostObservation {
    /// The most containers of one bridge that are checked against the rules.
    private static let mostAsked = 8

    /// To be called in the host's namespace, after `observeAttachments`. If the rules cannot be read, nothing is reported.
    mutating func observeTranslation(of containers: [ContainerObservation]) {
        // An eBPF data plane translates without netfilter's rules.
        guard bypasses.isEmpty else { return }
        let ways = containers.compactMap { container -> Way? in
            guard let attachment = routedEntrance(of: container, .v4), let bridge = attachment.bridge?.name,
                let address = container.privateAddress(of: attachment.interface.index)
            else { return nil }
            return Way(bridge: bridge, address: address, container: container.container)
        }
        guard !ways.isEmpty else { return }
        let bridges = TranslatedBridge.all(of: Set(ways.map { $0.container.engine }))
            .filter { bridge in ways.contains { $0.isBy(bridge) } }
        guard !bridges.isEmpty, let rules = Self.rules else { return }
        for bridge in bridges {
            let own = ways.filter { $0.isBy(bridge) }
            let asked = own.prefix(Self.mostAsked)
            // One translated address shows that the engine's rules are there.
            guard !asked.contains(where: { rules.mayTranslate(source: $0.address) }) else { continue }
            untranslated.append(
                UntranslatedBridge(
                    bridge: bridge, addresses: asked.map { "\($0.address) of \($0.container.title)" }, count: own.count,
                    isOfPodman: own.allSatisfy { $0.container.engine == .podman }))
        }
    }

    private struct Way {
        let bridge: InterfaceName
        let address: IPAddress
        let container: ContainerNamespace

        func isBy(_ other: TranslatedBridge) -> Bool {
            guard bridge == other.bridge else { return false }
            return switch other.engine {
            case .netavark: container.engine == .podman
            case .cni: container.engine != .docker
            case .docker: container.engine == .docker
            }
        }
    }

    private static var rules: TranslationRules? {
        do {
            var socket = try Socket(.netfilter)
            return try socket.translationRules()
        } catch { return nil }
    }

    func engineTranslationFindings() -> [Finding] {
        untranslated.map { gone in
            let name = gone.bridge.network
            let rest = gone.count - gone.addresses.count
            return Finding(
                .engineNATGone, .error, at: .host, "nothing translates the addresses of network \(name) any more",
                evidence: ["\(gone.bridge.source) wants addresses behind bridge \(gone.bridge.bridge) translated"]
                    + gone.addresses.map { "no rule of nftables or iptables translates \($0)" }
                    + (rest > 0 ? ["and \(rest) more"] : []),
                consequence:
                    "its containers' packets leave with a private address, which nobody outside can answer; their published "
                    + "ports are gone as well, except those that a proxy serves",
                remedy: gone.remedy)
        }
    }
}

extension UntranslatedBridge {
    /// The command that has the engine make its rules again.
    fileprivate var remedy: String {
        switch (bridge.engine, isOfPodman) {
        case (.docker, _): "sudo systemctl restart docker"
        case (.netavark, _), (.cni, true): "sudo podman network reload --all"
        case (.cni, false):
            "(restart the containers or pods of that network: the rules for each are made when it starts)"
        }
    }
}

extension ContainerObservation {
    /// The interface's first IPv4 address if it is not routed on the Internet: RFC 1918, RFC 6598.
    fileprivate func privateAddress(of interface: UInt32) -> IPAddress? {
        let own = snapshot.addresses.first { address in
            address.interface == interface && address.address.version == .v4 && address.isGlobal
        }?.address
        return own.flatMap { address in Self.privatePrefixes.contains { $0.contains(address) } ? address : nil }
    }

    private static let privatePrefixes = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]
        .compactMap { IPPrefix($0) }
}
