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

    private func answer(dryRun: Bool) -> Answer {
        let verdict = ChangeVerdict(
            isRefused: !allErrors.isEmpty, hasChanges: !lines.isEmpty || !files.isEmpty, dryRun: dryRun)
        return Answer(
            verdict,
            [
                .init("dryRun", .boolean(dryRun)), .init("changes", .array(lines.map { $0.json() })),
                .init("files", JSON(files)), .init("notes", JSON(notes)), .init("errors", JSON(errors)),
            ], error: allErrors.isEmpty ? nil : allErrors.joined(separator: "; "))
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

    /// Keeps the watcher from putting tables back that are about to go.
    mutating func pauseWatcher(dryRun: Bool) {
        guard !WatcherPause.isOn else { return }
        do throws(KernelError) {
            if !dryRun { try WatcherPause.begin() }
            files.append(
                "\(dryRun ? "would write" : "wrote") \(RunDirectory.pausedFile): the watcher leaves the host's tables alone until "
                    + "`evenkeel host apply`")
        } catch { notes.append("\(error.description); a watcher that runs may put the tables back") }
    }

    /// Lets the watcher look after the tables that are about to be made.
    mutating func resumeWatcher(dryRun: Bool) {
        if !dryRun {
            do throws(KernelError) { try WatcherPause.noteWish() } catch { notes.append(error.description) }
        }
        guard WatcherPause.isOn else { return }
        do throws(KernelError) {
            if !dryRun { try WatcherPause.end() }
            files.append(
                "\(dryRun ? "would remove" : "removed") \(RunDirectory.pausedFile): the watcher looks after the host's tables again"
            )
        } catch { errors.append(error.description) }
    }

    /// Prints it all.
    ///
    /// - Throws: exit status 1 if anything was refused.
    func report(asJSON: Bool, dryRun: Bool) throws {
        try asJSON ? answer(dryRun: dryRun).write() : write(text)
        for error in allErrors { say(error) }
        if !allErrors.isEmpty { throw ExitCode(1) }
    }
}
