import ArgumentParser
import JSON
import LinuxSystem
import WatchClient

/// `evenkeel watch status`
struct WatchStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says how the watcher is: what it keeps safe, what it did, and how fast.",
        discussion: """
            Containers are "starting" until their start is over: only then the watcher knows whether they are to be left \
            alone. A container is "contested" if another program keeps undoing what is done: then nothing is done for a \
            minute, and for longer each time. A table of the host's that somebody took away by its name stays away until \
            `evenkeel host apply`.

            \(Answer.help("watch-status", WatcherVerdict.self))

            EXAMPLES
              sudo evenkeel watch status
              sudo evenkeel watch status --json | jq .latency

            EXIT STATUS
              0   the watcher runs, and nobody works against it
              1   it does not run; standard error says why
              2   another program keeps undoing what it does
              64  the command line is wrong
            """)

    @OptionGroup var options: WatchOptions

    func run() throws {
        let status: WatcherStatus
        do throws(Failure) {
            status = try ask()
            try options.json ? status.answer.write() : write(status.text)
        } catch {
            say(error.description)
            if options.json { try Answer(WatcherVerdict.unknown, [], error: error.description).write() }
            throw ExitCode(1)
        }
        if status.isContested { throw ExitCode(2) }
    }

    private func ask() throws(Failure) -> WatcherStatus {
        do { return try options.watcher.status() } catch { throw Failure(ofWatcher: error) }
    }
}

/// How the watcher is, in a word.
enum WatcherVerdict: String, CaseIterable {
    case well
    /// Another program keeps undoing what it does.
    case contested
    /// It does not answer.
    case unknown
}

extension WatcherStatus {
    /// What the watcher answered, in the shape that all answers have.
    var answer: Answer {
        let own: Set = ["version", "verdict", "error"]
        let members = (json.members ?? []).filter { !own.contains($0.name) }
        return Answer(isContested ? WatcherVerdict.contested : .well, members)
    }
}
