import LinuxSystem
import JSON
import Keel

/// The whole answer, as text and as JSON.
struct ListAnswer {
    let dryRun: Bool
    var files: [ListResult] = []
    var skipped: [ConfigurationDirectory.Skipped] = []
    /// Why nothing could be done at all.
    var failure: String?

    init(dryRun: Bool) { self.dryRun = dryRun }

    /// The refusals, for standard error.
    var problems: [String] {
        let refused = files.filter { $0.outcome == .refused }
        return (failure.map { [$0] } ?? []) + refused.map { $0.message }
    }

    /// A line for each file that was not refused, its notes below it.
    var text: String {
        let done = files.filter { $0.outcome != .refused }.flatMap { file in
            [file.message] + file.notes.map { "  note: \($0)" }
        }
        let left = skipped.map { "left alone: \(printable($0.path)) (\($0.reason))" }
        return (done + left).map { $0 + "\n" }.joined()
    }

    var answer: Answer {
        let verdict = ChangeVerdict(
            isRefused: !problems.isEmpty, hasChanges: files.contains { $0.outcome == .changed }, dryRun: dryRun)
        let left = skipped.map { JSON.object([.init("path", .string($0.path)), .init("reason", .string($0.reason))]) }
        return Answer(
            verdict,
            [
                .init("dryRun", .boolean(dryRun)), .init("files", .array(files.map { $0.json })),
                .init("skipped", .array(left)),
            ], error: failure)
    }
}
