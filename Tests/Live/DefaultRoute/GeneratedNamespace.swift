import Laboratory

/// A container's namespace on networks, with tunnels and routes as a seed has them, made by the functions of world.sh.
///
/// The world around it: bridges 1 and 3 of a loose host and 2 and 4 of a strict one; LANs 5 and 6 with a router, LAN 7 with
/// none, and LAN 8 whose gateway is the host, which a macvlan cannot reach.
struct GeneratedNamespace {
    /// An interface on a bridge (1 to 4) or a LAN (5 to 8).
    struct Network {
        let number: Int
        let interface: String
        /// Nobody has its gateway's address.
        let isDead: Bool
        /// Of its default route in main, by family, where it has one that nobody but an engine made.
        var metrics: [Int: Int] = [:]

        var isLAN: Bool { number > 4 }
        func address(_ family: Int, _ part: Int) -> String {
            switch (family, isLAN) {
            case (4, false): "10.89.\(number).\(part)"
            case (4, true): "192.168.\(number).\(part)"
            case (_, false): "fd00:89:\(number)::\(part)"
            case (_, true): "fd00:168:\(number)::\(part)"
            }
        }
        func gateway(_ family: Int) -> String { address(family, isDead && !isLAN ? 254 : 1) }
        var length: [Int: Int] { [4: 24, 6: 64] }
    }

    static let world = """
        world; vpn
        bridge 1 0; bridge 2 1; bridge 3 0; bridge 4 1
        lan 5; lan 6; lan 7 nobody; lan 8 nobody
        ip addr add 192.168.8.1/24 dev lan8; ip addr add fd00:168:8::1/64 dev lan8 nodad

        """

    let seed: UInt64
    let name: String
    /// The last part of its addresses, and the number of its tunnel.
    let part: Int
    private(set) var commands: [String] = []
    private(set) var networks: [Network] = []
    private(set) var hasClient = false
    /// By family, the metrics of defaults in main that are no candidates.
    private(set) var foreignMetrics: [Int: [Int]] = [4: [], 6: []]
    /// Interfaces in whose prefix the `src` of a default lies, or an address of another interface.
    private(set) var entangled: Set<String> = []
    /// Interfaces whose default names the address of another network, whose packets may find no way back.
    private(set) var strays: Set<String> = []
    /// Addresses that sockets are bound to, by family, and whose network's they are.
    private(set) var addresses: [(family: Int, address: String, network: Int?)] = []
    private(set) var devices: [(name: String, network: Int?)] = []
    /// A second destination has a route of its own.
    private(set) var hasSpecificRoute = false
    private var random: SeededGenerator

    init(seed: UInt64, part: Int) {
        (self.seed, self.part, name) = (seed, part, "p\(part)")
        random = SeededGenerator(seed: seed)
        commands.append("rp_filter=\(pick([0, 1, 2])) container \(name)")
        attach()
        routeSomethingElse()
        if chance(40) { tunnel() }
        if chance(15) { daemon() }
        if chance(10) { addressInside() }
        if chance(20) { specificRoute() }
        if chance(40) {
            hasClient = true
            commands.append("inner \(name) \(client)")
        }
        commands.append("forgetful \(name)")
    }

    var client: String { name + "client" }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private mutating func attach() {
        let numbers = (1...8).shuffled(using: &random).prefix(pick([1, 2, 2, 2, 3, 3, 4]))
        // The order of names is not the order in which they come.
        let interfaces = (0..<numbers.count).shuffled(using: &random)
        let usual = pick([100, 100, 100, 0])
        for (number, index) in zip(numbers, interfaces) {
            let isDead = number >= 7 || (number <= 4 && chance(12))
            var network = Network(number: number, interface: "eth\(index)", isDead: isDead)
            commands.append("\(network.isLAN ? "plug" : "cable") \(name) \(number) \(network.interface) \(part)")
            addAddresses(network)
            for family in [4, 6] where chance(92) {
                network.metrics[family] = chance(60) ? usual : pick([50, 100, 200, 300])
            }
            networks.append(network)
            devices.append((network.interface, networks.count - 1))
        }
        // IPv4 defaults of several legs, which no candidate is.
        if networks.count > 1, chance(10) {
            networks[0].metrics[4] = nil
            networks[1].metrics[4] = nil
            foreignMetrics[4]?.append(usual)
            let legs = networks[...1].map { "nexthop via \($0.gateway(4)) dev \($0.interface)" }
            commands.append(
                "ip -n \(name) route append default proto static metric \(usual) \(legs.joined(separator: " "))")
        }
        for (index, network) in networks.enumerated() {
            for (family, metric) in network.metrics.sorted(by: { $0.key < $1.key }) {
                addDefault(network, at: index, family, metric)
            }
        }
    }

    private mutating func addAddresses(_ network: Network) {
        for family in [4, 6] { addresses.append((family, network.address(family, part), networks.count)) }
        guard chance(25) else { return }
        for family in [4, 6] {
            let second = network.address(family, part + 100)
            commands.append(
                "ip -n \(name) addr add \(second)/\(network.length[family] ?? 0) dev \(network.interface)"
                    + (family == 6 ? " nodad" : ""))
            addresses.append((family, second, networks.count))
        }
    }

    private mutating func addDefault(_ network: Network, at index: Int, _ family: Int, _ metric: Int) {
        // In IPv6, 0 is another word for 1024.
        let metric = family == 6 && metric == 0 ? 1024 : metric
        networks[index].metrics[family] = metric
        var words =
            "via \(name) \(network.interface) \(network.gateway(family)) proto \(pick(["static", "static", "boot", "dhcp"]))"
        words += " metric \(metric)"
        if networks.count > 1, chance(6) {
            let other = pick(networks)
            words += " src \(other.address(family, part))"
            if other.number != network.number {
                entangled.insert(other.interface)
                strays.insert(network.interface)
            }
        }
        commands.append(words)
    }

    /// A default that refuses, as a guard against leaks, or one in a table of somebody else's.
    private mutating func routeSomethingElse() {
        if chance(6) {
            let kind = pick(["blackhole", "unreachable", "prohibit"])
            for family in [4, 6] {
                commands.append("ip -n \(name) -\(family) route append \(kind) default metric 5000")
            }
        }
        if chance(10), let network = networks.first {
            commands.append(
                "ip -n \(name) route add default via \(network.gateway(4)) dev \(network.interface) table 77")
        }
    }

    private mutating func tunnel() {
        let overBridge = networks.contains { $0.number == 1 }
        let kind = pick(overBridge ? ["tun", "tap", "vxlan"] : ["tun", "tap"])
        commands.append("tunnel \(name) \(kind) vpn0 \(part) \(overBridge ? "10.89.1.\(part)" : "")")
        devices.append(("vpn0", nil))
        addresses += [(4, "10.8.\(part).2", nil), (6, "fd00:8:\(part)::2", nil)]
        let (gateway4, gateway6) = ("10.8.\(part).1", "fd00:8:\(part)::1")
        switch pick(["default", "default", "halves", "rules", "nothing"]) {
        case "default":
            let metric = pick([5, 5, 100, 500])
            for family in [4, 6] { foreignMetrics[family]?.append(metric) }
            commands.append("by_tunnel \(name) \(part) vpn0 metric \(metric)")
        case "halves":
            for (half, gateway) in [
                ("0.0.0.0/1", gateway4), ("128.0.0.0/1", gateway4), ("::/1", gateway6), ("8000::/1", gateway6),
            ] { commands.append("ip -n \(name) route add \(half) via \(gateway) dev vpn0") }
        case "rules":
            commands.append("by_tunnel \(name) \(part) vpn0 table 51820")
            let priority = pick(["", " priority 32765", " priority 100"])
            for family in [4, 6] {
                commands.append("ip -n \(name) -\(family) rule add not fwmark 0xca6c lookup 51820\(priority)")
                commands.append(
                    "ip -n \(name) -\(family) rule add lookup main suppress_prefixlength 0\(priority.isEmpty ? "" : " priority 99")"
                )
            }
        default: break
        }
    }

    private mutating func daemon() {
        let network = pick(networks)
        let (proto, metric) = (pick(["bgp", "zebra"]), pick([20, 700]))
        for family in [4, 6] {
            foreignMetrics[family]?.append(metric)
            commands.append(
                "via \(name) \(network.interface) \(network.gateway(family)) proto \(proto) metric \(metric)")
        }
    }

    private mutating func addressInside() {
        let network = pick(networks)
        entangled.insert(network.interface)
        commands.append("ip -n \(name) addr add \(network.address(4, part + 50))/32 dev lo")
        addresses.append((4, network.address(4, part + 50), nil))
    }

    private mutating func specificRoute() {
        hasSpecificRoute = true
        let network = pick(networks)
        commands.append("ip -n \(name) route add $other4 via \(network.gateway(4)) dev \(network.interface)")
        commands.append("ip -n \(name) route add $other6 via \(network.gateway(6)) dev \(network.interface)")
    }
}
