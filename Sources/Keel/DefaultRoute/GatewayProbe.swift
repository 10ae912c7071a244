package import LinuxSystem
package import Netlink

// Which gateways answer. The common case costs almost nothing: the gateway of a bridge's network is an address of this host. Of
// the other gateways the kernel mostly has a neighbour entry. The remaining ones are asked all at once, and waited for at most a
// tenth of a second.

/// How a run finds out about gateways that the kernel knows nothing of.
public enum GatewayPatience: Hashable, Sendable {
    /// Has the kernel ask the network for them, and waits at most a tenth of a second.
    case waiting
    /// Has the kernel ask, and goes on. Whether they answer is unknown until a later look.
    case asking
    /// Looks who has answered meanwhile. The others are still unknown.
    case looking
    /// The time for an answer is over: the others are silent.
    case over
}

extension Container {
    private typealias Gateway = (address: IPAddress, interface: UInt32)

    /// The gateways that are not known to answer.
    package mutating func ask(
        _ gateways: [(address: IPAddress, interface: UInt32)], from addresses: [InterfaceAddress] = [],
        _ host: inout Host, _ attachments: [HostAttachment], _ patience: GatewayPatience = .waiting
    ) throws(KernelError) -> [DoubtfulGateway] {
        if gateways.isEmpty { return [] }
        var doubtful: [DoubtfulGateway] = []
        let strangers = try host.withoutOwn(gateways, attachments)
        var unanswered: [Gateway] = []
        let states = try socket.neighbours(strangers)
        for (place, gateway) in strangers.enumerated() {
            switch GatewayState(states[place]) {
            case .answers: break
            case .silent: doubtful.append(DoubtfulGateway(gateway.address, on: gateway.interface, .silent))
            case .unknown: unanswered.append(gateway)
            }
        }
        if unanswered.isEmpty { return doubtful }
        let isAsking = patience == .waiting || patience == .asking
        let unasked = isAsking ? send(to: unanswered, addresses, host) : []
        if patience == .waiting { try wait(for: &unanswered, besides: unasked) }
        let isOver = patience == .waiting || patience == .over
        for gateway in unanswered {
            let wasAsked = !unasked.contains { $0.address == gateway.address && $0.interface == gateway.interface }
            doubtful.append(
                DoubtfulGateway(gateway.address, on: gateway.interface, wasAsked && isOver ? .silent : .unknown))
        }
        return doubtful
    }

    /// The waits before each look, in microseconds: together a tenth of a second.
    private static let waits: [UInt32] =
        [200, 300, 500, 1000, 2000, 4000] + [UInt32](repeating: 8000, count: 11) + [4000]

    /// Looks again until all of them have answered or the time is over. Those that answered are removed.
    private mutating func wait(for gateways: inout [Gateway], besides unasked: [Gateway]) throws(KernelError) {
        for wait in Self.waits where gateways.count > unasked.count {
            OwnProcess.sleep(microseconds: wait)
            let states = try socket.neighbours(gateways)
            for place in states.indices.reversed() where GatewayState(states[place]) == .answers {
                gateways.remove(at: place)
            }
        }
    }

    /// Has the kernel ask for the gateways. Returns those for which nothing could be sent.
    private mutating func send(
        to gateways: [Gateway], _ addresses: [InterfaceAddress], _ host: borrowing Host
    ) -> [Gateway] {
        var refused: [Gateway] = []
        do throws(KernelError) {
            try socket.executeAll(gateways.count) {
                .useNeighbour(gateways[$0].address, on: gateways[$0].interface)
            } refused: { place, _ in
                refused.append(gateways[place])
            }
            if gateways.allSatisfy({ $0.address.version == .v4 }) { return refused }
            try namespace.enter()
        } catch { return gateways }
        defer { _ = host.returnHome() }
        refused.removeAll { $0.address.version == .v6 }
        for gateway in gateways where gateway.address.version == .v6 && !Self.solicit(gateway, addresses) {
            refused.append(gateway)
        }
        return refused
    }

    /// Asks for an IPv6 neighbour from one of the network's own addresses, or from the unspecified one while all are tentative.
    /// The kernel itself would ask from the link-local address alone.
    private static func solicit(_ gateway: Gateway, _ addresses: [InterfaceAddress]) -> Bool {
        let own = addresses.filter {
            $0.interface == gateway.interface && $0.address.version == .v6 && !$0.isTentative
        }
        let target = gateway.address.bytes
        for address in own.filter({ $0.isGlobal }) + own.filter({ !$0.isGlobal })
        where Solicitation.byDatagram(from: address.address.bytes, to: target, by: gateway.interface) {
            return true
        }
        return Solicitation.fromNobody(for: target, by: gateway.interface)
    }
}

extension GatewayState {
    /// From the kernel's state of a neighbour.
    init(_ state: NeighbourState) {
        switch state {
        case .reachable, .stale, .delay, .probe, .permanent, .noARP: self = .answers
        case .failed: self = .silent
        case .incomplete, .none: self = .unknown
        }
    }
}

extension Host {
    /// The gateways that are not this host's own addresses, on a veth that ends here or on its bridge. A macvlan's gateway is
    /// never the host: a macvlan cannot reach it.
    fileprivate mutating func withoutOwn(
        _ gateways: [(address: IPAddress, interface: UInt32)], _ attachments: [HostAttachment]
    ) throws(KernelError) -> [(address: IPAddress, interface: UInt32)] {
        var strangers: [(address: IPAddress, interface: UInt32)] = []
        var neighbours = strangers
        var asked = strangers
        for gateway in gateways {
            if let place = attachments.firstIndex(where: { $0.interface.index == gateway.interface }),
                attachments[place].isOpen
            {
                asked.append((gateway.address, attachments[place].bridge?.index ?? attachments[place].end.index))
                neighbours.append(gateway)
            } else {
                strangers.append(gateway)
            }
        }
        let areLocal = try socket.areLocal(asked)
        for (place, gateway) in neighbours.enumerated() where !areLocal[place] {
            // A new bridge has a tentative address for a second or two, and answers nobody until then.
            if gateway.address.version == .v6, try socket.hasIPv6Address(gateway.address, asked[place].interface) {
                continue
            }
            strangers.append(gateway)
        }
        return strangers
    }
}
