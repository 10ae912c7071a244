import ArgumentParser

/// `evenkeel cni`: the plugin in and out of configuration lists.
struct CNICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cni",
        abstract: "Chains the CNI plugin into networks' configurations, or takes it out.",
        discussion: """
            A network for CNI is a configuration list, /etc/cni/net.d/NAME.conflist: the runtime runs its "plugins" one \
            after the other for each container that starts, and each is told what those before it did. Evenkeel makes \
            safe what the others have set up, so {"type": "evenkeel"} belongs behind them, at the end.

            `add` puts it there and `remove` takes it out. Nothing else in the file changes, not even its white space. \
            Containers that run already keep the network they have; see `evenkeel apply`.
            """,
        subcommands: [CNIAdd.self, CNIRemove.self])
}
