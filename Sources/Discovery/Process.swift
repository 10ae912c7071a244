import LinuxSystem

/// What `/proc` says of a process. Whoever it belongs to wrote some of that, so lengths are limited.
struct Process {
    let id: Int32

    /// Its network namespace. The corresponding C function is `stat(2)`: nothing is opened.
    func namespace() throws(KernelError) -> NetworkNamespace.Identity {
        try NetworkNamespace.identity(ofFile: "/proc/\(id)/ns/net")
    }

    /// The container whose control group it is in.
    var container: ContainerIdentity? {
        read("cgroup").flatMap { ContainerID.inCgroup(String(decoding: $0, as: UTF8.self)) }
    }

    /// The container that conmon, its parent, was started for: rootless engines without systemd make no control groups.
    var containerOfMonitor: ContainerIdentity? {
        guard let parent = parent, let line = Process(id: parent).read("cmdline") else { return nil }
        return Self.monitored(line)
    }

    /// What conmon's command line tells: `conmon --api-version 1 -c ID -u ID -r RUNTIME -b BUNDLE -n NAME …`.
    static func monitored(_ line: [UInt8]) -> ContainerIdentity? {
        let words = line.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let program = words.first?.split(separator: "/").last, program == "conmon" else { return nil }
        let value = { (option: String) in
            words.firstIndex(of: option).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
        }
        guard let id = value("-c"), ContainerID.isOne(id) else { return nil }
        // Of CRI-O's it is a name of many parts that kubectl does not show.
        let isOfPodman = words.contains { $0.hasSuffix("/podman") }
        return ContainerIdentity(id: id, engine: isOfPodman ? .podman : nil, name: value("-n"))
    }

    /// Field 4 of `proc_pid_stat(5)`.
    private var parent: Int32? {
        read("stat").flatMap { ProcessStat($0)?[field: 4] }.flatMap { Int32($0) }
    }

    private func read(_ file: String) -> [UInt8]? {
        let path = "/proc/\(id)/\(file)"
        do { return try FileDescriptor(opening: path, .read).readAll(limit: 1 << 16, name: path) } catch { return nil }
    }

    /// All there are.
    static func all() throws(KernelError) -> [Process] {
        try Directory.names(in: "/proc").compactMap { Int32($0) }.sorted().map { Process(id: $0) }
    }
}
