extension NetworkMap {
    /// The picture in Graphviz's language: `dot -Tsvg`.
    public var graphviz: String {
        var lines = [
            "graph evenkeel {", "  rankdir=LR; nodesep=0.3; ranksep=1.2;",
            "  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];",
            "  edge [fontname=\"monospace\", fontsize=9];",
            "  subgraph cluster_host {", "    label=\"Host\";",
        ]
        for (place, uplink) in host.uplinks.enumerated() {
            let texts = [uplink.interface] + uplink.addresses + uplink.gateways.map { "via \($0)" }
            lines.append("    u\(place) [label=\"\(Self.label(texts))\"];")
        }
        if !host.drops.isEmpty {
            let colour = host.drops.contains { $0.isInForce && $0.packets > 0 } ? ", color=red, fontcolor=red" : ""
            lines.append("    drops [shape=plaintext, label=\"\(Self.label(host.drops.map { $0.text }))\"\(colour)];")
        }
        for (place, network) in networks.enumerated() {
            guard let bridge = network.bridge else { continue }
            lines.append("    b\(place) [label=\"\(Self.label([bridge.name] + bridge.addresses))\"];")
        }
        lines.append("  }")
        for (place, network) in networks.enumerated() {
            lines.append("  n\(place) [shape=ellipse, label=\"\(Self.label([network.title] + network.prefixes))\"];")
            if network.bridge != nil { lines.append("  b\(place) -- n\(place);") }
        }
        for (place, container) in containers.enumerated() { lines += Self.lines(of: container, "c\(place)") }
        return (lines + ["}"]).map { $0 + "\n" }.joined()
    }

    private static func lines(of container: Container, _ node: String) -> [String] {
        let head = [
            container.title,
            ([container.engine].compactMap { $0 } + [container.state.rawValue]).joined(separator: ", "),
        ]
        let more = container.drops.map { $0.text } + container.troubles + container.notes
        let edges = container.interfaces.compactMap { interface in
            interface.network.map { "  n\($0) -- \(node) [\(attributes(of: interface))];" }
        }
        return ["  \(node) [label=\"\(label(head + more))\"];"] + edges
    }

    private static func attributes(of interface: Interface) -> String {
        let texts =
            [interface.name] + interface.addresses + interface.roleTexts.map { $0.text }
            + interface.sources.map { "from \($0)" }
        let label = "label=\"\(label(texts))\""
        switch interface.line {
        case .unsafe: return "\(label), penwidth=3, color=red, fontcolor=red"
        case .default: return "\(label), penwidth=3"
        case .standby: return "\(label), style=dashed"
        case .plain: return label
        }
    }

    /// Lines of a label, aligned at the left.
    private static func label(_ lines: [String]) -> String { lines.map { $0.escapedForGraphviz + "\\l" }.joined() }
}
