import Diagnosis
import Discovery
import JSON
import Keel
import LinuxSystem

/// The host's containers at a glance.
struct StatusReport {
    let containers: [ContainerSummary]
    private let diagnosis: Diagnosis

    init(_ diagnosis: Diagnosis) {
        self.diagnosis = diagnosis
        containers = diagnosis.summaries
    }

    /// What could not be read.
    var problems: [String] { diagnosis.missed.map { "\($0.what): \($0.reason)" } }

    private var tables: [String] {
        let snapshot = diagnosis.host.snapshot
        return [("ip", snapshot?.ipv4.state), ("ip6", snapshot?.ipv6.state)].filter { $0.1 == .active }.map { $0.0 }
    }

    /// Nothing is wider than `width`; if there is less room than the widest row takes, texts lose their middle.
    func lines(width: Int) -> [String] {
        let head = [hostLine, watcherLine].map { printable($0).shortened(to: width) }
        guard !containers.isEmpty else { return head + ["", "no containers found".shortened(to: width)] }
        let rows = containers.map { $0.cells }
        return head + [""]
            + StatusTable(heading: ["CONTAINER", "ENGINE", "NETWORKS", "IPV4", "IPV6", "STATE"], rows).lines(
                width: width)
    }

    private var hostLine: String {
        let drop = tables.isEmpty ? "INVALID drop in no table" : "INVALID drop in \(tables.joined(separator: " and "))"
        guard let conntrack = diagnosis.host.state.conntrack else { return "Host: \(drop)" }
        return "Host: \(drop); conntrack \(conntrack.entries) of \(conntrack.max)"
    }

    private var watcherLine: String {
        guard let watcher = diagnosis.host.watcher else { return "Watcher: does not run, or does not answer this user" }
        return "Watcher: keeps \(watcher.kept)" + (watcher.isDry ? ", and changes nothing (--dry-run)" : "")
            + (watcher.plugin.map { $0.state == "off" ? "" : "; NRI \($0.state)" } ?? "")
    }

    /// Its `version` rises when a key changes its meaning or is removed.
    var json: JSON {
        let watcher = diagnosis.host.watcher.map { JSON.object([.init("kept", .integer(Int64($0.kept)))]) }
        return .object([
            .init("version", .integer(1)), .init("host", host), .init("watcher", watcher ?? .null),
            .init("containers", .array(containers.map { $0.json })),
            .init("problems", .array(problems.map { .string($0) })),
        ])
    }

    private var host: JSON {
        let conntrack = diagnosis.host.state.conntrack
        return .object([
            .init("tables", .array(tables.map { .string($0) })),
            .init("conntrackEntries", conntrack.map { .integer(Int64($0.entries)) } ?? .null),
            .init("conntrackMax", conntrack.map { .integer(Int64($0.max)) } ?? .null),
        ])
    }
}

extension ContainerSummary {
    fileprivate var cells: [String] {
        [
            printable(container.title), engine, networks.map { $0.name ?? $0.interface }.joined(separator: ","),
            Self.text(ways.ipv4), Self.text(ways.ipv6), state.rawValue,
        ]
    }

    private var engine: String { container.engine?.rawValue ?? "-" }

    private static func text(_ way: [Network]?) -> String {
        guard let way else { return "-" }
        return way.isEmpty ? "none" : way.map { $0.name ?? $0.interface }.joined(separator: " or ")
    }

    fileprivate var json: JSON {
        let list = { (networks: [Network]) in JSON.array(networks.map { $0.json }) }
        return .object([
            .init("title", .string(printable(container.title))), .init("namespace", .string(container.path)),
            .init("engine", container.engine.map { .string($0.rawValue) } ?? .null),
            .init("ids", .array(container.containers.map { .string($0.id) })), .init("networks", list(networks)),
            .init("ipv4", ways.ipv4.map(list) ?? .null), .init("ipv6", ways.ipv6.map(list) ?? .null),
            .init("state", .string(state.rawValue)),
        ])
    }
}

extension ContainerSummary.Network {
    fileprivate var json: JSON {
        .object([.init("interface", .string(interface)), .init("name", name.map { .string($0) } ?? .null)])
    }
}
