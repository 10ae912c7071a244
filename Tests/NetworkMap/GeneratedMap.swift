import Diagnosis
import Laboratory

@testable import NetworkMap

/// Maps of any shape, the same in every run.
extension NetworkMap {
    init(containers: Int, networks: Int, seed: UInt64) {
        self.init()
        var random = SeededGenerator(seed: seed)
        host = .generated(using: &random)
        self.networks = (0..<networks).map { .generated($0, using: &random) }
        self.containers = (0..<containers).map { .generated($0, of: networks, using: &random) }
        problems = random.chance(5) ? ["/run/netns/gone: open it: No such file or directory"] : []
    }

    /// Two containers of a demo: one on both networks, whose defaults are equal or not.
    static func demo(isSafe: Bool) -> NetworkMap {
        var map = NetworkMap()
        map.host.uplinks = [.init(interface: "uplink", addresses: ["198.51.100.1/24"], gateways: ["198.51.100.2"])]
        map.networks = [
            .init(
                name: "front", bridge: .init(name: "br1", addresses: ["10.89.1.1/24"], guarded: []), kind: nil,
                prefixes: ["10.89.1.0/24"]),
            .init(
                name: "back", bridge: .init(name: "br2", addresses: ["10.89.2.1/24"], guarded: []), kind: nil,
                prefixes: ["10.89.2.0/24"]),
        ]
        let interface = { (place: Int, role: Way.Role, sources: [String]) in
            Interface(
                name: "eth\(place)", network: place, kind: "veth", hostEnd: "veth\(place)",
                addresses: ["10.89.\(place + 1).5/24"], ways: [Way(family: "IPv4", role: role)], sources: sources)
        }
        map.containers = [
            .init(
                title: "web", namespace: "/run/netns/netns-1", engine: "podman", ids: ["0123"],
                state: isSafe ? .kept : .unguarded,
                interfaces: isSafe
                    ? [interface(0, .default, []), interface(1, .standsBy, ["10.89.2.0/24"])]
                    : [interface(0, .alternates, []), interface(1, .alternates, [])],
                drops: [.init(what: "reverse path filter", packets: 37, isInForce: !isSafe)], troubles: [], notes: [])
        ]
        return map
    }
}

extension SeededGenerator {
    /// True once in so many times.
    mutating func chance(_ times: Int) -> Bool { Int.random(in: 0..<times, using: &self) == 0 }

    /// Plain words, and what nobody expects.
    mutating func name(_ stem: String) -> String {
        let wild = [
            "<script>alert(1)</script>", "\"quoted\" & 'single'", "tab\tnew\nline\u{1b}[31m", "שרת-אינטרנט",
            "\u{202e}abc\u{2066}",
            "容器容器容器容器容器", "👩‍👩‍👧‍👦🚢🚢🚢", String(repeating: "very-long-", count: 30), "\u{fffd}\u{fffe}\u{0}", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A", "]]>-->",
            "",
        ]
        return chance(4)
            ? wild.randomElement(using: &self) ?? stem : stem + "-\(Int.random(in: 0..<1000, using: &self))"
    }
}

extension NetworkMap.Host {
    fileprivate static func generated(using random: inout SeededGenerator) -> NetworkMap.Host {
        var host = NetworkMap.Host()
        host.uplinks = (0..<Int.random(in: 0...3, using: &random)).map { place in
            .init(
                interface: "eth\(place)",
                addresses: ["192.0.2.\(place + 2)/24", "2001:db8:1234:5678:9abc:def0:1234:567\(place)/64"],
                gateways: ["192.0.2.1"])
        }
        host.drops = ["INVALID resets, IPv4", "INVALID forwarded, IPv6"].map {
            .init(what: $0, packets: random.chance(2) ? .max : 0, isInForce: true)
        }
        return host
    }
}

extension NetworkMap.Network {
    fileprivate static func generated(_ place: Int, using random: inout SeededGenerator) -> NetworkMap.Network {
        let hasBridge = !random.chance(4)
        return .init(
            name: random.chance(4) ? nil : random.name("network"),
            bridge: hasBridge
                ? .init(
                    name: "br\(place)", addresses: ["10.89.\(place).1/24"], guarded: random.chance(2) ? ["IPv4"] : [])
                : nil,
            kind: hasBridge ? nil : "macvlan, not by a bridge",
            prefixes: (0..<Int.random(in: 0...4, using: &random)).map { "10.89.\(place * 5 + $0).0/24" })
    }
}

extension NetworkMap.Container {
    fileprivate static func generated(
        _ place: Int, of networks: Int, using random: inout SeededGenerator
    ) -> NetworkMap.Container {
        let count = Int.random(in: 0...min(networks, 4), using: &random)
        let chosen = (0..<networks).shuffled(using: &random).prefix(count)
        var interfaces = chosen.sorted().enumerated().map {
            NetworkMap.Interface.generated($0.offset, $0.element, using: &random)
        }
        if random.chance(6) { interfaces.append(.generated(9, nil, using: &random)) }
        return .init(
            title: random.name("web"), namespace: "/run/netns/netns-\(place)",
            engine: ["podman", "Docker", nil].randomElement(using: &random) ?? nil, ids: [],
            state: ContainerSummary.State.allCases.randomElement(using: &random) ?? .kept, interfaces: interfaces,
            drops: random.chance(3)
                ? [.init(what: "reverse path filter", packets: 37, isInForce: random.chance(2))] : [],
            troubles: random.chance(8) ? ["Evenkeel cannot set it up: " + random.name("reason")] : [],
            notes: random.chance(5) ? ["no default route in IPv4"] : [])
    }
}

extension NetworkMap.Interface {
    fileprivate static func generated(
        _ place: Int, _ network: Int?, using random: inout SeededGenerator
    ) -> NetworkMap.Interface {
        let ways = ["IPv4", "IPv6"].compactMap { family in
            random.chance(3)
                ? nil
                : NetworkMap.Way(
                    family: family, role: NetworkMap.Way.Role.allCases.randomElement(using: &random) ?? .default)
        }
        let addresses = (0..<Int.random(in: 0...8, using: &random)).map { "fd00:89:1234:5678:9abc:def0:1234:\($0)/64" }
        return .init(
            name: random.chance(5) ? random.name("e") : "eth\(place)", network: network,
            kind: network == nil ? "wireguard" : "veth",
            hostEnd: nil, addresses: addresses, ways: ways,
            sources: (0..<Int.random(in: 0...5, using: &random)).map { "fd00:89:1234:\($0)::/64" })
    }
}
