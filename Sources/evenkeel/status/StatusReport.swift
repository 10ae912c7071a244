import Diagnosis
import Discovery
import HostCare
import JSON
import Keel
import LinuxSystem
import LinuxTools

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

    /// What could not be read, in a sentence; nil if all was.
    var failure: String? { problems.isEmpty ? nil : "the list may be incomplete; run it as root" }

    /// Nothing is wider than `width`; if there is less room than the widest row takes, texts lose their middle. Without a number
    /// there is room for all. `shown` says how a name or a line is shown.
    func lines(width: Int?, _ shown: (String) -> String = { $0 }) -> [String] {
        let head = [hostLine, watcherLine].flatMap { line in
            width.map { wrapped(printable(line), then: "  ", columns: $0) } ?? [printable(shown(line))]
        }
        guard !containers.isEmpty else {
            return head + ["", problems.isEmpty ? "no containers found" : "no container could be looked at"]
        }
        let rows = containers.map { $0.cells.map(shown) }
        let headings: [(String, Table.Column.Rank)] = [
            ("CONTAINER", .needed), ("ENGINE", .spare), ("NETWORKS", .telling), ("IPV4", .needed), ("IPV6", .needed),
            ("STATE", .needed),
        ]
        let columns = headings.enumerated().map { place, column in
            Table.Column(column.0, column.1, rows.map { $0[place] })
        }
        return head + [""] + Table(columns).lines(width: width ?? .max)
    }

    private var hostLine: String {
        let none = diagnosis.host.snapshot == nil ? "INVALID drop not known" : "INVALID drop in no table"
        let drop = tables.isEmpty ? none : "INVALID drop in \(tables.joined(separator: " and "))"
        guard let conntrack = diagnosis.host.state.conntrack else { return "Host: \(drop)" }
        return "Host: \(drop); conntrack \(conntrack.entries) of \(conntrack.max)"
    }

    private var watcherLine: String {
        guard let watcher = diagnosis.host.watcher else { return "Watcher: does not run, or does not answer this user" }
        return "Watcher: keeps \(watcher.kept)" + (watcher.isDry ? ", and changes nothing (--dry-run)" : "")
            + (watcher.plugin.map { $0.state == "off" ? "" : "; NRI \($0.state)" } ?? "")
    }

    enum Verdict: String, CaseIterable {
        /// Every container is kept, or skipped at its wish.
        case asPolicy = "as-policy"
        /// Some container is not guarded, or contested.
        case differs
        case unknown
    }

    private var verdict: Verdict {
        if containers.contains(where: { $0.state == .unguarded || $0.state == .contested }) { return .differs }
        return problems.isEmpty ? .asPolicy : .unknown
    }

    var answer: Answer {
        let watcher = diagnosis.host.watcher.map { JSON.object([.init("kept", .integer(Int64($0.kept)))]) }
        return Self.answer(
            verdict, host: host, watcher: watcher ?? .null, containers.map { $0.json }, problems, failure)
    }

    /// The answer if nothing could be looked at.
    static func answer(failure: String) -> Answer {
        answer(.unknown, host: host(tables: [], nil), watcher: .null, [], [], failure)
    }

    private static func answer(
        _ verdict: Verdict, host: JSON, watcher: JSON, _ containers: [JSON], _ problems: [String], _ error: String?
    ) -> Answer {
        Answer(
            verdict,
            [
                .init("host", host), .init("watcher", watcher), .init("containers", .array(containers)),
                .init("problems", JSON(problems)),
            ], error: error)
    }

    private var host: JSON { Self.host(tables: tables, diagnosis.host.state.conntrack) }

    private static func host(tables: [String], _ conntrack: ConntrackSnapshot?) -> JSON {
        .object([
            .init("tables", JSON(tables)), .init("conntrackEntries", JSON(conntrack?.entries)),
            .init("conntrackMax", JSON(conntrack?.max)),
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
