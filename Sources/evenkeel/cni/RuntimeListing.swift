import ContainerRuntimes
import JSON
import Keel
import LinuxSystem
import LinuxTools

/// The runtimes of the host, their lists, and where the plugin's program belongs.
struct RuntimeListing {
    struct Entry {
        let runtime: ContainerRuntime
        let lists: [ListObservation]
        let knowsDropIns: Bool
    }

    let entries: [Entry]
    /// Where the plugin's program belongs.
    let plugin: [String]

    init(root: String) throws(Failure) {
        let root = root == "/" ? "" : root
        let runtimes = ContainerRuntime.installed(root: root)
        var entries: [Entry] = []
        do throws(KernelError) {
            for runtime in runtimes {
                entries.append(
                    Entry(runtime: runtime, lists: try runtime.lists(), knowsDropIns: runtime.knowsDropIns))
            }
            plugin = try PluginPlace.folders(runtimes, root: root)
        } catch { throw Failure(error) }
        self.entries = entries
    }

    /// A sentence for each list with which no container starts, and for each file that a runtime cannot read.
    var problems: [String] {
        entries.flatMap { entry in
            (entry.runtime.settings.problem.map { ["\($0), and \(entry.runtime.kind.rawValue) needs it"] } ?? [])
                + entry.lists.compactMap { $0.problem(for: entry.runtime) }
        }
    }

    var text: String {
        guard !entries.isEmpty else {
            return "No containerd, CRI-O, k3s, RKE2, nerdctl, or podman with CNI networks was found.\n"
                + "The plugin belongs in \(plugin.joined(separator: ", ")).\n"
        }
        return entries.map { $0.text }.joined(separator: "\n") + "\n"
            + "The plugin belongs in \(plugin.joined(separator: ", ")).\n"
    }

    enum Verdict: String, CaseIterable {
        /// Every runtime finds what its lists name.
        case found
        case missing
        case unknown
    }

    var answer: Answer {
        Self.answer(problems.isEmpty ? .found : .missing, entries.map { $0.json }, plugin, nil)
    }

    /// The answer if nothing could be looked at.
    static func answer(failure: String) -> Answer { answer(.unknown, [], [], failure) }

    private static func answer(_ verdict: Verdict, _ entries: [JSON], _ plugin: [String], _ error: String?) -> Answer {
        Answer(verdict, [.init("runtimes", .array(entries)), .init("plugin", JSON(plugin))], error: error)
    }
}

extension RuntimeListing.Entry {
    var text: String {
        let files = runtime.settings.files
        let problem = runtime.settings.problem.map { " (\($0))" } ?? ""
        let rows: [(String, String)] = [
            ("configuration", files.isEmpty ? "none, so what is built in" : files.joined(separator: ", ") + problem),
            ("lists", runtime.listsFolder), ("plugins", runtime.pluginFolders.joined(separator: ", ")),
            ("drop-ins", knowsDropIns ? "read" : "not known to this version"),
        ]
        let head = rows.map { name, value in
            wrapped(value, after: "  " + name.padded(to: 15), columns: Terminal.columns)
                .joined(separator: "\n")
        }
        let body = lists.isEmpty ? ["  no list"] : lists.map { "  \($0.line)" }
        return ([runtime.kind.rawValue] + head + body).map { printableLines($0) + "\n" }.joined()
    }

    var json: JSON {
        .object([
            .init("runtime", .string(runtime.kind.rawValue)),
            .init("configuration", .array(runtime.settings.files.map { .string($0) })),
            .init("lists", .string(runtime.listsFolder)),
            .init("plugins", .array(runtime.pluginFolders.map { .string($0) })),
            .init("dropIns", .boolean(knowsDropIns)), .init("files", .array(lists.map { $0.json })),
        ])
    }
}

extension ListObservation {
    fileprivate var line: String {
        let file = path.split(separator: "/").last.map { String($0) } ?? path
        if let fault { return "\(file): \(fault)" }
        var notes: [String] = []
        switch guarded {
        case .list: notes.append("guarded")
        case .dropIn: notes.append("guarded by a drop-in")
        case nil: notes.append("not guarded")
        }
        if !isUsed { notes.append("not used: lists before it are") }
        if !missing.isEmpty { notes.append("MISSING: \(missing.joined(separator: ", "))") }
        return "\(file): \(types.joined(separator: ", ")) (\(notes.joined(separator: "; ")))"
    }

    fileprivate var json: JSON {
        .object([
            .init("path", .string(path)), .init("network", name.map { .string($0) } ?? .null),
            .init("used", .boolean(isUsed)), .init("plugins", .array(types.map { .string($0) })),
            .init("missing", .array(missing.map { .string($0) })),
            .init("guarded", guarded.map { .string($0.rawValue) } ?? .null),
            .init("fault", fault.map { .string($0) } ?? .null),
        ])
    }
}
