import ArgumentParser

/// `evenkeel cni remove`
struct CNIRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Takes the plugin out of configuration lists.",
        discussion: """
            Takes out every entry whose "type" is "evenkeel", whatever else it says, and the comma with it; a list to \
            which `add` was the last change is byte for byte what it was before. A list without the plugin stays as it \
            is. Do this before uninstalling: a list that names a missing plugin keeps every container from starting.

            EXAMPLES
              evenkeel cni remove --dir /etc/cni/net.d --dry-run
              evenkeel cni remove --dir /etc/cni/net.d
              evenkeel cni remove /etc/cni/net.d/storage.conflist --json

            EXIT STATUS
              0   no list has the plugin any more, or with --dry-run could be freed of it
              1   something was refused; what was, is on standard error
              64  the command line is wrong
            """)

    @OptionGroup var lists: ListArguments

    func run() throws { try lists.run { list throws(Refusal) in try list.removing() } }
}
