import Discovery
import JSON
import Keel
import LinuxSystem

/// The result for one namespace, as text and as JSON.
struct ApplyResult {
    let namespace: ContainerNamespace
    var lines: [ChangeLine] = []
    var notes: [String] = []
    /// The names of its networks.
    var networks = NamedNetworks()
    /// The error if nothing could be done in this namespace.
    var failure: String?

    init(_ namespace: ContainerNamespace, notes: [String]) {
        self.namespace = namespace
        self.notes = notes
    }

    init(_ namespace: ContainerNamespace, failure: String) {
        self.namespace = namespace
        self.failure = failure
    }

    init(_ namespace: ContainerNamespace, failure: KernelError) {
        self.init(namespace, failure: Failure(failure).description)
    }

    init(_ namespace: ContainerNamespace, _ plan: Plan) {
        self.namespace = namespace
        lines = (plan.namespace + plan.host).map { ChangeLine($0) }
        notes = plan.notes
    }

    init(_ namespace: ContainerNamespace, _ report: Report) {
        self.namespace = namespace
        lines = report.steps.map { ChangeLine($0) }
        notes = report.notes
    }

    var errors: [String] {
        (failure.map { [$0] } ?? []) + lines.filter { $0.status == .failed }.map { $0.text }
    }

    /// A line for each change, below the namespace's name if there may be several.
    func text(titled: Bool) -> String {
        // Failures go to standard error.
        let said = lines.filter { $0.status != .failed }.map { networks.named($0.text) } + notes.map { "note: \($0)" }
        let all = said.isEmpty && errors.isEmpty ? ["nothing to do"] : said
        guard titled else { return all.map { $0 + "\n" }.joined() }
        return "\(printable(namespace.path)) (\(printable(namespace.evidence)))\n" + all.map { "  \($0)\n" }.joined()
    }

    private var json: JSON {
        .object([
            .init("namespace", .string(namespace.path)), .init("evidence", .string(namespace.evidence)),
            .init("networks", networks.json), .init("changes", .array(lines.map { $0.json })),
            .init("notes", .array(notes.map { .string($0) })),
            .init("error", failure.map { .string($0) } ?? .null),
        ])
    }

    /// The answer if nothing could be done at all.
    static func json(failure: String, dryRun: Bool) -> JSON {
        .object([
            .init("version", .integer(1)), .init("dryRun", .boolean(dryRun)), .init("namespaces", .array([])),
            .init("skipped", .array([])), .init("error", .string(failure)),
        ])
    }

    /// The whole answer. Its `version` rises when a key changes its meaning or is removed.
    static func json(_ results: [ApplyResult], skipped: [SkippedNamespace], dryRun: Bool) -> JSON {
        .object([
            .init("version", .integer(1)), .init("dryRun", .boolean(dryRun)),
            .init("namespaces", .array(results.map { $0.json })),
            .init(
                "skipped",
                .array(
                    skipped.map {
                        .object([.init("namespace", .string($0.path)), .init("reason", .string($0.reason))])
                    })),
            .init("error", .null),
        ])
    }
}
