import Laboratory

/// What must hold for a generated namespace's sockets after the product ran, by what they reached before it ran.
struct Harmlessness {
    /// A socket of a kind, in a namespace.
    struct Socket {
        enum Bound: Equatable {
            case unbound
            /// Of a network of the namespace, by its index, or of something else.
            case address(network: Int?)
            case device(network: Int?)
            case client
        }

        let name: String
        let family: Int
        let bound: Bound
        /// What probe.py reads of it.
        let line: String
        let isToSpecificRoute: Bool
    }

    enum Demand: Equatable {
        case nothing
        case reaches
        case reachesBy(String)
    }

    let namespace: GeneratedNamespace

    /// All sockets of the namespace, each with UDP, TCP and ping.
    var sockets: [Socket] {
        var sockets: [Socket] = []
        func add(_ family: Int, _ bound: Socket.Bound, _ word: String, from inside: String, specific: Bool = false) {
            let destination =
                family == 4
                ? (specific ? "198.51.100.3" : "198.51.100.2") : specific ? "2001:db8:51::3" : "2001:db8:51::2"
            for kind in ["udp", "tcp", "ping"] {
                let name =
                    "\(namespace.name)/\(family)/\(inside == namespace.name ? word : "client")/\(kind)\(specific ? "/specific" : "")"
                sockets.append(
                    Socket(
                        name: name, family: family, bound: bound,
                        line: "\(name) \(inside) \(kind) \(destination) \(word)",
                        isToSpecificRoute: specific))
            }
        }
        for specific in namespace.hasSpecificRoute ? [false, true] : [false] {
            for family in [4, 6] {
                add(family, .unbound, "-", from: namespace.name, specific: specific)
                for device in namespace.devices {
                    add(
                        family, .device(network: device.network), "dev:\(device.name)", from: namespace.name,
                        specific: specific)
                }
                if namespace.hasClient { add(family, .client, "-", from: namespace.client, specific: specific) }
            }
            for address in namespace.addresses {
                add(
                    address.family, .address(network: address.network), address.address, from: namespace.name,
                    specific: specific)
            }
        }
        return sockets
    }

    func demand(of socket: Socket, before ways: [String]) -> Demand {
        let same = Set(ways).count == 1 && ways.first != "-" ? ways.first : nil
        // A tunnel takes all it took, and a specific route keeps its say.
        if let same, Self.isTunnel(same) || socket.isToSpecificRoute && socket.bound != .unbound {
            return .reachesBy(same)
        }
        if socket.isToSpecificRoute { return same.map { .reachesBy($0) } ?? .nothing }
        let best = best(socket.family)
        if let same, best.count <= 1 || isDevice(socket.bound) && best.isEmpty {
            // It is cured where it is bound to an address: that may be by another way, which is its own network's.
            if case .address = socket.bound { return .reaches }
            return .reachesBy(same)
        }
        // What is no network's own is ambiguous on purpose.
        guard !best.isEmpty, best.allSatisfy({ $0 != nil }) else { return .nothing }
        return isOwed(socket, best.compactMap { $0 }) ? .reaches : .nothing
    }

    /// Whether the contract promises it, whatever was before.
    private func isOwed(_ socket: Socket, _ best: [Int]) -> Bool {
        let hasStray = namespace.networks.contains { namespace.strays.contains($0.interface) }
        guard !hasStray else { return false }
        return switch socket.bound {
        case .unbound, .client: best.count > 1 && best.contains { !namespace.networks[$0].isDead }
        case .device(let index?):
            !namespace.networks[index].isDead && namespace.networks[index].metrics[socket.family] != nil
        case .address(let index?):
            !namespace.networks[index].isDead && namespace.networks[index].metrics[socket.family] != nil
                && !namespace.entangled.contains(namespace.networks[index].interface)
        default: false
        }
    }

    private func isDevice(_ bound: Socket.Bound) -> Bool { if case .device = bound { true } else { false } }

    /// The defaults of the best metric in main: of each its network, or nil where it is none's.
    private func best(_ family: Int) -> [Int?] {
        let own = namespace.networks.enumerated().compactMap { index, network in
            network.metrics[family].map { (metric: $0, network: Optional(index)) }
        }
        let foreign = (namespace.foreignMetrics[family] ?? []).map { (metric: $0, network: Int?.none) }
        let least = (own + foreign).map(\.metric).min()
        return (own + foreign).filter { $0.metric == least }.map(\.network)
    }

    private static func isTunnel(_ way: String) -> Bool { way == "198.18.200.1" || way == "2001:db8:18:200::1" }
}
