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
        installation.directories = try configuredDirectories() ?? [usual]
        for directory in possible + installation.directories.filter({ !possible.contains($0) }) {
            let path = "\(directory)/\(name)"
            if let text = text(of: path) { installation.declarations.append(Declaration(path, text)) }
        }
        return installation
    }

    /// containers.conf(5): the drop-ins of a directory in the order of their names; what is said last counts.
    private static func configuredDirectories() throws(KernelError) -> [String]? {
        let dropIns = "/etc/containers/containers.conf.d"
        let names = try Directory.names(in: dropIns).filter { $0.hasSuffix(".conf") }.sorted()
        let files =
            ["/usr/share/containers/containers.conf", "/etc/containers/containers.conf"]
            + names.map { "\(dropIns)/\($0)" }
        return files.compactMap { text(of: $0).flatMap(hookDirectories) }.last
    }

    /// The strings of `hooks_dir = [ … ]`, which may go over several lines; nil where it is not set.
    static func hookDirectories(_ text: String) -> [String]? {
        var list: String?
        for line in text.split(separator: "\n") {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if list == nil {
                guard line.hasPrefix("hooks_dir"), let equals = line.firstIndex(of: "=") else { continue }
                list = String(line[line.index(after: equals)...])
            } else if !line.hasPrefix("#") {
                list? += line
            }
            if list?.contains("]") == true { break }
        }
        // Every second piece stands between quotation marks.
        return list.map { text in
            text.prefix { $0 != "]" }.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
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
    }
}
