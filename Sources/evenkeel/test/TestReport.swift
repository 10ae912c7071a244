import Diagnosis
import Discovery
import JSON
import LinuxSystem
import LinuxTools
import Netlink
import Reachability

/// What a test found, in words and in JSON.
struct TestReport {
    let container: ContainerNamespace
    let measurement: Measurement
    let policyPath: String?

    init(_ container: ContainerNamespace, _ measurement: Measurement, policyPath: String?) {
        self.container = container
        self.measurement = measurement
        self.policyPath = policyPath
    }

    private var judgement: Judgement { measurement.judgement }

    /// The table, and the verdict in sentences. No line of the table is wider than `width`.
    func lines(width: Int) -> [String] {
        let results = judgement.results
        let columns: [Table.Column] = [
            .init("PROBE", .whole, results.map { "\($0.row.version) \($0.row.protocol.rawValue)" }),
            .init("FROM", .needed, results.map { $0.row.sourceText }),
            .init("TO", .needed, results.map { $0.row.targetText }),
            .init("SENT", .spare, alignsRight: true, results.map { "\($0.sent)" }),
            .init("LOST", .whole, alignsRight: true, results.map { "\($0.lost)" }),
            .init(
                "MEDIAN", .spare, alignsRight: true,
                results.map { $0.median.map(milliseconds) ?? $0.refusal.map { $0.symbol } ?? "-" }),
        ]
        return (results.isEmpty ? [] : Table(columns).lines(width: width) + [""])
            + (measurement.omissions.map { "not tested: \($0)" } + measurement.warnings.map { "note: \($0)" } + verdict)
            .flatMap { wrapped(printable($0), columns: width) }
    }

    /// `0.21 ms`
    private func milliseconds(_ nanoseconds: UInt64) -> String {
        let hundredths = (nanoseconds + 5000) / 10_000
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
    }

    private var verdict: [String] {
        let silence = silences
        switch judgement.verdict {
        case .answered:
            return ["answered: all \(judgement.results.count) rows lost nothing" + quietRows]
        case .lost:
            return losses + silence
                + ["`evenkeel doctor \(option)` says why; `evenkeel apply \(option)` repairs routes and filters"]
        case .noAnswer:
            if judgement.results.isEmpty { return ["no answer: the container has no interface to send from"] }
            if silence.isEmpty { return ["no answer: what was sent was answered, but not all was sent"] }
            return silence + ["name a target that answers with --to, or see `evenkeel doctor \(option)`"]
        }
    }

    /// Rows that nobody answered and that are no reason to worry.
    private var quietRows: String {
        let quiet = judgement.states.count { $0 == .silent }
        return quiet == 0 ? "" : " but \(quiet) that nobody answers, which tell nothing"
    }

    /// A line for each source and target that lost something.
    private var losses: [String] {
        var lines: [(head: String, parts: [String])] = []
        for result in judgement.losing {
            let source = result.row.source == .unbound ? "an unbound socket" : result.row.sourceText
            let head = "lost: \(result.row.version) from \(source) to \(result.row.targetText)"
            let part = "\(result.row.protocol.rawValue) \(result.lost) of \(result.sent)"
            if let place = lines.firstIndex(where: { $0.head == head }) {
                lines[place].parts.append(part)
            } else {
                lines.append((head, [part]))
            }
        }
        return lines.map { "\($0.head): \($0.parts.joined(separator: ", "))" }
    }

    private var silences: [String] {
        judgement.silentTargets.map { "no answer: \($0.text) answers nothing, so there is nothing to compare with" }
            + judgement.unansweredProtocols.map {
                "no answer: nobody answers \($0.protocol.rawValue) in \($0.version); a firewall may drop it"
            }
    }

    /// By which other commands find the container.
    private var option: String {
        let name = container.containers.first?.name
        return (name.map { "--container \($0.quotedForShell)" } ?? "--netns \(container.path.quotedForShell)")
            + (policyPath.map { " --policy \($0.quotedForShell)" } ?? "")
    }
}

extension TestReport {
    var answer: Answer {
        Answer(
            judgement.verdict,
            [
                .init("namespace", .string(container.path)),
                .init("containers", JSON(container.containers.map { $0.name ?? $0.id })),
                .init("rows", .array(zip(judgement.results, judgement.states).map { $0.json($1) })),
                .init("omitted", JSON(measurement.omissions)), .init("notes", JSON(measurement.warnings)),
            ])
    }

    /// The answer if nothing could be sent.
    static func answer(failure: String) -> Answer {
        let none = JSON.array([])
        return Answer(
            Failed.unknown,
            [
                .init("namespace", .null), .init("containers", none), .init("rows", none), .init("omitted", none),
                .init("notes", none),
            ], error: failure)
    }

    private enum Failed: String { case unknown }
}

extension RowResult {
    fileprivate func json(_ state: Judgement.State) -> JSON {
        .object([
            .init("family", .string(row.version.description)),
            .init("source", .object([.init("kind", .string(row.sourceKind)), .init("name", row.sourceName)])),
            .init("protocol", .string(row.protocol.rawValue)),
            .init(
                "target",
                .object([
                    .init("kind", .string(row.target.kind.rawValue)),
                    .init("address", .string(row.target.address.description)),
                    .init("port", .integer(Int64(row.target.port))),
                ])),
            .init("sent", .integer(Int64(sent))), .init("lost", .integer(Int64(lost))),
            .init("medianMicroseconds", median.map { .integer(Int64($0 / 1000)) } ?? .null),
            .init("refusal", refusal.map { .string($0.symbol) } ?? .null), .init("state", .string(state.rawValue)),
        ])
    }
}

extension ProbeRow {
    fileprivate var sourceKind: String {
        switch source {
        case .unbound: "unbound"
        case .address: "address"
        case .device: "device"
        case .host: "host"
        }
    }

    fileprivate var sourceName: JSON {
        switch source {
        case .unbound, .host: .null
        case .address(let address): .string(address.description)
        case .device(let name): .string(name.text)
        }
    }

    fileprivate var sourceText: String {
        switch source {
        case .unbound: "unbound"
        case .address(let address): address.description
        case .device(let name): name.description
        case .host: "the host"
        }
    }

    fileprivate var targetText: String { target.text }
}

extension ProbeTarget {
    fileprivate var text: String {
        switch kind {
        case .gateway: "gateway \(address)"
        case .host: "host \(address)"
        case .named: address.description
        case .published: "port \(port) of \(address)"
        }
    }
}
