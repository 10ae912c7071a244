import Discovery
import Keel
import Netlink

@testable import Diagnosis

/// A container on networks 1 to N, as a look would have seen it: 10.89.N.5 on eth(N-1), whose gateway is 10.89.N.1.
struct TestObservation {
    var links: [Link] = []
    var addresses: [InterfaceAddress] = []
    var routes: [Route] = []
    var rules: [PolicyRule] = []
    var policy = Policy()
    var all = 0

    /// `metrics` are those of the networks' default routes; nil for a network without one.
    init(metrics: [UInt32?], filter: Int = 2) {
        for (place, metric) in metrics.enumerated() {
            let index = UInt32(place + 2)
            var link = Link(index: index, name: InterfaceName(stringLiteral: "eth\(place)"))
            link.reversePathFilter = filter
            links.append(link)
            addresses.append(Self.address("10.89.\(place + 1).5", index))
            if let metric { addDefault(via: "10.89.\(place + 1).1", index, metric) }
        }
    }

    mutating func addDefault(
        via gateway: String, _ interface: UInt32, _ metric: UInt32, table: UInt32 = Route.mainTable
    ) {
        let address = IPAddress(gateway)
        let hop = NextHop(interface: interface, gateway: address)
        routes.append(Route(address?.version ?? .v4, table: table, metric: metric, nextHops: [hop]))
    }

    /// What a start left: `Keel/Container/Mark.swift` has the numbers.
    mutating func addMark(_ metric: UInt32) {
        var route = Route(.v4, table: 17_738_997, metric: metric, nextHops: [NextHop(interface: 0, gateway: nil)])
        route.type = 6
        route.protocol = 69
        routes.append(route)
    }

    static func address(_ text: String, _ interface: UInt32) -> InterfaceAddress {
        let address = IPAddress(text) ?? IPAddress(text + "::")
        guard let address else { preconditionFailure("\(text) is no address") }
        return InterfaceAddress(
            interface: interface, address: address, prefixLength: address.version == .v4 ? 24 : 64, isGlobal: true,
            isPermanent: true)
    }

    func observation() throws -> ContainerObservation {
        var snapshot = NamespaceSnapshot(links: links, addresses: addresses, routes: routes, rules: rules)
        snapshot.reversePathFilterOfAll = all
        snapshot.reversePathFilterOfDefault = 2
        let namespace = ContainerNamespace(path: "/run/netns/netns-1", evidence: "podman", engine: .podman)
        return ContainerObservation(namespace, snapshot, plan: try snapshot.plan(policy.wanted))
    }

    /// A host that has the gateways' addresses on its bridges.
    static func host() -> HostObservation {
        var host = HostObservation()
        host.addresses = (0..<4).map { address("10.89.\($0 + 1).1", 100 + $0) } + [address("fe80::1", 100)]
        return host
    }

    /// All that is found in the container, and of the host with it alone.
    func findings(
        _ host: HostObservation = host(), _ change: (inout ContainerObservation) -> Void = { _ in }
    ) throws -> [Finding] {
        var observation = try observation()
        change(&observation)
        var diagnosis = Diagnosis(policy)
        diagnosis.host = host
        diagnosis.observations = [observation]
        return diagnosis.findings()
    }

    /// The bridge of a network's interface, in whose place on the host the packets come in.
    func attachment(_ place: Int, filter: Int = 0, mtu: UInt32? = nil, endMTU: UInt32? = nil) -> HostAttachment {
        var bridge = Link(index: 100 + UInt32(place), name: InterfaceName(stringLiteral: "br\(place + 1)"))
        bridge.reversePathFilter = filter
        bridge.mtu = mtu
        var end = Link(index: 200 + UInt32(place), name: InterfaceName(stringLiteral: "veth\(place)"))
        end.mtu = endMTU ?? links[place].mtu
        return HostAttachment(interface: links[place], end: end, bridge: bridge)
    }
}
