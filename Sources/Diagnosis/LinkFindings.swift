import Keel
import Netlink

// Sizes of packets along a container's way into the host. A veth and a bridge's port drop what is larger than they take
// (`is_skb_forwardable` of net/core/dev.c), without a word; a bridge's own size is the host's when it routes, which answers
// "fragmentation needed". Each was seen.

extension ContainerObservation {
    func linkFindings(_ host: HostObservation) -> [Finding] {
        let ways = entrances.compactMap { PacketSizes($0, host) }.filter { !$0.areEqual }
        guard let worst = ways.map({ $0.effect }).max() else { return [] }
        let commands = ways.filter { $0.effect != .largeDatagrams }.flatMap { $0.commands(in: container.path) }
        return [
            Finding(
                .mtuMismatch, worst == .largeDatagrams ? .information : .warning, at: place,
                worst == .largeDatagrams
                    ? "its interface takes smaller packets than its bridge"
                    : "its interface takes packets of another size than its network",
                evidence: ways.map { $0.words }, consequence: worst.words,
                remedy: worst == .largeDatagrams
                    ? "(if large datagrams are lost: sudo ip link set its interface, both ends, to the bridge's size)"
                    : commands.map { "sudo \($0)" }.joined(separator: " && "))
        ]
    }
}

/// How large packets may be along one way.
private struct PacketSizes {
    /// The gravest last.
    enum Effect: Int, Comparable {
        case largeDatagrams, fromAfar, anythingLarge

        static func < (left: Effect, right: Effect) -> Bool { left.rawValue < right.rawValue }

        var words: String {
            switch self {
            case .largeDatagrams:
                "datagrams of more than it takes vanish on their way to it; TCP fits itself to the interface"
            case .fromAfar:
                "what comes from afar is larger than the bridge takes, and the host refuses it: where senders do not get "
                    + "the message \"fragmentation needed\", connections open and then hang"
            case .anythingLarge:
                "small packets pass and large ones vanish without an error: connections that open and then hang, TLS "
                    + "handshakes and uploads that stall, look-ups that time out, ping that works"
            }
        }
    }

    private let entrance: Entrance
    private let own: UInt32
    private let end: UInt32
    private let bridge: (name: String, size: UInt32)?
    /// The bridge's port that takes least, beside this one.
    private let narrowest: (name: String, size: UInt32)?

    /// Nil where the kernel does not say.
    init?(_ entrance: Entrance, _ host: HostObservation) {
        guard let own = entrance.interface.mtu, let end = entrance.end.mtu else { return nil }
        self.entrance = entrance
        self.own = own
        self.end = end
        bridge = entrance.bridge.flatMap { bridge in bridge.mtu.map { (bridge.name, $0) } }
        let ports = entrance.bridge.flatMap { host.narrowestPorts[$0.index] } ?? []
        narrowest = ports.first { $0.index != entrance.end.index }.flatMap { port in port.mtu.map { (port.name, $0) } }
    }

    var areEqual: Bool { own == end && own == bridge?.size ?? own && own <= narrowest?.size ?? own }

    var effect: Effect {
        if own != end || own > narrowest?.size ?? own { return .anythingLarge }
        return own > bridge?.size ?? own ? .fromAfar : .largeDatagrams
    }

    var words: String {
        var parts = ["MTU \(own) on \(entrance.interface.name)"]
        if end != own { parts.append("\(end) on its host end \(entrance.end.name)") }
        if let bridge { parts.append("\(bridge.size) on the bridge \(bridge.name)") }
        if let narrowest, narrowest.size < own {
            parts.append("\(narrowest.size) on the bridge's port \(narrowest.name)")
        }
        return parts.joined(separator: ", ")
    }

    /// Gives both ends the size that the rest of their network has.
    func commands(in namespace: String) -> [String] {
        let size = bridge.map { min($0.size, narrowest?.size ?? $0.size) } ?? min(own, end)
        var commands: [String] = []
        if own != size {
            commands.append(
                "nsenter --net=\(namespace.quotedForShell) ip link set \(entrance.interface.name.quotedForShell) mtu \(size)"
            )
        }
        if end != size { commands.append("ip link set \(entrance.end.name.quotedForShell) mtu \(size)") }
        if let bridge, bridge.size != size { commands.append("ip link set \(bridge.name.quotedForShell) mtu \(size)") }
        return commands
    }
}
