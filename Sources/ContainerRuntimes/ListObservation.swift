import ConfigurationLists
package import LinuxSystem

/// A CNI configuration list as a runtime sees it.
package struct ListObservation: Sendable {
    /// By what the plugin is chained in.
    package enum Guard: String, Sendable {
        case list
        case dropIn = "drop-in"
    }

    package let path: String
    /// Whether the runtime uses it, or only the lists before it.
    package let isUsed: Bool
    /// Why it could not be read; nil if it was.
    package private(set) var fault: String?
    /// The network's name.
    package private(set) var name: String?
    /// Its plugins, and those of the files in its drop-in folder.
    package private(set) var types: [String] = []
    package private(set) var guarded: Guard?
    /// Those of `types` that the runtime does not find: every start and every stop of a container of this network fails.
    package private(set) var missing: [String] = []
    /// Whether our plugin is all that is missing.
    package var lacksOnlyOurs: Bool { missing == [ConfigurationList.ourType] }
    package var lacksOurs: Bool { missing.contains(ConfigurationList.ourType) }

    package init(_ path: String, isUsed: Bool, for runtime: ContainerRuntime, knowsDropIns: () -> Bool) {
        self.path = path
        self.isUsed = isUsed
        do throws(Refusal) {
            let list = try ConfigurationList(Self.content(runtime.root + path))
            name = list.name
            types = list.pluginTypes
            if types.contains(ConfigurationList.ourType) { guarded = .list }
            if let name, !list.loadsOnlyInlinedPlugins { try addDropIns(of: name, runtime, knowsDropIns) }
        } catch { fault = error.reason }
        missing = types.unique.filter { runtime.folder(of: $0) == nil }
    }

    private static let limit = 1 << 20

    private static func content(_ path: String) throws(Refusal) -> [UInt8] {
        do throws(KernelError) { return Array(try FileDescriptor.text(of: path, limit: limit).utf8) } catch {
            throw Refusal(error, namesFile: true)
        }
    }

    /// Adds what is in the list's drop-in folder: files that end in `.conf`. A file that is no plugin's configuration makes the runtime
    /// refuse the whole network.
    private mutating func addDropIns(
        of name: String, _ runtime: ContainerRuntime, _ knowsDropIns: () -> Bool
    ) throws(Refusal) {
        // A name is a folder's, or there is none.
        guard !name.utf8.contains(UInt8(ascii: "/")), !name.hasPrefix(".") else { return }
        let folder = runtime.root + runtime.listsFolder + "/" + name
        var files: [String] = []
        do throws(KernelError) { files = try Directory.names(in: folder) } catch {}
        files = files.filter { $0.hasSuffix(".conf") }.sorted()
        guard !files.isEmpty, knowsDropIns() else { return }
        for file in files {
            let text = try Self.content("\(folder)/\(file)")
            let type: String
            do throws(Refusal) { type = try ConfigurationList.singleType(text) } catch {
                throw Refusal("its drop-in file \(folder)/\(file): \(error.reason)")
            }
            types.append(type)
            if guarded == nil, type == ConfigurationList.ourType { guarded = .dropIn }
        }
    }
}

extension ContainerRuntime {
    /// The lists in its folder, in the order of their names, as libcni sorts them: by bytes.
    package func lists() throws(KernelError) -> [ListObservation] {
        let endings = kind == .podman || kind == .nerdctl ? [".conflist"] : [".conflist", ".conf", ".json"]
        let names = try Directory.names(in: root + listsFolder)
            .filter { name in endings.contains { name.hasSuffix($0) } }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var known: Bool?
        var lists: [ListObservation] = []
        for (index, name) in names.enumerated() where name.hasSuffix(".conflist") {
            let list = ListObservation(
                "\(listsFolder)/\(name)", isUsed: mostLists.map { index < $0 } ?? true, for: self,
                knowsDropIns: {
                    let answer = known ?? knowsDropIns
                    known = answer
                    return answer
                })
            lists.append(list)
        }
        return lists
    }
}

extension ListObservation {
    /// What keeps containers of this network from starting; nil if nothing does.
    package func problem(for runtime: ContainerRuntime) -> String? {
        if let fault { return "\(path): \(fault)" }
        guard !missing.isEmpty else { return nil }
        return "\(path) names \(missing.joined(separator: ", ")), which \(runtime.kind.rawValue) does not find in "
            + "\(runtime.pluginFolders.joined(separator: ", ")): no container of this network starts or stops"
    }
}
