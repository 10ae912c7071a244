import LinuxSystem

/// containerd's configuration file with those that it imports, containerd-config.toml(5).
package struct ContainerdSettings {
    package private(set) var all: RuntimeSettings
    /// The name of the part that runs pods: `io.containerd.cri.v1.runtime` since version 3 of the file, before that
    /// `io.containerd.grpc.v1.cri`, and `cri` in version 1.
    package var part: String? { Self.parts.first { !all.names(below: ["plugins", $0]).isEmpty } }
    /// The version of the file's form; nil if it names none, which means 1.
    package var version: Int? { all.number(["version"]) }

    package static let parts = ["io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri", "cri"]
    /// containerd follows imports of imports; a circle ends here.
    private static let mostFiles = 64

    package init(_ path: String, _ root: String = "") {
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
    }

    /// The files that an import means: a path, or a pattern whose last part has one `*`.
    private static func files(_ pattern: String, beside path: String, _ root: String) -> [String] {
        var pattern = pattern
        let folder = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        if !pattern.hasPrefix("/") { pattern = "\(folder)/\(pattern)" }
        guard let slash = pattern.lastIndex(of: "/") else { return [] }
        let (place, last) = (String(pattern[..<slash]), pattern[pattern.index(after: slash)...])
        guard let star = last.firstIndex(of: "*") else { return [pattern] }
        let (start, end) = (last[..<star], last[last.index(after: star)...])
        do throws(KernelError) {
            return try Directory.names(in: root + place).sorted().filter {
                $0.hasPrefix(start) && $0.hasSuffix(end) && $0.utf8.count >= start.utf8.count + end.utf8.count
            }.map { "\(place)/\($0)" }
        } catch { return [] }
    }

    /// Whether it runs no pods: Docker's own packages say so.
    var leavesOutPods: Bool {
        let names = Self.parts + ["cri"]
        return (all.strings(["disabled_plugins"]) ?? []).contains { names.contains($0) }
    }

    /// A value of the part that runs pods, whichever form a file has.
    private func first<Value>(_ path: [String], _ read: ([String]) -> Value?) -> Value? {
        for part in Self.parts {
            if let value = read(["plugins", part] + path) { return value }
        }
        return nil
    }

    /// The names of its runtime classes' handlers.
    package var handlers: [String] {
        Self.parts.flatMap { all.names(below: ["plugins", $0, "containerd", "runtimes"]) }.unique
    }

    /// The handler of pods that ask for none.
    package var defaultHandler: String { first(["containerd", "default_runtime_name"], all.string) ?? "runc" }

    func runtime(
        _ kind: ContainerRuntime.Kind, lists: String, _ program: String?, _ root: String, plugins: () -> [String]
    ) -> ContainerRuntime {
        let folders = first(["cni", "bin_dirs"], all.strings) ?? first(["cni", "bin_dir"], all.string).map { [$0] }
        let most = first(["cni", "max_conf_num"], all.number) ?? 1
        return ContainerRuntime(
            kind, all, lists: first(["cni", "conf_dir"], all.string) ?? lists, plugins: folders ?? plugins(),
            mostLists: most > 0 ? most : nil, program: program, root: root, containerd: self)
    }
}
