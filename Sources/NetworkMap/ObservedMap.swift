public import Diagnosis
import Keel
import LinuxSystem
import Netlink

extension NetworkMap {
    /// What was seen, as a picture. The containers are in the order of their names, the networks in that of their first container.
    public init(_ diagnosis: Diagnosis) {
        self.init()
        let host = diagnosis.host
        self.host = Host(host, diagnosis.observations)
        problems = diagnosis.missed.map { "\(printable($0.what)): \(printable($0.reason))" }
        var places: [NetworkKey: Int] = [:]
        for (observation, summary) in zip(diagnosis.observationsByName, diagnosis.summaries) {
            let roles = IPVersion.allCases.map { ($0, diagnosis.defaultRoles(of: observation, $0)) }
            var container = Container(observation, summary)
            for link in observation.snapshot.links.sorted(by: { isNaturallyOrdered($0.name, $1.name) })
            where !link.isLoopback {
                var interface = Interface(link, observation, roles)
                if let key = NetworkKey(link, of: observation) {
                    let place = places[key] ?? networks.count
                    if place == networks.count { networks.append(Network(key, host)) }
                    places[key] = place
                    interface.network = place
                    networks[place].add(prefixesOf: link.index, of: observation)
                }
                container.interfaces.append(interface)
            }
            containers.append(container)
        }
    }
}

/// What makes two interfaces members of one network.
private enum NetworkKey: Hashable {
    case bridge(Link, name: String?)
    /// Without a bridge of the host, by the engine's name or by the kind.
    case other(name: String?, kind: String)

    /// Nil for an interface that the container made for itself.
    init?(_ link: Link, of observation: ContainerObservation) {
        guard observation.isAttached(link.index) else { return nil }
        let name = observation.networks.network(of: link.index).map(printable)
        guard let attachment = observation.attachment(of: link.index) else {
            self = .other(
                name: name, kind: link.kind.map { "\(printable($0)), not by a bridge" } ?? "a device of its own")
            return
        }
        if let bridge = attachment.bridge {
            self = .bridge(bridge.identity, name: name)
        } else {
            self = .other(
                name: name, kind: attachment.end.master == nil ? "routed by the host" : "switched by the host")
        }
    }
}

extension Link {
    /// The parts that stay the same from one look to the next.
    fileprivate var identity: Link {
        var identity = Link(index: index, name: name)
        identity.kind = kind
        return identity
    }
}

extension NetworkMap.Network {
    fileprivate init(_ key: NetworkKey, _ host: HostObservation) {
        switch key {
        case .bridge(let bridge, let name):
            self.init(name: name, bridge: .init(bridge, host), kind: nil, prefixes: [])
        case .other(let name, let kind): self.init(name: name, bridge: nil, kind: kind, prefixes: [])
        }
    }

    /// Pods may each have a prefix of their own, so only the first few are shown.
    private static let mostPrefixes = 4

    fileprivate mutating func add(prefixesOf interface: UInt32, of observation: ContainerObservation) {
        for address in observation.snapshot.addresses where address.interface == interface && address.isGlobal {
            let prefix = "\(address.onLinkPrefix)"
            if prefixes.count < Self.mostPrefixes && !prefixes.contains(prefix) { prefixes.append(prefix) }
        }
    }
}

extension NetworkMap.Bridge {
    fileprivate init(_ bridge: Link, _ host: HostObservation) {
        let guarded = IPVersion.allCases.filter { version in
            guard let ruleset = host.snapshot?.ruleset(version) else { return false }
            return ruleset.state == .active && ruleset.containers?.contains(bridge.name) == true
        }
        self.init(
            name: bridge.name.description, addresses: host.texts(ofAddressesOf: bridge.index),
            guarded: guarded.map { "\($0)" })
    }
}

extension HostObservation {
    /// The global addresses of one of its interfaces with their prefix lengths.
    fileprivate func texts(ofAddressesOf interface: UInt32) -> [String] {
        addresses.filter { $0.interface == interface && $0.isGlobal }.map { "\($0.address)/\($0.prefixLength)" }
    }
}

extension NetworkMap.Host {
    fileprivate init(_ host: HostObservation, _ containers: [ContainerObservation]) {
        uplinks = host.waysOut.map { way in
            NetworkMap.Uplink(
                interface: way.link.name.description, addresses: host.texts(ofAddressesOf: way.link.index),
                gateways: way.gateways.map { "\($0)" })
        }
        let rules = [(IPVersion.v4, host.evidence.ipv4Rules), (.v6, host.evidence.ipv6Rules)]
        drops = rules.flatMap { version, rules in
            rules.compactMap { rule in
                guard let what = InvalidDrop.victims(of: rule), let counter = rule.counter else { return nil }
                return NetworkMap.Drop(what: "\(what), \(version)", packets: counter.packets, isInForce: true)
            }
        }
        if let filtered = host.filtered, filtered.count > 0 {
            let isInForce = host.filtersStrictly(containers)
            drops.append(.init(what: "reverse path filter", packets: filtered.count, isInForce: isInForce))
        }
    }
}

extension NetworkMap.Container {
    fileprivate init(_ observation: ContainerObservation, _ summary: ContainerSummary) {
        let namespace = observation.container
        self.init(
            title: printable(namespace.title), namespace: printable(namespace.path),
            engine: namespace.engine?.rawValue, ids: namespace.containers.map { printable($0.id) },
            state: summary.state, interfaces: [], drops: [], troubles: [], notes: [])
        if let filtered = observation.filtered, filtered.count > 0 {
            drops = [
                .init(
                    what: "reverse path filter", packets: filtered.count,
                    isInForce: observation.filtersStrictly)
            ]
        }
        if let refusal = observation.refusal {
            troubles = ["Evenkeel cannot set it up: \(printable(refusal.description))"]
        }
        let silent = observation.snapshot.doubtfulGateways.filter { $0.state == .silent }
        troubles += silent.map { "gateway \($0.address) does not answer" }
        let lacking = [(IPVersion.v4, summary.ways.ipv4), (.v6, summary.ways.ipv6)].filter { $0.1?.isEmpty == true }
        if !lacking.isEmpty {
            notes = ["no default route in \(lacking.map { "\($0.0)" }.joined(separator: " and "))"]
        }
    }
}

extension NetworkMap.Interface {
    fileprivate init(
        _ link: Link, _ observation: ContainerObservation, _ roles: [(IPVersion, [UInt32: DefaultRole])]
    ) {
        let own = observation.snapshot.addresses.filter { $0.interface == link.index && $0.isGlobal }
        self.init(
            name: link.name.description, network: nil, kind: link.kind.map(printable),
            hostEnd: observation.attachment(of: link.index)?.end.name.description,
            addresses: own.map { "\($0.address)/\($0.prefixLength)" },
            ways: roles.compactMap { version, roles in
                roles[link.index].map { NetworkMap.Way(family: "\(version)", role: .init($0)) }
            },
            sources: observation.sources(ledTo: link.index).map { "\($0)" })
    }
}

extension NetworkMap.Way.Role {
    fileprivate init(_ role: DefaultRole) {
        switch role {
        case .taken: self = .default
        case .shared(.turns): self = .alternates
        case .shared(.hash): self = .byFlow
        case .shared(.firstThatAnswers): self = .firstToAnswer
        case .standby: self = .standsBy
        }
    }
}
