import ArgumentParser
import ConfigurationLists

/// `evenkeel cni add`
struct CNIAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Chains the plugin into configuration lists, as the last plugin.",
        discussion: """
            Each list is replaced in one step, or not at all. A list that already has the plugin stays as it is. These \
            are refused and left alone: broken JSON, a single plugin's configuration, Multus' own configuration, and a \
            list whose cniVersion evenkeel does not support.

            --dir takes every *.conflist in the order of names. A refused list does not stop the others. *.conf and \
            *.json files are listed and left alone.

            --prefer makes this network's default route win, in whatever order a container's networks are attached. \
            Without it the policy decides. A list that already has the plugin gets the preference added.

            Agents of a cluster's network, such as Calico's, Cilium's and flannel's, rewrite their list when they \
            start. Chain the plugin also where they take it from, such as their ConfigMap.

            EXAMPLES
              evenkeel cni add --dir /etc/cni/net.d --dry-run
              evenkeel cni add --dir /etc/cni/net.d
              evenkeel cni add --prefer /etc/cni/net.d/storage.conflist

            EXIT STATUS
              0   every list has the plugin, or with --dry-run could get it
              1   something was refused; standard error says what
              64  the command line is wrong
            """)

    @OptionGroup var lists: ListArguments

    @Flag(help: "Let this network's default route win: write \"prefer\": true.")
    var prefer = false

    @Option(
        help: ArgumentHelp("Where the runtime looks for plugins, separated by colons.", valueName: "directories"))
    var pluginPath = PluginPath.usual

    @Flag(help: "Chain the plugin although its program is not in the plugin path.")
    var force = false

    func validate() throws {
        guard !PluginPath(pluginPath).directories.isEmpty else {
            throw ValidationError("--plugin-path takes at least one directory")
        }
    }

    func run() throws {
        let path = PluginPath(pluginPath)
        try lists.run { () throws(Refusal) in
            if !force { try path.requireOurs() }
        } change: {
            list throws(Refusal) in
            var change = try list.adding(prefer: prefer)
            if change.text != nil, let first = list.plugins.first, let note = path.note(besides: first.type) {
                change.notes.append(note)
            }
            return change
        }
    }
}
