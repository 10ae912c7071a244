import LinuxSystem

// The runtimes of a host, each by what its own documentation says of its files.

extension ContainerRuntime {
    /// The runtimes that are installed below `root`, which is empty for `/`.
    package static func installed(root: String = "") -> [ContainerRuntime] {
        let root = root == "/" ? "" : root
        return [
            containerd(root), crio(root), rancher(.k3s, "/var/lib/rancher/k3s", root),
            rancher(.rke2, "/var/lib/rancher/rke2", root), podman(root), nerdctl(root),
        ].compactMap { $0 }
    }

    /// The folders of programs that root alone fills.
    private static let programFolders = [
        "/usr/bin", "/usr/local/bin", "/usr/sbin", "/usr/local/sbin", "/bin", "/sbin", "/opt/bin",
    ]

    /// The path of a program of that name below `root`; nil if there is none.
    package static func program(_ name: String, _ root: String) -> String? {
        programFolders.map { "\($0)/\(name)" }.first { ExecutableFile.isExecutable(root + $0) }
    }

    package static func containerdProgram(root: String = "") -> String? { program("containerd", root) }

    /// containerd-config.toml(5), and containerd's docs/cri/config.md.
    private static func containerd(_ root: String) -> ContainerRuntime? {
        let program = containerdProgram(root: root)
        let settings = ContainerdSettings("/etc/containerd/config.toml", root, program: program)
        guard program != nil || !settings.all.files.isEmpty, !settings.leavesOutPods else { return nil }
        return settings.runtime(
            .containerd, lists: usualListsFolder, program, root
        ) { builtInFolders(of: program.map { root + $0 }) }
    }

    /// Where a containerd looks whose configuration says nothing: Debian builds its own to look where its package of plugins is, and
    /// since 2.1, which has the drop-in folder as well, in both.
    private static func builtInFolders(of program: String?) -> [String] {
        guard let program, ProgramText.holds(debiansPluginFolder, program) else { return [usualPluginFolder] }
        return [debiansPluginFolder]
            + (ProgramText.holds(wordOfDropIns, program) ? [usualPluginFolder] : [])
    }

    private static let debiansPluginFolder = "/usr/lib/cni"

    /// k3s and RKE2 write this file at their start: docs.k3s.io/networking, docs.rke2.io/networking. Before k3s 1.31 the plugins
    /// were beside its other programs.
    private static func rancher(_ kind: Kind, _ folder: String, _ root: String) -> ContainerRuntime? {
        let programs = ["\(folder)/data/current/bin/containerd", "\(folder)/bin/containerd"]
        let program = programs.first { ExecutableFile.isExecutable(root + $0) }
        let settings = ContainerdSettings("\(folder)/agent/etc/containerd/config.toml", root, program: program)
        guard !settings.all.files.isEmpty || FileStatus.exists("\(root)\(folder)/agent") else { return nil }
        var (plugins, lists) = ([usualPluginFolder], usualListsFolder)
        if kind == .k3s {
            let known = ["\(folder)/data/cni", "\(folder)/data/current/bin"]
            plugins = known.filter { FileStatus.exists(root + $0) }.prefix(1) + []
            if plugins.isEmpty { plugins = [known[0]] }
            lists = "\(folder)/agent/etc/cni/net.d"
        }
        return settings.runtime(kind, lists: lists, program, root) { plugins }
    }

    /// crio.conf(5): `network_dir` and `plugin_dirs` of `[crio.network]`.
    private static func crio(_ root: String) -> ContainerRuntime? {
        let settings = crioSettings(root: root)
        let program = program("crio", root)
        guard program != nil || !settings.files.isEmpty else { return nil }
        let plugins =
            settings.strings(["crio", "network", "plugin_dirs"])
            ?? settings.string(["crio", "network", "plugin_dir"]).map { [$0] } ?? [usualPluginFolder]
        return ContainerRuntime(
            .crio, settings, lists: settings.string(["crio", "network", "network_dir"]) ?? usualListsFolder,
            plugins: plugins, program: program, root: root)
    }

    package static func crioSettings(root: String = "") -> RuntimeSettings {
        var settings = RuntimeSettings(root: root)
        settings.read("/etc/crio/crio.conf")
        settings.read(folder: "/etc/crio/crio.conf.d")
        return settings
    }

    /// containers.conf(5): `cni_plugin_dirs` and `network_config_dir` of `[network]`, where podman's networks are CNI's.
    private static func podman(_ root: String) -> ContainerRuntime? {
        guard let program = program("podman", root) else { return nil }
        var settings = RuntimeSettings(root: root)
        settings.read("/usr/share/containers/containers.conf")
        settings.read("/etc/containers/containers.conf")
        settings.read(folder: "/etc/containers/containers.conf.d", ending: ".conf")
        guard usesCNI(settings, root) else { return nil }
        let usual = [
            "/usr/local/libexec/cni", "/usr/libexec/cni", "/usr/local/lib/cni", "/usr/lib/cni", usualPluginFolder,
        ]
        return ContainerRuntime(
            .podman, settings, lists: settings.string(["network", "network_config_dir"]) ?? usualListsFolder,
            plugins: settings.strings(["network", "cni_plugin_dirs"]) ?? usual, program: program, root: root)
    }

    /// Podman notes its choice beside its images; before that it takes netavark if it is there.
    private static func usesCNI(_ settings: RuntimeSettings, _ root: String) -> Bool {
        if let backend = settings.string(["network", "network_backend"]) { return backend == "cni" }
        do throws(KernelError) {
            let path = root + "/var/lib/containers/storage/defaultNetworkBackend"
            return try FileDescriptor.text(of: path, limit: 256).hasPrefix("cni")
        } catch {}
        let folders = ["/usr/libexec/podman", "/usr/lib/podman", "/usr/local/libexec/podman", "/usr/local/lib/podman"]
        return !(folders + ["/usr/bin"]).contains { ExecutableFile.isExecutable("\(root)\($0)/netavark") }
    }

    /// nerdctl's docs/config.md.
    private static func nerdctl(_ root: String) -> ContainerRuntime? {
        guard let program = program("nerdctl", root) else { return nil }
        var settings = RuntimeSettings(root: root)
        settings.read("/etc/nerdctl/nerdctl.toml")
        return ContainerRuntime(
            .nerdctl, settings, lists: settings.string(["cni_netconfpath"]) ?? usualListsFolder,
            plugins: [settings.string(["cni_path"]) ?? usualPluginFolder], program: program, root: root)
    }
}
