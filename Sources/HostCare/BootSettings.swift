import Keel
public import LinuxSystem

/// The sysctls that the system sets when it boots, from the files of `sysctl.d(5)` in their order.
public struct BootSettings: Hashable, Sendable {
    /// A line of a file.
    public struct Setting: Hashable, Sendable {
        /// The path below `/proc/sys`: `net/netfilter/nf_conntrack_max`.
        public let key: String
        public let value: String
        public let path: String
        /// Counted from 1.
        public let line: Int

        /// `/etc/sysctl.d/60-web.conf line 3`
        public var place: String { "\(path) line \(line)" }
    }

    /// In the order in which they are set: the last one for a key counts.
    public private(set) var settings: [Setting] = []

    public init() {}

    /// A file in an earlier directory hides files of the same name in later ones.
    private static let directories = ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"].map { "\($0)/sysctl.d" }

    /// Reads the files; one that cannot be read is left out.
    public static func read() throws(KernelError) -> BootSettings {
        var files: [(name: String, path: String)] = []
        for directory in directories {
            for name in try Directory.names(in: directory) where name.hasSuffix(".conf") {
                if !files.contains(where: { $0.name == name }) { files.append((name, "\(directory)/\(name)")) }
            }
        }
        files.sort { $0.name < $1.name }
        var settings = BootSettings()
        // sysctl(8) reads /etc/sysctl.conf last. systemd reads it only if one of those directories links to it.
        for path in files.map({ $0.path }) + ["/etc/sysctl.conf"] { settings.add(text(of: path), from: path) }
        return settings
    }

    private static func text(of path: String) -> String {
        do { return try FileDescriptor.text(of: path, limit: 1 << 20) } catch { return "" }
    }

    /// Adds a file's lines: `key = value`. A `-` before the key means that failure does not matter.
    mutating func add(_ text: String, from path: String) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmed
            guard let first = line.first, first != "#", first != ";", let equals = line.firstIndex(of: "=") else {
                continue
            }
            var key = line[..<equals].trimmed
            if key.first == "-" { key = key.dropFirst().trimmed }
            settings.append(
                Setting(
                    key: Self.path(key), value: String(line[line.index(after: equals)...].trimmed), path: path,
                    line: index + 1))
        }
    }

    /// A key as a path. The first `.` or `/` in it tells which of the two separates; the other is part of a name.
    private static func path(_ key: Substring) -> String {
        guard let separator = key.first(where: { $0 == "." || $0 == "/" }), separator == "." else { return String(key) }
        return String(key.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
    }

    /// The last line for a sysctl, which counts. `nf_conntrack_max` has a second name.
    func setting(of sysctl: Sysctl) -> Setting? {
        settings.last { setting in
            "/proc/sys/\(setting.key)" == sysctl.path
                || (sysctl == .conntrackMax && setting.key == "net/nf_conntrack_max")
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" || character == "\r" }
        var rest = self.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
