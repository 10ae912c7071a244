import ArgumentParser
import ConfigurationLists

/// `evenkeel cni remove`
struct CNIRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Takes the plugin out of configuration lists.",
        discussion: """
            Removes every entry whose "type" is "evenkeel", whatever else it holds, with its comma. If `add` was the \
            last change, the list is again byte for byte what it was before. Drop-in files go as well, also one whose \
            list is gone. A list without the plugin stays as it is. \
            Do this before uninstalling: a list that names a missing plugin keeps every container from starting.

            \(Answer.help("cni-remove", ChangeVerdict.self))

            EXAMPLES
              evenkeel cni remove --dir /etc/cni/net.d --dry-run
              evenkeel cni remove --dir /etc/cni/net.d
              evenkeel cni remove /etc/cni/net.d/storage.conflist --json

            EXIT STATUS
              0   no list has the plugin any more, or with --dry-run it could be removed
              1   something was refused; standard error says what
              64  the command line is wrong
            """)

    @OptionGroup var lists: ListArguments

    func run() throws {
        try lists.run(orphans: true) { list, path throws(Refusal) in
            var change = GuardChange(try list.removing())
            if let name = list.name, let dropIn = try? DropIn(network: name, in: ListReaders.folder(of: path)) {
                change.take(away: dropIn)
            }
            return change
        }
    }
}
