package import LinuxSystem

/// What `/proc` says of a process. Whoever it belongs to wrote some of that, so lengths are limited, and what it says of
/// containers is a claim.
package struct Process {
    package let id: Int32

    /// Its network namespace. The corresponding C function is `stat(2)`: nothing is opened.
    package func namespace() throws(KernelError) -> NetworkNamespace.Identity {
        try NetworkNamespace.identity(ofFile: "/proc/\(id)/ns/net")
    }

    /// Nil if it has gone, or this user may not look.
    package var knownNamespace: NetworkNamespace.Identity? {
        do { return try namespace() } catch { return nil }
    }

    var controlGroup: ControlGroup? { read("cgroup").flatMap { ControlGroup($0) } }

    /// The container that conmon, its parent, was started for: rootless engines without systemd make no control groups.
    var monitored: Claim? {
        guard let parent else { return nil }
        do {
            let monitor = try ProcessHandle(parent.id)
            let origin = try ProcessOrigin(of: monitor)
            guard origin.program == "conmon", let user = origin.user, origin.speaks(for: user),
                let container = Self.monitored(try monitor.read("cmdline", atMost: 1 << 16))
            else { return nil }
            return Claim(container: container, user: user)
        } catch { return nil }
    }

    /// What conmon calls the container of this id, whose first process this is. Its parent is the runtime while that runs, and the
    /// runtime's is conmon. Whoever started these says so: it is only good for a message.
    func nameOfMonitored(_ id: String) -> String? {
        let runtime = parent
        let container = runtime?.monitoring ?? runtime?.parent?.monitoring
        return container?.id == id ? container?.name : nil
    }

    /// What its command line says if that is conmon's.
    private var monitoring: ContainerIdentity? { read("cmdline").flatMap { Self.monitored($0) } }

    /// Whether its parent is one of containerd's shims, which root started.
    var hasShim: Bool {
        guard let parent else { return false }
        do {
            let origin = try ProcessOrigin(of: ProcessHandle(parent.id))
            return origin.program.begins(with: "containerd-shim") && origin.speaks(for: 0)
        } catch { return false }
    }

    /// What conmon's command line tells: `conmon --api-version 1 -c ID -u ID -r RUNTIME -b BUNDLE -n NAME …`.
    static func monitored(_ line: [UInt8]) -> ContainerIdentity? {
        let words = line.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        let program = words.first?.utf8.split(separator: UInt8(ascii: "/")).last
        guard program?.elementsEqual("conmon".utf8) == true else { return nil }
        let value = { (option: String) in
            words.firstIndex(of: option).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
        }
        guard let id = value("-c"), ContainerID.isOne(id) else { return nil }
        // Of CRI-O's it is a name of many parts that kubectl does not show.
        let isOfPodman = words.contains { $0.ends(with: "/podman") }
        // Whoever wrote that may have made it any length.
        let name = value("-n").flatMap { $0.utf8.count <= 255 ? $0 : nil }
        return ContainerIdentity(id: id, engine: isOfPodman ? .podman : nil, name: name)
    }

    /// Field 4 of `proc_pid_stat(5)`; nil where that is 0, for a process that is not of this procfs.
    var parent: Process? {
        let id = read("stat").flatMap { ProcessStat($0)?[field: 4] }.flatMap { Int32($0) }
        return id.flatMap { $0 > 0 ? Process(id: $0) : nil }
    }

    private func read(_ file: String) -> [UInt8]? {
        let path = "/proc/\(id)/\(file)"
        do { return try FileDescriptor(opening: path, .read).readAll(limit: 1 << 16, name: path) } catch { return nil }
    }

    /// All there are.
    package static func all() throws(KernelError) -> [Process] {
        try Directory.names(in: "/proc").compactMap { Int32($0) }.sorted().map { Process(id: $0) }
    }
}
