import ArgumentParser
import LinuxSystem
import WatchClient

/// `evenkeel watch`: what the watcher does, and how it is.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows what the watcher does, and how it is.",
        discussion: """
            The watcher, evenkeel-watch.service, keeps running containers' networks and the host's rules safe. It listens to \
            the kernel, and mends what changes after a container's start. These commands ask it by its socket, and change \
            nothing. Only root and the group that the policy's "watch.group" names may ask.

            The socket speaks HTTP/1.0, so others can ask as well:
              curl --unix-socket \(RunDirectory.watchSocket) http://watch/metrics
            """,
        subcommands: [WatchEvents.self, WatchStatus.self], defaultSubcommand: WatchEvents.self)
}

/// What the subcommands share.
struct WatchOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the watcher listens.", valueName: "path"), completion: .file())
    var socket = RunDirectory.watchSocket

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        if socket.isEmpty { throw ValidationError("--socket takes a path") }
    }

    var watcher: WatcherSocket { WatcherSocket(socket) }
}

extension Failure {
    /// Why the watcher did not answer.
    init(ofWatcher error: KernelError) {
        guard [.noEntry, .connectionRefused].contains(error.errno) else {
            self.init(error)
            return
        }
        self.init("\(error.description); is evenkeel-watch.service running? `systemctl status evenkeel-watch`")
    }
}
