import ArgumentParser
import ConfigurationLists

/// `evenkeel cni add`
struct CNIAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Chains the plugin into configuration lists, as the last plugin.",
        discussion: """
            Where each runtime that reads a list also reads drop-in files (libcni 1.3: containerd 2.1, CRI-O 1.33), \
            the list stays as it is: NAME/50-evenkeel.conf beside it chains the plugin in, where NAME is the \
            network's. Elsewhere, and with --inline, the list itself is replaced in one step, or not at all.

            A list that already has the plugin stays as it is. These are refused and left alone: a list with a plugin \
            that its runtime would not find, broken JSON, a single plugin's configuration, Multus' own configuration, \
            and a list whose cniVersion evenkeel does not support. `evenkeel cni directories` shows what each runtime \
            finds.

            --dir takes every *.conflist in the order of names. A refused list does not stop the others. *.conf and \
            *.json files are listed and left alone.

            --prefer makes this network's default route win, in whatever order a container's networks are attached. \
            Without it the policy decides. A list that already has the plugin gets the preference added.

            Agents of a cluster's network, such as Calico's, Cilium's and flannel's, rewrite their list when they \
            start. A drop-in file outlives that. Without one, chain the plugin also where they take the list from, \
            such as their ConfigMap.

            \(Answer.help("cni-add", ChangeVerdict.self))

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
        help: ArgumentHelp(
            "Where the runtime looks for plugins, separated by colons, in place of what its configuration says.",
            valueName: "directories"))
    var pluginPath: String?

    @Option(
        help: ArgumentHelp("Take the runtimes' configuration from below this directory.", valueName: "directory"),
        completion: .directory)
    var root = "/"

    @Flag(help: "Write the plugin into the list, also where the runtime reads drop-in files.")
    var inline = false

    @Flag(help: "Chain the plugin although the runtime would not find a program that the list names.")
    var force = false

    func validate() throws {
        guard pluginPath.map({ PluginPath($0).directories.isEmpty }) != true else {
            throw ValidationError("--plugin-path takes at least one directory")
        }
        guard root.hasPrefix("/") else { throw ValidationError("--root takes an absolute path") }
    }

    func run() throws {
        let readers = ListReaders(pluginPath.map { PluginPath($0) }, root: root, isForced: force)
        try lists.run { list, path throws(Refusal) in
            try list.requireFitness()
            let note = try readers.require(list, at: path)
            if !inline, let dropIn = try readers.dropIn(for: list, at: path) {
                return GuardChange(adding: dropIn, prefer: prefer)
            }
            var change = try list.adding(prefer: prefer)
            if change.text != nil, let note { change.notes.append(note) }
            return GuardChange(change)
        }
    }
}
