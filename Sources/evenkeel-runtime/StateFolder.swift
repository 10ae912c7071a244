import JSON
import LinuxSystem
import OCI

/// The folders in which the real runtime stores its containers' states.
struct StateFolder {
    /// In the order in which they are looked at.
    private var roots: [String]
    /// The last of them, if anybody may have named it: there root believes only what is root's.
    private var doubtful: String?

    /// Uses `--root`, or the folders of the runtime of that name: below `XDG_RUNTIME_DIR` without privilege, below `/run` with.
    init(_ invocation: RuntimeInvocation, _ runtime: String) {
        let name = runtime.parts(between: UInt8(ascii: "/")).last ?? ""
        // A copy of a runtime under another name uses the original's folder.
        let names = [name, "runc", "crun", "youki"]
        let below = { (folder: String) in names.map { "\(folder)/\($0)" } }
        roots = invocation.root.map { [$0] } ?? below("/run")
        guard invocation.root == nil, let folder = Environment.variable("XDG_RUNTIME_DIR"), !folder.isEmpty else {
            return
        }
        if OwnProcess.isRootOutside {
            // Of the runtimes only crun obeys the variable as root, too.
            doubtful = "\(folder)/crun"
            roots.append("\(folder)/crun")
        } else {
            roots = below(folder) + roots
        }
    }

    /// The container's state; nil if none is found that can be read.
    func state(of id: String) -> RuntimeState? {
        for root in roots {
            for name in RuntimeState.fileNames {
                if let state = read("\(root)/\(id)/\(name)", root == doubtful) { return state }
            }
        }
        return nil
    }

    private func read(_ path: String, _ isDoubtful: Bool) -> RuntimeState? {
        let text: [UInt8]
        do {
            let file = try FileDescriptor(opening: path, .readWithoutWaiting)
            if isDoubtful { guard try FileStatus(of: file, name: path).isRoots else { return nil } }
            text = try file.readAll(limit: 1 << 24, name: path)
        } catch { return nil }
        do { return RuntimeState(try JSON(parsing: text, only: RuntimeState.members)) } catch { return nil }
    }
}

/// What an engine passes to the runtime: a folder with `config.json`, OCI runtime specification, "Bundle".
enum Bundle {
    /// The annotations; empty if none is ours, which a search finds out without parsing.
    static func annotations(in folder: String?) throws(StateError) -> [JSON.Member] {
        guard let folder else { return [] }
        let path = "\(folder)/config.json"
        let text: [UInt8]
        do { text = try FileDescriptor(opening: path, .readWithoutWaiting).readAll(limit: 1 << 24, name: path) } catch {
            throw StateError("its annotations are unknown: \(error.description)")
        }
        guard text.holds("\"evenkeel.") else { return [] }
        do { return try JSON(parsing: text, only: [["annotations"]])["annotations"]?.members ?? [] } catch {
            throw StateError("\(path) is not JSON: \(error.description)")
        }
    }
}
