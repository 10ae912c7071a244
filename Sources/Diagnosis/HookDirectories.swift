/// The directories in which podman looks for hooks, file by file of containers.conf(5).
struct HookDirectories: Hashable {
    private(set) var paths: [String]
    /// Whether a list adds to what was said before, which podman 5 keeps for the files that follow.
    private var isAppending = false

    init(_ usual: String) { paths = [usual] }

    /// Goes by what one more file says.
    mutating func read(_ text: String) {
        guard case .array(let list) = TOMLDocument(text)?[["engine", "hooks_dir"]] else { return }
        var named: [String] = []
        for element in list {
            switch element {
            case .string(let path): named.append(path)
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
