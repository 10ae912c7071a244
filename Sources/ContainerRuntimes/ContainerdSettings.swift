import CLinux
import LinuxSystem

/// containerd's configuration file with those that it imports, containerd-config.toml(5).
package struct ContainerdSettings {
    package private(set) var all: RuntimeSettings
    /// The files with settings of pods, and how the part is called there; the one that counts most comes first.
    private var places: [(file: RuntimeSettings, part: String)] = []

    /// The names of the part that runs pods: since version 3 of the file, in version 2, and in version 1.
    static let parts = ["io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri", "cri"]
    /// containerd follows imports of imports; a circle ends here.
    private static let mostFiles = 64

    /// `program` is containerd, which is asked for its version if that matters.
    package init(_ path: String, _ root: String = "", program: String? = nil) {
        all = RuntimeSettings(root: root)
        var waiting = [path]
        var taken: [String] = []
        while let next = waiting.first, taken.count < Self.mostFiles {
            waiting.removeFirst()
            guard !taken.contains(next) else { continue }
            taken.append(next)
            for case .string(let pattern) in all.read(next)?[["imports"]]?.elements ?? [] {
                waiting += Self.files(pattern, beside: next, root)
            }
        }
        for (index, file) in all.each.enumerated() {
            for part in Self.names(in: file, isImported: index > 0) {
                if !file.names(below: ["plugins", part]).isEmpty { places.insert((file, part), at: 0) }
            }
        }
        if places.count > 1 && !isSecond(program) { places = [places[0]] }
    }

    /// How the part is called in a file of its version. Other names mean nothing there. An import need not say its version.
    private static func names(in file: RuntimeSettings, isImported: Bool) -> [String] {
        switch file.number(["version"]) {
        case .some(3...): [parts[0]]
        case 2: [parts[0], parts[1]]
        default: isImported ? [parts[0], parts[1]] : [parts[2]]
        }
    }

    /// Whether it is containerd 2, for which several files' settings of one part all count, and beside what is built in. Before it, those
    /// of the last file take the place of all others.
    private func isSecond(_ program: String?) -> Bool {
        guard let program else { return version ?? 1 > 2 }
        return ProgramText.holds(Self.parts[0], all.root + program)
    }

    /// The files that an import means: a path, or a pattern as of `fnmatch(3)` if it has a `*`.
    private static func files(_ pattern: String, beside path: String, _ root: String) -> [String] {
        let folder = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        let pattern = pattern.hasPrefix("/") ? pattern : "\(folder)/\(pattern)"
        guard pattern.utf8.contains(UInt8(ascii: "*")) else { return [pattern] }
        return pattern.split(separator: "/").reduce([""]) { found, part in
            found.flatMap { names(like: String(part), in: $0, root) }
        }
    }

    private static func names(like pattern: String, in folder: String, _ root: String) -> [String] {
        guard pattern.contains(where: { "*?[\\".contains($0) }) else { return ["\(folder)/\(pattern)"] }
        do throws(KernelError) {
            return try Directory.names(in: "\(root)\(folder)/")
                .filter { fnmatch(pattern, $0, 0) == 0 }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .map { "\(folder)/\($0)" }
        } catch { return [] }
    }

    /// The version of the main file's form; nil if it names none, which means 1.
    var version: Int? { all.each.first?.number(["version"]) }

    /// Whether it runs no pods: Docker's own packages say so.
    var leavesOutPods: Bool {
        all.each.contains { ($0.strings(["disabled_plugins"]) ?? []).contains(where: Self.parts.contains) }
    }

    /// A setting of pods, from the file that counts most of those that have it.
    private func first<Value>(_ read: (RuntimeSettings, [String]) -> Value?) -> Value? {
        for place in places {
            if let value = read(place.file, ["plugins", place.part]) { return value }
        }
        return nil
    }

    /// The names of its runtime classes' handlers.
    package var handlers: [String] {
        places.flatMap { $0.file.names(below: ["plugins", $0.part, "containerd", "runtimes"]) }.unique
    }

    /// The handler of pods that ask for none.
    package var defaultHandler: String { first { $0.string($1 + ["containerd", "default_runtime_name"]) } ?? "runc" }

    /// Whether the files name handlers, but not the default one: with that containerd 1 runs no pods.
    func lacksDefaultHandler(_ program: String?) -> Bool {
        !handlers.isEmpty && !handlers.contains(defaultHandler) && !isSecond(program)
    }

    /// Whether the main file names handlers in an inline table, or what they are in. Nothing can be added to one, and with a table beside
    /// it containerd does not start.
    package var isClosed: Bool {
        all.each.first?.isInline(["plugins", partForNew, "containerd", "runtimes", RuntimeClass.handler]) == true
    }

    /// Whether the default handler leaves control groups to systemd. Another one must do the same.
    var usesSystemdCgroups: Bool {
        let path = ["containerd", "runtimes", defaultHandler, "options", "SystemdCgroup"]
        return first { $0.value($1 + path) } == .other("true")
    }

    func runtime(
        _ kind: ContainerRuntime.Kind, lists: String, _ program: String?, _ root: String, plugins: () -> [String]
    ) -> ContainerRuntime {
        let folders = first { file, part in
            file.strings(part + ["cni", "bin_dirs"]) ?? file.string(part + ["cni", "bin_dir"]).map { [$0] }
        }
        let most = first { $0.number($1 + ["cni", "max_conf_num"]) } ?? 1
        return ContainerRuntime(
            kind, all, lists: first { $0.string($1 + ["cni", "conf_dir"]) } ?? lists, plugins: folders ?? plugins(),
            mostLists: most > 0 ? most : nil, program: program, root: root, containerd: self)
    }
}
