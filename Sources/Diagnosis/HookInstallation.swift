public import Discovery
package import LinuxSystem

/// The OCI hook's JSON files, and the directories in which engines look for hooks.
public struct HookInstallation: Hashable, Sendable {
    /// An engine that reads hooks.
    public struct Reader: Hashable, Sendable {
        public let engine: Engine
        /// The name of the configuration file that names its directories.
        public let configuration: String
        /// The directories that it reads, in its order.
        public let directories: [String]
    }

    public var declarations: [HookDeclaration] = []
    public var readers: [Reader] = []
    /// Nil if no daemon runs, or it was not asked.
    public var docker: DockerDaemon?
    /// Whether the CDI device that carries the hook is installed.
    public var hasDevice = false

    public init() {}

    private static let name = "evenkeel.json"
    /// The directory that engines read if their configuration names none.
    private static let usual = "/usr/share/containers/oci/hooks.d"
    private static let possible = [usual, "/etc/containers/oci/hooks.d", "/usr/local/share/containers/oci/hooks.d"]

    package static func observe() throws(KernelError) -> HookInstallation {
        var installation = HookInstallation()
        installation.hasDevice = text(of: "/etc/cdi/evenkeel.json") != nil
        // Only a running daemon is asked: with socket activation the question would start it.
        if installation.hasDevice && DockerDaemon.isRunning { installation.docker = DockerDaemon.observe() }
        if isInstalled("podman") { installation.readers.append(try podman()) }
        if isInstalled("crio") { installation.readers.append(try crio()) }
        var directories = possible
        for directory in installation.readers.flatMap({ $0.directories }) where !directories.contains(directory) {
            directories.append(directory)
        }
        for path in directories.map({ "\($0)/\(name)" }) {
            if let text = text(of: path) { installation.declarations.append(HookDeclaration(path, text)) }
        }
        return installation
    }

    /// The file that an engine uses: of several with one name, the last directory's.
    func declaration(for reader: Reader) -> HookDeclaration? {
        let read = reader.directories.reversed().map { "\($0)/\(Self.name)" }
        return read.lazy.compactMap { path in declarations.first { $0.path == path } }.first
    }

    private static func podman() throws(KernelError) -> Reader {
        let files =
            ["/usr/share/containers/containers.conf", "/etc/containers/containers.conf"]
            + (try dropIns("/etc/containers/containers.conf.d").filter { $0.hasSuffix(".conf") })
        return reader(.podman, "containers.conf", key: ["engine", "hooks_dir"], files)
    }

    private static func crio() throws(KernelError) -> Reader {
        let files = ["/etc/crio/crio.conf"] + (try dropIns("/etc/crio/crio.conf.d"))
        return reader(.crio, "crio.conf", key: ["crio", "runtime", "hooks_dir"], files)
    }

    private static func reader(_ engine: Engine, _ configuration: String, key: [String], _ files: [String]) -> Reader {
        var directories = HookDirectories(usual, key: key)
        for text in files.compactMap({ text(of: $0) }) { directories.read(text) }
        return Reader(engine: engine, configuration: configuration, directories: directories.paths)
    }

    /// The paths in a drop-in directory, sorted by name.
    private static func dropIns(_ directory: String) throws(KernelError) -> [String] {
        try Directory.names(in: directory).sorted().map { "\(directory)/\($0)" }
    }

    private static func isInstalled(_ program: String) -> Bool {
        ["/usr/bin", "/usr/local/bin"].contains { isExecutable("\($0)/\(program)") }
    }

    static func text(of path: String) -> String? {
        do { return try FileDescriptor.text(of: path, limit: 1 << 20) } catch { return nil }
    }

    static func isExecutable(_ path: String) -> Bool {
        do { return try FileStatus(path: path).isExecutable } catch { return false }
    }
}
