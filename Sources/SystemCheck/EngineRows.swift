package import ContainerRuntimes

// Pure judgement of engines: how each one's containers come to Evenkeel.

extension [FoundEngine] {
    package var rows: [CheckRow] {
        guard !isEmpty else {
            return [
                CheckRow(
                    .engines, "engine", .limited,
                    "no podman, Docker, containerd, CRI-O, k3s, RKE2 or nerdctl was found",
                    so:
                        "there is nothing to look after yet; `evenkeel apply` also knows containers of other engines by "
                        + "their network namespaces")
            ]
        }
        return map { $0.row }
    }
}

extension FoundEngine {
    var row: CheckRow {
        let (mark, consequence) = coverage
        return CheckRow(.engines, kind.rawValue, mark, found, so: consequence)
    }

    private var found: String {
        var parts = [version ?? "version not known"]
        if let program { parts.append(program) }
        if let hookFolders { parts.append("hooks in \(hookFolders.joined(separator: ", "))") }
        if kind == .podman { parts.append(lists == nil ? "networks by netavark" : "networks by CNI") }
        return parts.joined(separator: "; ")
    }

    private var coverage: (CheckRow.Mark, String) {
        switch kind {
        case .podman:
            let lists = lists == nil ? "" : " or by the CNI lists of its networks"
            return (
                .ok,
                "covered at each start by the OCI hook\(lists), with --userns by `--runtime evenkeel`; changes after the "
                    + "start by the watcher"
            )
        case .docker: return docker
        case .containerd, .k3s, .rke2:
            guard lists != nil else {
                return (
                    .ok, "runs no pods, as its configuration says: there is nothing to cover, beside what Docker has"
                )
            }
            return (.ok, "covered at each pod's start by its CNI lists\(nri)")
        case .crio:
            return (
                .ok, "covered at each start by the OCI hook, and by the watcher through NRI (on by default since 1.30)"
            )
        case .nerdctl:
            return (.ok, "covered at each start by the CNI lists of its networks; changes after it by the watcher")
        }
    }

    private var docker: (CheckRow.Mark, String) {
        let runtime =
            "covered by the runtime, `docker run --runtime evenkeel` or \"default-runtime\" in daemon.json, and by the "
            + "watcher"
        guard let major else { return (.ok, runtime) }
        if major >= 28 { return (.ok, "\(runtime). From Docker 28 on hooks come too early") }
        return (.ok, runtime + (major >= 25 ? "; also by `--device evenkeel.dev/network=safe` (CDI)" : ""))
    }

    private var nri: String {
        if kind != .containerd { return ", and by the watcher through NRI where its containerd has that" }
        guard let major else { return ", and by the watcher through NRI, which is on by default since 2.0" }
        if major >= 2 { return ", and by the watcher through NRI, which is on by default" }
        return minor ?? 0 < 7
            ? "; NRI, by which the watcher hears of pods, is in 1.7 and later"
            : ", and by the watcher through NRI if the configuration has it on: `disable = false`"
    }
}

/// The lists of one runtime.
package struct ObservedLists {
    package let runtime: ContainerRuntime
    package let lists: [ListObservation]
    /// Why they could not be read.
    package let fault: String?

    package init(_ runtime: ContainerRuntime, _ lists: [ListObservation], fault: String? = nil) {
        (self.runtime, self.lists, self.fault) = (runtime, lists, fault)
    }
}

extension ObservedLists {
    package var row: CheckRow {
        let name = runtime.kind.rawValue
        let folders = "\(runtime.listsFolder), plugins in \(runtime.pluginFolders.joined(separator: ", "))"
        if let fault { return CheckRow(.lists, name, .unknown, folders, so: fault) }
        if let problem = runtime.settings.problem {
            return CheckRow(.lists, name, .limited, folders, so: "\(problem), and \(name) needs it")
        }
        if let problem = lists.lazy.compactMap({ $0.problem(for: runtime) }).first {
            return CheckRow(.lists, name, .limited, folders, so: problem)
        }
        guard !lists.isEmpty else {
            return CheckRow(
                .lists, name, .ok, "\(folders); no list yet",
                so: "once there is one: `evenkeel cni add`, which chains the plugin in")
        }
        let guarded = lists.count { $0.guarded != nil }
        let way = runtime.knowsDropIns ? "by a file beside each list" : "as the last plugin of each list"
        return CheckRow(
            .lists, name, .ok, "\(folders); \(lists.count) list\(lists.count == 1 ? "" : "s"), \(guarded) guarded",
            so: guarded == lists.count ? nil : "`evenkeel cni add` chains the plugin in, \(way)")
    }
}
