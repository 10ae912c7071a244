import LinuxSystem

/// A process in `/proc`. Its owner controls some of the content, so lengths are limited.
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

    /// The container in conmon's command line: `conmon --api-version 1 -c ID -u ID -r RUNTIME -b BUNDLE -n NAME …`.
    static func monitored(_ line: [UInt8]) -> ContainerIdentity? {
        let words = line.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let program = words.first?.split(separator: "/").last, program == "conmon" else { return nil }
        let value = { (option: String) in
            words.firstIndex(of: option).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
        }
        guard let id = value("-c"), ContainerID.isOne(id) else { return nil }
        // CRI-O passes a name of many parts that kubectl does not show.
        let isOfPodman = words.contains { $0.hasSuffix("/podman") }
        return ContainerIdentity(id: id, engine: isOfPodman ? .podman : nil, name: value("-n"))
    }

    /// Field 4 of `proc_pid_stat(5)`.
    private var parent: Int32? {
        // Field 2 is the command's name in brackets, and may itself contain brackets and blanks.
        guard let line = read("stat"), let bracket = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = line[bracket...].split(separator: UInt8(ascii: " "))
        return fields.count > 2 ? Int32(String(decoding: fields[2], as: UTF8.self)) : nil
    }

    private func read(_ file: String) -> [UInt8]? {
        let path = "/proc/\(id)/\(file)"
        do { return try FileDescriptor(opening: path, .read).readAll(limit: 1 << 16, name: path) } catch { return nil }
    }

    /// All processes.
    static func all() throws(KernelError) -> [Process] {
        try Directory.names(in: "/proc").compactMap { Int32($0) }.sorted().map { Process(id: $0) }
    }
}
