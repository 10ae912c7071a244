import ArgumentParser

/// `evenkeel cni`: chains the plugin into configuration lists, and takes it out.
struct CNICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cni",
        abstract: "Chains the CNI plugin into networks' configurations, or takes it out.",
        discussion: """
            CNI describes a network by a configuration list, /etc/cni/net.d/NAME.conflist. For each container that \
            starts, the runtime runs the list's "plugins" in order, and each gets the result of those before it. \
            Evenkeel makes safe what the others have set up, so {"type": "evenkeel"} belongs at the end.

            `add` puts it there and `remove` takes it out. Nothing else in the file changes, not even white space. \
            Running containers keep their network; see `evenkeel apply`.
            """,
        subcommands: [CNIAdd.self, CNIRemove.self, CNIDirectories.self])
}
