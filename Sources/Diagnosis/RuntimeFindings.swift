import ContainerRuntimes

// What keeps pods from starting, or lets them start unguarded: runtimes' lists, plugins and classes.

extension HostObservation {
    func runtimeFindings() -> [Finding] {
        runtimes.flatMap { runtime in
            runtime.lists.compactMap { missing($0, runtime) } + (incompleteClass(runtime).map { [$0] } ?? [])
        } + unguarded()
    }

    private func missing(_ list: ListObservation, _ runtime: ObservedRuntime) -> Finding? {
        // What others lack is told where somebody misses it.
        guard list.isUsed, list.lacksOurs || !list.missing.isEmpty && runtime.runsPods
        else { return nil }
        let names = list.missing.joined(separator: ", ")
        let isOurs = list.lacksOnlyOurs
        return Finding(
            .cniPluginNotFound, .error, at: .host,
            "\(runtime.name) does not find a plugin that its list names",
            evidence: [
                "\(list.path) names \(names)",
                "\(runtime.name) looks in \(runtime.pluginFolders.joined(separator: ", "))",
            ],
            consequence:
                "no container of the network \(list.name ?? "there") starts, and none that runs can be stopped",
            remedy: isOurs
                ? "evenkeel cni remove \(list.path.quotedForShell)"
                : "(put \(names) into \(runtime.pluginFolders.first ?? "its folder"), or take it out of the list)")
    }

    /// As soon as one list has the plugin, somebody has meant to guard this host's networks.
    private func unguarded() -> [Finding] {
        let lists = runtimes.flatMap { runtime in runtime.lists.filter { $0.isUsed && $0.fault == nil } }
        guard let model = lists.first(where: { $0.guarded != nil }) else { return [] }
        var paths: [String] = []
        for list in lists where list.guarded == nil && list.makesNetworks && !paths.contains(list.path) {
            paths.append(list.path)
        }
        if paths.isEmpty { return [] }
        return [
            Finding(
                .cniListNotGuarded, .information, at: .host,
                paths.count == 1
                    ? "a CNI list does not have the plugin" : "\(paths.count) CNI lists do not have the plugin",
                evidence: ["\(model.path) has it"] + paths.prefix(8).map { "\($0) does not" },
                consequence:
                    "containers of these networks start without being made safe, unless a hook or the watcher does it",
                remedy: "evenkeel cni add \(paths.prefix(8).map { $0.quotedForShell }.joined(separator: " "))")
        ]
    }

    private func incompleteClass(_ runtime: ObservedRuntime) -> Finding? {
        guard let (file, handler) = runtime.incomplete else { return nil }
        return Finding(
            .runtimeClassIncomplete, .error, at: .host,
            "\(runtime.name)'s configuration names runtimes, but not the one that pods get by default",
            evidence: ["\(file) names no runtime \(handler)"],
            consequence: "containerd 1 runs no pods at all: its CRI plugin does not load, and says so in its log only",
            remedy: "evenkeel runtime-class --containerd --config \(file.quotedForShell) >>\(file.quotedForShell)")
    }
}

extension ListObservation {
    /// Neither the loopback alone nor Multus, which delegates to other lists.
    fileprivate var makesNetworks: Bool {
        types.contains { $0 != "loopback" } && !types.contains { $0 == "multus" || $0.hasPrefix("multus-") }
    }
}
