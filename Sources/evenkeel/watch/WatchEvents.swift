import ArgumentParser
import LinuxSystem
import LinuxTools
import WatchClient

/// `evenkeel watch`, and in full `evenkeel watch events`
struct WatchEvents: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Shows what the watcher does, as it does it, until Ctrl-C.",
        discussion: """
            Each event has the local time, the container and what was done or seen. A container is named by the beginning of \
            its id, or by the path of its network namespace.

            EXAMPLES
              sudo evenkeel watch
              sudo evenkeel watch --json | jq -r 'select(.event == "remedy") | .text'

            JSON
              One object on each line: {"time", "event", "container", "namespace", "id", "remedy", "text", "microseconds"}.
              "event" is "remedy", "proposal" (--dry-run), "note", "failure", "contested", "declined", "state", "ended",
              "resync" or "message". "container", "namespace" and "id" are missing if it is about the host, "remedy" and
              "microseconds" (since the kernel's event) if it is no remedy. The last line, when the watcher has ended or does
              not run, is {"version": 1, "verdict": "ended", "error"}. PREFIX/share/evenkeel/schemas/watch-events.schema.json
              describes every key.

            EXIT STATUS
              1   the watcher does not run, or has ended; standard error says which
              64  the command line is wrong
            """)

    @OptionGroup var options: WatchOptions

    func run() throws {
        do throws(Failure) { try follow() } catch {
            say(error.description)
            if options.json { try Answer(EventsVerdict.ended, [], error: error.description).write(pretty: false) }
            throw ExitCode(1)
        }
    }

    /// Returns never but by a failure: even the watcher's end is one.
    private func follow() throws(Failure) {
        var events: WatcherEvents
        do { events = try options.watcher.events() } catch { throw Failure(ofWatcher: error) }
        while true {
            let event: WatcherEvent?
            do { event = try events.next() } catch { throw Failure(error) }
            guard let event else { throw Failure("the watcher at \(options.socket) has ended, or hung up") }
            if options.json {
                try write(data: event.line + "\n")
            } else {
                let text = event.text(columns: Terminal.columns, hasColor: Terminal.hasColor)
                try write(text, isPainted: true)
            }
        }
    }
}

/// The verdict of the last line: events have none.
private enum EventsVerdict: String {
    case ended
}
