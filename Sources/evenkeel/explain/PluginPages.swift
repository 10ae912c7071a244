import Diagnosis

extension Page {
    static let plugins = [
        Page(
            id: .nriDisconnected, title: "a container runtime does not tell the watcher of pods",
            symptom: """
                Pods on several networks start, and their first connections may fail: what Evenkeel does in them comes a
                moment after their first container has begun. `evenkeel watch status` says that NRI is "connecting",
                "registering" or "syncing", and for how long.
                """,
            cause: """
                containerd and CRI-O tell plugins of each pod before its containers start, by NRI, the Node Resource
                Interface: a socket at /run/nri/nri.sock. The watcher is such a plugin, evenkeel with the index 10. The
                socket is there, and the watcher cannot stay connected: the runtime has ended and left its socket behind
                (connection refused), it refuses the registration (its answer is in the journal), it does not go on within
                5 seconds (another plugin may keep it waiting), or it hangs up.
                """,
            proof: """
                    evenkeel watch status                      # the state, since when, and the last failure
                    ss -xlp | grep nri.sock                    # who listens there, if anybody does
                    journalctl -u evenkeel-watch -u containerd -u crio | grep -i nri
                """,
            withEvenkeel: """
                If the runtime does not run, start it: the watcher connects by itself within 5 seconds. If it runs and refuses,
                restart it; pods that run are not touched. Pods start all the same meanwhile, and the watcher makes them safe
                by what the kernel tells. To have each pod safe from its first instruction without NRI, put the plugin into
                CNI's lists (`evenkeel cni add`). Who does not want NRI starts the watcher with --no-nri.
                """,
            without: """
                NRI is switched off in containerd by disable = true under [plugins."io.containerd.nri.v1.nri"], in CRI-O by
                enable_nri = false; the socket is gone then, and so is this finding.
                """,
            references: [
                "https://github.com/containerd/nri", "https://github.com/containerd/containerd/blob/main/docs/NRI.md",
            ])
    ]
}
