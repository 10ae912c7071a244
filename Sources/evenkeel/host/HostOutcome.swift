import ArgumentParser
import HostCare
import JSON
import Keel
import LinuxSystem

/// The result of changing the host.
struct HostOutcome {
    var lines: [ChangeLine] = []
    /// What was or would be done to files.
    var files: [String] = []
    var notes: [String] = []
    var errors: [String] = []

    /// Including failures of single changes.
    var allErrors: [String] { errors + lines.filter { $0.status == .failed }.map { $0.text } }

    private var text: String {
        let said = lines.filter { $0.status != .failed }.map { $0.text } + files + notes.map { "note: \($0)" }
        let all = said.isEmpty && allErrors.isEmpty ? ["nothing to do"] : said
        return all.map { $0 + "\n" }.joined()
    }

    private func json(dryRun: Bool) -> JSON {
        .object([
            .init("version", .integer(1)), .init("dryRun", .boolean(dryRun)),
            .init("changes", .array(lines.map { $0.json })), .init("files", .array(files.map { .string($0) })),
            .init("notes", .array(notes.map { .string($0) })), .init("errors", .array(errors.map { .string($0) })),
        ])
    }

    /// Removes our files that are read at boot, except those that are `wanted`.
    mutating func removeFiles(besides wanted: [PersistentSettings.File] = [], dryRun: Bool) {
        let (paths, failures) = PersistentSettings.present(besides: wanted)
        errors += failures.map { Failure($0).description }
        for path in paths {
            do throws(KernelError) {
                if !dryRun { try PersistentSettings.remove(path) }
                files.append("\(dryRun ? "would remove" : "removed") \(path)")
            } catch { errors.append(error.description) }
        }
    }

    /// Prints it all.
    ///
    /// - Throws: exit status 1 if anything was refused.
    func report(asJSON: Bool, dryRun: Bool) throws {
        try write(asJSON ? json(dryRun: dryRun).text(pretty: true) + "\n" : text)
        for error in allErrors { say(error) }
        if !allErrors.isEmpty { throw ExitCode(1) }
    }
}
