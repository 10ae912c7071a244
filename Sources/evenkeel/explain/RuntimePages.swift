import Diagnosis

extension Page {
    static let runtimes = [
        Page(
            id: .cniPluginNotFound, title: "a CNI list names a plugin that its runtime does not find",
            symptom: """
                Pods stay in ContainerCreating, and those that are deleted in Terminating. The events and the runtime's log say:
                failed to find plugin "NAME" in path [...].
                """,
            cause: """
                A runtime runs the plugins of a list one after the other, and looks for each in directories of its own
                configuration: bin_dir or bin_dirs of containerd, plugin_dirs of CRI-O. Debian's containerd looks in
                /usr/lib/cni, Fedora's in /usr/libexec/cni, k3s in /var/lib/rancher/k3s/data/cni, others in /opt/cni/bin. With
                one plugin missing the whole list fails, at the start of a container and at its end.
                """,
            proof: """
                    evenkeel cni directories
                    containerd config dump | grep -E 'bin_dir|conf_dir'
                    journalctl -u containerd | grep 'failed to find plugin'
                """,
            withEvenkeel: """
                If it is evenkeel that is missing: installing it again (the package, or sudo install/install.sh --cni-lists)
                puts it where the runtime looks, and sudo evenkeel cni remove FILE takes it out of the list. If it is another
                one: put it there, or take it out of the list.
                """,
            without: "Copy the program into the directory that the runtime's configuration names.",
            references: ["evenkeel cni --help", "https://www.cni.dev/docs/spec/"]),
        Page(
            id: .cniListNotGuarded, title: "a CNI list lacks the plugin that another list has",
            symptom: "Containers of one network are safe from their start, those of another are not.",
            cause: """
                The plugin guards the networks whose list names it, or that have its drop-in file. This list came later, or an
                agent of the cluster's network has written it anew, as Calico's, Cilium's and flannel's do when they start.
                """,
            proof: """
                    evenkeel cni directories
                    jq -c '[.name, (.plugins | map(.type))]' /etc/cni/net.d/*.conflist
                """,
            withEvenkeel: """
                sudo evenkeel cni add FILE. If an agent writes the list, and the runtime reads drop-in files (containerd 2.1,
                CRI-O 1.33), that command uses one, and it stays. The watcher guards these containers as well, shortly after
                their start. To leave a network out on purpose is fine.
                """,
            without: "Put an entry of type evenkeel last in the list of plugins.",
            references: ["evenkeel cni add --help"]),
        Page(
            id: .runtimeClassIncomplete, title: "a containerd configuration names runtimes, but not the default one",
            symptom: """
                After a runtime class was added, the node is NotReady, and crictl says: unknown service
                runtime.v1.RuntimeService. containerd itself runs.
                """,
            cause: """
                As soon as config.toml names one entry of containerd.runtimes, containerd 1 takes that table in place of its own,
                in which runc was. Without the entry that default_runtime_name means, its CRI plugin does not load.
                """,
            proof: """
                    containerd config dump | grep -A3 -E 'default_runtime_name|runtimes'
                    ctr plugins ls | grep cri
                """,
            withEvenkeel: """
                evenkeel runtime-class --containerd prints what is missing, for the end of the file; restart containerd afterwards.
                """,
            without: """
                Add an entry of that name with runtime_type = "io.containerd.runc.v2", and restart containerd.
                """,
            references: ["https://github.com/containerd/containerd/blob/main/docs/cri/config.md"]),
    ]
}
