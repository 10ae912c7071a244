import ArgumentParser
import ContainerRuntimes
import LinuxSystem

/// `evenkeel cni directories`
struct CNIDirectories: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directories",
        abstract: "Shows where each runtime looks for lists and for plugins, and whether it finds what its lists name.",
        discussion: """
            Reads the configuration of containerd, CRI-O, k3s, RKE2, nerdctl, and of podman with CNI networks. A list \
            that names a plugin which its runtime does not find keeps every container of that network from starting \
            and from stopping. Changes nothing, and needs no root.

            With --check it says only what is wrong, and ends with 1 if a list is.

            \(Answer.help("cni-directories", RuntimeListing.Verdict.self))

            EXAMPLES
              evenkeel cni directories
              evenkeel cni directories --json | jq '.runtimes[].files[] | select(.missing != [])'
              evenkeel cni directories --check

            EXIT STATUS
              0   the answer was printed; with --check: every runtime finds what its lists name
              1   the answer could not be had; with --check: something is wrong, and standard error says what
              64  the command line is wrong
            """)

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    @Flag(help: "Say what is wrong; print nothing else.")
    var check = false

    @Flag(
        name: .customLong("for-plugin"), help: "Print the directories where the plugin's program belongs, a line each.")
    var forPlugin = false

    @Flag(name: .customLong("lists"), help: "Print the directories of lists, a line each.")
    var listFolders = false

    @Option(
        help: ArgumentHelp("Look below this directory as if it were /.", valueName: "directory"), completion: .directory
    )
    var root = "/"

    func validate() throws {
        guard [json, check, forPlugin, listFolders].count(where: { $0 }) <= 1 else {
            throw ValidationError("--json, --check, --for-plugin and --lists go alone")
        }
        guard root.hasPrefix("/") else { throw ValidationError("--root takes an absolute path") }
    }

    func run() throws {
        do throws(Failure) {
            let listing = try RuntimeListing(root: root)
            if check {
                guard listing.problems.isEmpty else {
                    throw Failure(listing.problems.joined(separator: "\nevenkeel: "))
                }
            } else if json {
                try listing.answer.write()
            } else if forPlugin {
                try write(data: listing.plugin.map { $0 + "\n" }.joined())
            } else if listFolders {
                try write(data: listing.entries.map { $0.runtime.listsFolder }.unique.map { $0 + "\n" }.joined())
            } else {
                try write(listing.text)
            }
        } catch {
            say(error.description)
            if json { RuntimeListing.answer(failure: error.description).writeAfterFailure() }
            throw ExitCode(1)
        }
    }
}
