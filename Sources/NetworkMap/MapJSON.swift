public import JSON

extension NetworkMap {
    /// What the map tells in a word.
    public enum Verdict: String, CaseIterable, Sendable {
        /// Nothing is red.
        case clear
        case troubled
        /// Something could not be looked at.
        case incomplete
        /// Nothing could.
        case unknown
    }

    public var verdict: Verdict { !problems.isEmpty ? .incomplete : isTroubled ? .troubled : .clear }

    /// The map for scripts.
    public var members: [JSON.Member] {
        Self.members(
            uplinks: host.uplinks.map { $0.json }, drops: host.drops.map { $0.json },
            networks: networks.map { $0.json }, containers: containers.map { $0.json }, missed: problems)
    }

    /// The same if nothing could be looked at.
    public static var noMembers: [JSON.Member] {
        members(uplinks: [], drops: [], networks: [], containers: [], missed: [])
    }

    private static func members(
        uplinks: [JSON], drops: [JSON], networks: [JSON], containers: [JSON], missed: [String]
    ) -> [JSON.Member] {
        [
            .init("host", .object([.init("uplinks", .array(uplinks)), .init("drops", .array(drops))])),
            .init("networks", .array(networks)), .init("containers", .array(containers)),
            .init("missed", .strings(missed)),
        ]
    }
}

extension JSON {
    fileprivate static func strings(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    fileprivate static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}

extension NetworkMap.Uplink {
    fileprivate var json: JSON {
        .object([
            .init("interface", .string(interface)), .init("addresses", .strings(addresses)),
            .init("gateways", .strings(gateways)),
        ])
    }
}

extension NetworkMap.Drop {
    fileprivate var json: JSON {
        .object([
            .init("what", .string(what)), .init("packets", .integer(Int64(clamping: packets))),
            .init("inForce", .boolean(isInForce)),
        ])
    }
}

extension NetworkMap.Network {
    fileprivate var json: JSON {
        let bridge = bridge.map { bridge in
            JSON.object([
                .init("interface", .string(bridge.name)), .init("addresses", .strings(bridge.addresses)),
                .init("guarded", .strings(bridge.guarded)),
            ])
        }
        return .object([
            .init("name", .text(name)), .init("bridge", bridge ?? .null), .init("kind", .text(kind)),
            .init("prefixes", .strings(prefixes)),
        ])
    }
}

extension NetworkMap.Container {
    fileprivate var json: JSON {
        .object([
            .init("title", .string(title)), .init("namespace", .string(namespace)), .init("engine", .text(engine)),
            .init("ids", .strings(ids)), .init("state", .string(state.rawValue)),
            .init("interfaces", .array(interfaces.map { $0.json })), .init("drops", .array(drops.map { $0.json })),
            .init("troubles", .strings(troubles)), .init("notes", .strings(notes)),
        ])
    }
}

extension NetworkMap.Interface {
    fileprivate var json: JSON {
        let way = { (family: String) in JSON.text(ways.first { $0.family == family }?.role.rawValue) }
        return .object([
            .init("interface", .string(name)), .init("network", network.map { .integer(Int64($0)) } ?? .null),
            .init("kind", .text(kind)), .init("hostEnd", .text(hostEnd)), .init("addresses", .strings(addresses)),
            .init("ipv4", way("IPv4")), .init("ipv6", way("IPv6")), .init("sources", .strings(sources)),
        ])
    }
}
