import ContainerRuntimes

/// The directories in which an engine looks for hooks, as its configuration files name them: containers.conf(5), crio.conf(5).
struct HookDirectories: Hashable {
    private(set) var paths: [String]
    /// The path of the list in the configuration, such as `engine.hooks_dir`.
    private let key: [String]
    /// Whether a list adds to those of earlier files. Podman 5 keeps this attribute for the files that follow.
    private var isAppending = false

    init(_ usual: String, key: [String]) {
        paths = [usual]
        self.key = key
    }

    /// Applies one more file; files must come in the order in which the engine reads them.
    mutating func read(_ text: String) {
        guard case .array(let list) = TOMLDocument(text)?[key] else { return }
        var named: [String] = []
        for element in list {
            switch element {
            case .string(let path): named.append(path.withoutSlashesAtItsEnd)
            case .table(let attributes):
                for attribute in attributes where attribute.path == ["append"] {
                    isAppending = attribute.value == .other("true")
                }
            case .other, .array: break
            }
        }
        paths = isAppending ? paths + named.filter { !paths.contains($0) } : named
    }
}
