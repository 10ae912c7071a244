import Keel
import Netlink

// MTUs along a container's way into the host. A veth and a bridge's port silently drop packets above their MTU
// (`is_skb_forwardable` of net/core/dev.c). A bridge's own MTU applies when the host routes; the host then answers
// "fragmentation needed". TCP adapts to the smaller MTU of its two ends, in both directions. It adapts to a smaller one between
// them only if somebody reports it. Each was observed.

extension ContainerObservation {
    func linkFindings(_ host: HostObservation) -> [Finding] {
        let ways = attachments.compactMap { PacketSizes($0, host) }.filter { !$0.areEqual }
        guard let worst = ways.map({ $0.effect }).max() else { return [] }
        let commands = ways.filter { $0.effect != .largeDatagrams }.flatMap { $0.commands(in: container.path) }
        return [
            Finding(
                .mtuMismatch, worst == .largeDatagrams ? .information : .warning, at: place,
                worst == .largeDatagrams
                    ? "large datagrams fit one end of its network and not the other"
                    : "the MTU of its interface does not match its network's",
                evidence: ways.map { $0.text }, consequence: worst.text,
                remedy: worst == .largeDatagrams
                    ? "(if large datagrams are lost: give all of the network one MTU, with ip link set)"
                    : commands.map { "sudo \($0)" }.joined(separator: " && "))
        ]
    }
}

/// The MTUs along one way.
private struct PacketSizes {
    /// The worst effect of different MTUs, the gravest last.
    enum Effect: Int, Comparable {
        case largeDatagrams, fromAfar, anythingLarge

        static func < (left: Effect, right: Effect) -> Bool { left.rawValue < right.rawValue }

        var text: String {
            switch self {
            case .largeDatagrams:
                "datagrams that are larger than an end's MTU vanish on their way to it; TCP adapts to both ends"
            case .fromAfar:
                "packets from afar may be larger than the bridge's MTU, and the host refuses them: if senders do not get "
                    + "its message \"fragmentation needed\", connections open and then hang"
            case .anythingLarge:
                "small packets pass and large ones vanish without an error: connections that open and then hang, TLS "
                    + "handshakes and uploads that stall, look-ups that time out, ping that works"
            }
        }
    }

    private let attachment: HostAttachment
    private let own: UInt32
    private let end: UInt32
    private let bridge: (name: InterfaceName, size: UInt32)?
    /// The bridge's port with the smallest MTU, besides this one, among ports that do not end there: their far end has a larger
    /// MTU or is unknown.
    private let narrowest: (name: InterfaceName, size: UInt32)?
    /// The same among ports whose far end has no larger MTU: TCP adapts to such an end.
    private let smallestEnd: (name: InterfaceName, size: UInt32)?

    /// Nil if the kernel tells no MTU.
    init?(_ attachment: HostAttachment, _ host: HostObservation) {
        guard let own = attachment.interface.mtu, let end = attachment.end.mtu else { return nil }
        self.attachment = attachment
        self.own = own
        self.end = end
        bridge = attachment.bridge.flatMap { bridge in bridge.mtu.map { (bridge.name, $0) } }
        let ports = (attachment.bridge.flatMap { host.narrowPorts[$0.index] } ?? []).filter {
            $0.link.index != attachment.end.index
        }
        let smallest = { (isEnd: Bool) in
            ports.filter { $0.isEndOfItsOwn == isEnd }.compactMap { port in port.link.mtu.map { (port.link.name, $0) } }
                .min { $0.1 < $1.1 }
        }
        narrowest = smallest(false)
        smallestEnd = smallest(true)
    }

    var areEqual: Bool {
        own == end && own == bridge?.size ?? own && own <= narrowest?.size ?? own && own <= smallestEnd?.size ?? own
    }

    var effect: Effect {
        if own > end || own > narrowest?.size ?? own { return .anythingLarge }
        return own > bridge?.size ?? own ? .fromAfar : .largeDatagrams
    }

    var text: String {
        var parts = ["MTU \(own) on \(attachment.interface.name)"]
        if end != own { parts.append("\(end) on its host end \(attachment.end.name)") }
        if let bridge { parts.append("\(bridge.size) on the bridge \(bridge.name)") }
        for port in [narrowest, smallestEnd].compactMap({ $0 }) where port.size < own {
            parts.append("\(port.size) on the bridge's port \(port.name)")
        }
        return parts.joined(separator: ", ")
    }

    /// The commands that give both ends and the bridge the MTU of the rest of the network.
    func commands(in namespace: String) -> [String] {
        let size = bridge.map { min($0.size, narrowest?.size ?? $0.size) } ?? min(own, end)
        var commands: [String] = []
        if own != size {
            commands.append(
                "nsenter --net=\(namespace.quotedForShell) ip link set \(attachment.interface.name.quotedForShell) mtu \(size)"
            )
        }
        if end != size { commands.append("ip link set \(attachment.end.name.quotedForShell) mtu \(size)") }
        if let bridge, bridge.size != size { commands.append("ip link set \(bridge.name.quotedForShell) mtu \(size)") }
        return commands
    }
}
