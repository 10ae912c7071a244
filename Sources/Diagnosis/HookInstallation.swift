import JSON
import LinuxSystem

/// Where the OCI hook's JSON lies, and where podman looks for hooks.
public struct HookInstallation: Hashable, Sendable {
    /// A JSON file named after the hook.
    public struct Declaration: Hashable, Sendable {
        public let path: String
        /// The program it names; nil for a file that does not parse or names none.
        public let program: String?
        /// Whether that may be executed.
        public let isExecutable: Bool
        /// Whether it says that it is for every container.
        public let isAlways: Bool
        /// When it is to run; nil where it does not say, which podman refuses.
        public let stages: [String]?
    }

    public var declarations: [Declaration] = []
    /// The directories that podman reads.
    public var directories: [String] = []
    /// Whether there is podman at all.
    public var hasPodman = false
    /// Nil where none runs.
    public var docker: DockerDaemon?
    /// Whether the CDI device that carries the hook is there.
    public var hasDevice = false

    public init() {}

    private static let name = "evenkeel.json"
    /// The one that podman reads where containers.conf names none.
    private static let usual = "/usr/share/containers/oci/hooks.d"
    private static let possible = [usual, "/etc/containers/oci/hooks.d", "/usr/local/share/containers/oci/hooks.d"]

    static func observe() throws(KernelError) -> HookInstallation {
        var installation = HookInstallation()
        installation.hasPodman = ["/usr/bin/podman", "/usr/local/bin/podman"].contains { isExecutable($0) }
        installation.hasDevice = text(of: "/etc/cdi/evenkeel.json") != nil
        // To ask one that is started by its socket would start it.
        if installation.hasDevice && DockerDaemon.isRunning { installation.docker = DockerDaemon.observe() }
        installation.directories = try configuredDirectories()
        for directory in possible + installation.directories.filter({ !possible.contains($0) }) {
            let path = "\(directory)/\(name)"
            if let text = text(of: path) { installation.declarations.append(Declaration(path, text)) }
        }
        return installation
    }

    /// The drop-ins of a directory come in the order of their names.
    private static func configuredDirectories() throws(KernelError) -> [String] {
        let dropIns = "/etc/containers/containers.conf.d"
        let names = try Directory.names(in: dropIns).filter { $0.hasSuffix(".conf") }.sorted()
        let files =
            ["/usr/share/containers/containers.conf", "/etc/containers/containers.conf"]
            + names.map { "\(dropIns)/\($0)" }
        var directories = HookDirectories(usual)
        for text in files.compactMap({ text(of: $0) }) { directories.read(text) }
        return directories.paths
    }

    static func text(of path: String) -> String? {
        do { return try FileDescriptor.text(of: path, limit: 1 << 20) } catch { return nil }
    }

    static func isExecutable(_ path: String) -> Bool {
        do { return try FileStatus(path: path).isExecutable } catch { return false }
    }
}

extension HookInstallation.Declaration {
    /// oci-hooks(5)
    init(_ path: String, _ text: String) {
        self.path = path
        var document: JSON?
        do { document = try JSON(parsing: Array(text.utf8)) } catch {}
        program = document?["hook"]?["path"]?.string
        isExecutable = program.map { HookInstallation.isExecutable($0) } ?? false
        isAlways = document?["when"]?["always"] == .boolean(true)
        stages = document?["stages"]?.elements?.compactMap { $0.string }
    }

    /// Whether it runs when a container has its network and its process.
    var isInTime: Bool {
        ["createRuntime", "prestart", "poststart"].contains { stages?.contains($0) ?? false }
    }
}
