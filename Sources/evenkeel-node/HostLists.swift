import ConfigurationLists
import LinuxSystem

/// The directory of the node's CNI lists.
struct HostLists {
    let directory: String
    /// As much as the plugin reads.
    private static let limit = 1 << 20
    private static let patience: UInt32 = 10_000
    private static let ending = ".conflist"

    /// The names of the lists, in the order in which runtimes take them.
    func names() throws(Refusal) -> [String] {
        try all().filter { $0.ends(with: Self.ending) }
    }

    private func all() throws(Refusal) -> [String] {
        do throws(KernelError) {
            return try Folder(directory).names().filter { !$0.begins(with: ".") }.sorted(by: isNaturallyOrdered)
        } catch { throw Refusal(error) }
    }

    /// A list, and the status of its file.
    struct File {
        let name: String
        let content: [UInt8]
        let status: FileStatus
    }

    /// Reads a list; nil if it has gone.
    func file(_ name: String) throws(Refusal) -> File? {
        do throws(KernelError) {
            let folder = try Folder(directory)
            guard let status = try folder.status(of: name) else { return nil }
            guard !status.isSymbolicLink else {
                throw KernelError(
                    "read \(folder.path(of: name))", .loop,
                    explanation: "a symbolic link is not followed; replace it by the list")
            }
            guard let content = try folder.content(of: name, limit: Self.limit) else { return nil }
            return File(name: name, content: content, status: status)
        } catch { throw Refusal(error, namesFile: true) }
    }

    /// Replaces a list in one step. The runtime reads the directory again because of it.
    func replace(_ file: File, with text: [UInt8]) throws(Refusal) {
        do throws(KernelError) {
            let folder = try Folder(directory)
            guard folder.lock(milliseconds: Self.patience) else {
                throw KernelError("lock \(directory)", .busy, explanation: "another run changes it; try again")
            }
            // Runtimes do not read a file that is called like this.
            let temporary = ".evenkeel.new"
            try folder.create(temporary, text, mode: file.status.permissions, like: file.status)
            guard try folder.status(of: file.name) == file.status else {
                try folder.remove(temporary)
                throw KernelError(
                    "replace \(folder.path(of: file.name))", .busy,
                    explanation: "somebody else has changed it meanwhile; try again")
            }
            try folder.rename(temporary, to: file.name)
            try folder.sync()
        } catch { throw Refusal(error, namesFile: true) }
    }

    /// The networks whose folder of drop-ins has ours, good or bad, whether or not a list names them still.
    func dropIns() throws(Refusal) -> [DropIn] {
        var found: [DropIn] = []
        for name in try folders() {
            let dropIn = try DropIn(network: name, in: directory)
            if try dropIn.state() != .absent { found.append(dropIn) }
        }
        return found
    }

    /// Drop-in files under other names that need our plugin, or may: somebody has written them.
    func othersDropIns() throws(Refusal) -> [String] {
        var found: [String] = []
        for name in try folders() {
            do throws(KernelError) {
                guard let folder = try Folder(name, in: Folder(directory)) else { continue }
                for file in try folder.names().sorted(by: isNaturallyOrdered) where file.ends(with: ".conf") {
                    // A link leads to what is not seen from here.
                    guard try folder.status(of: file)?.isRegular == true else { continue }
                    let text = try folder.content(of: file, limit: Self.limit)
                    if text?.holds("\"evenkeel\"") == true { found.append(folder.path(of: file)) }
                }
            } catch { throw Refusal(error, namesFile: true) }
        }
        return found
    }

    private func folders() throws(Refusal) -> [String] {
        var folders: [String] = []
        for name in try all() {
            do throws(KernelError) {
                if try Folder(directory).status(of: name)?.isDirectory == true { folders.append(name) }
            } catch { throw Refusal(error) }
        }
        return folders
    }
}
