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
    /// The names of its interfaces by their indexes.
    var interfaces: [UInt32: String] = [:]
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

    /// The container's name first; a namespace of none that is known has its path alone.
    private var title: String {
        let known = namespace.title == namespace.path ? "" : "\(printable(namespace.title)) "
        let place =
            known.isEmpty
            ? "\(printable(namespace.path)) (\(printable(namespace.evidence)))"
            : "(\(printable(namespace.evidence)), \(printable(namespace.path)))"
        return known + place
    }

    /// A line for each change, below the container's name if there may be several.
    func text(titled: Bool) -> String {
        // Failures go to standard error.
        let said = lines.filter { $0.status != .failed }.map { networks.named($0.text) } + notes.map { "note: \($0)" }
        let all = said.isEmpty && errors.isEmpty ? ["nothing to do"] : said
        guard titled else { return all.map { $0 + "\n" }.joined() }
        return "\(title)\n" + all.map { "  \($0)\n" }.joined()
    }

    private var json: JSON {
        .object([
            .init("container", JSON(namespace.containers.isEmpty ? nil : namespace.title)),
            .init("engine", JSON(namespace.engine?.rawValue)),
            .init("namespace", .string(namespace.path)), .init("evidence", .string(namespace.evidence)),
            .init("networks", networks.json), .init("changes", .array(lines.map { $0.json(interfaces) })),
            .init("notes", JSON(notes)), .init("error", JSON(failure)),
        ])
    }

    /// The whole answer. `failure` says why nothing could be done at all, or what is wrong with the policy.
    static func answer(
        _ results: [ApplyResult], skipped: [SkippedNamespace], dryRun: Bool, failure: String? = nil
    ) -> Answer {
        let verdict = ChangeVerdict(
            isRefused: failure != nil || results.contains { !$0.errors.isEmpty },
            hasChanges: results.contains { !$0.lines.isEmpty }, dryRun: dryRun)
        let left = skipped.map { skipped in
            JSON.object([.init("namespace", .string(skipped.path)), .init("reason", .string(skipped.reason))])
        }
        return Answer(
            verdict,
            [
                .init("dryRun", .boolean(dryRun)), .init("namespaces", .array(results.map { $0.json })),
                .init("skipped", .array(left)),
            ], error: failure)
    }
}
