import ConfigurationLists
import ContainerRuntimes
import LinuxSystem

/// Who reads a list, and whether each finds the plugins that it names.
struct ListReaders {
    private let runtimes: [ContainerRuntime]
    /// The directories that the command line names in place of the runtimes' own.
    private let path: PluginPath?
    /// Whether nothing is refused for a plugin that is missing.
    private let isForced: Bool

    init(_ path: PluginPath?, root: String = "/", isForced: Bool) {
        runtimes = ContainerRuntime.installed(root: root)
        self.path = path
        self.isForced = isForced
    }

    /// The runtimes that read the lists beside this one.
    func readers(of list: String) -> [ContainerRuntime] {
        runtimes.filter { $0.readsLists(in: ListReaders.folder(of: list)) }
    }

    static func folder(of list: String) -> String {
        guard let slash = list.lastIndex(of: "/") else { return "." }
        return slash == list.startIndex ? "/" : String(list[..<slash])
    }

    /// Refuses a list with a plugin that one of its readers would not find; returns what to note where nobody knows who reads it.
    func require(_ list: ConfigurationList, at file: String) throws(Refusal) -> String? {
        let readers = readers(of: file)
        guard path == nil, !readers.isEmpty else {
            let path = path ?? PluginPath(PluginPath.usual)
            if !isForced { try path.requireOurs() }
            if self.path != nil {
                try require(list.pluginTypes, of: "the runtime", in: path.directories) { path.directory(of: $0) != nil }
            }
            return list.pluginTypes.first.flatMap { path.note(besides: $0) }
        }
        for reader in readers {
            if let problem = reader.settings.problem, !isForced {
                throw Refusal(
                    "\(printable(problem)), so where \(reader.kind.rawValue) looks for plugins is not known: mend it first, or use --force"
                )
            }
            let name = file.split(separator: "/").last.map { String($0) } ?? file
            let seen = ListObservation(
                "\(reader.listsFolder)/\(name)", isUsed: true, for: reader, knowsDropIns: { reader.knowsDropIns })
            if let fault = seen.fault, !isForced { throw Refusal(fault) }
            try require(seen.types + [ConfigurationList.ourType], of: reader.kind.rawValue, in: reader.pluginFolders) {
                reader.folder(of: $0) != nil
            }
        }
        return nil
    }

    private func require(
        _ types: [String], of reader: String, in folders: [String], isFound: (String) -> Bool
    ) throws(Refusal) {
        guard !isForced, let missing = types.first(where: { !isFound($0) }) else { return }
        let advice =
            missing == ConfigurationList.ourType
            ? "run install/install.sh first, which puts it there"
            : "put it there first, or name its directory in "
                + "\(reader)'s configuration"
        throw Refusal(
            "\(reader) does not find the plugin \(printable(missing)) in \(printable(folders.joined(separator: ", "))), and "
                + "with a list that names it no container of this network starts or stops: \(advice), or use --force")
    }

    /// The drop-in file by which the list is guarded without being changed; nil where a reader would not read it.
    func dropIn(for list: ConfigurationList, at file: String) throws(Refusal) -> DropIn? {
        let readers = readers(of: file)
        guard path == nil, !readers.isEmpty, readers.allSatisfy({ $0.knowsDropIns }), !list.loadsOnlyInlinedPlugins,
            !list.pluginTypes.contains(ConfigurationList.ourType), let name = list.name
        else { return nil }
        return try DropIn(network: name, in: Self.folder(of: file))
    }
}
