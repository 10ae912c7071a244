import ArgumentParser
import ConfigurationLists
import JSON
import Keel
import LinuxSystem

/// Which configuration lists a command is about, and how it answers.
struct ListArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("Configuration lists.", valueName: "file"), completion: .file())
    var files: [String] = []

    @Option(help: ArgumentHelp("Every *.conflist in this directory.", valueName: "directory"), completion: .directory)
    var dir: String?

    @Flag(name: [.customLong("dry-run"), .customShort("n")], help: "Say what would be done; change nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard files.isEmpty != (dir == nil) else { throw ValidationError("name configuration lists, or --dir") }
        guard files.allSatisfy({ !$0.isEmpty }), dir?.isEmpty != true else {
            throw ValidationError("the name of a file or directory is empty")
        }
    }

    /// Changes each list. A refused list does not stop the others. With `orphans` also drop-in files whose list is gone.
    func run(
        orphans: Bool = false, change: (ConfigurationList, String) throws(Refusal) -> GuardChange
    ) throws {
        var answer = ListAnswer(dryRun: dryRun)
        do throws(Refusal) {
            var files = files
            var abandoned: [DropIn] = []
            if let dir {
                let directory = try ConfigurationDirectory(dir)
                (files, answer.skipped) = (directory.lists, directory.skipped)
                if orphans { abandoned = try directory.dropInsWithoutList(dir) }
                guard !files.isEmpty || !abandoned.isEmpty else {
                    throw Refusal("\(printable(dir)) holds no configuration list (*.conflist)")
                }
            }
            for path in files {
                answer.files.append(ListResult(changing: path, dryRun: dryRun, change))
            }
            for dropIn in abandoned { answer.files.append(ListResult(removing: dropIn, dryRun: dryRun)) }
        } catch { answer.failure = error.reason }
        do throws(Failure) {
            try json ? answer.answer.write() : write(answer.text)
        } catch {
            say(error.description)
            throw ExitCode(1)
        }
        for problem in answer.problems { say(problem) }
        if !answer.problems.isEmpty { throw ExitCode(1) }
    }
}
