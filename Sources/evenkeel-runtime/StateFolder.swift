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

    /// The container's state; nil if there is none, or one of another form. Throws if none is found but one could not be read.
    func state(of id: String) throws(KernelError) -> RuntimeState? {
        var refusal: KernelError?
        for root in roots {
            for name in RuntimeState.fileNames {
                do throws(KernelError) {
                    if let state = try read("\(root)/\(id)/\(name)", root == doubtful) { return state }
                } catch { refusal = refusal ?? error }
            }
        }
        if let refusal { throw refusal }
        return nil
    }

    private func read(_ path: String, _ isDoubtful: Bool) throws(KernelError) -> RuntimeState? {
        let text: [UInt8]
        do throws(KernelError) {
            let file = try FileDescriptor(opening: path, .readWithoutWaiting)
            if isDoubtful { guard try FileStatus(of: file, name: path).isRoots else { return nil } }
            text = try file.readAll(limit: 1 << 24, name: path)
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
        do { return RuntimeState(try JSON(parsing: text, only: RuntimeState.members)) } catch { return nil }
    }
}

/// What an engine passes to the runtime: a folder with `config.json`, OCI runtime specification, "Bundle".
enum Bundle {
    /// The text of `config.json`; empty if the runtime names no bundle.
    static func configuration(in folder: String?) throws(KernelError) -> [UInt8] {
        guard let folder else { return [] }
        let path = "\(folder)/config.json"
        return try FileDescriptor(opening: path, .readWithoutWaiting).readAll(limit: 1 << 24, name: path)
    }

    /// The annotations in that text; empty if none is ours, which a search finds out without parsing.
    static func annotations(in configuration: [UInt8]) throws(StateError) -> [JSON.Member] {
        guard configuration.holds("evenkeel.") else { return [] }
        do { return try JSON(parsing: configuration, only: [["annotations"]])["annotations"]?.members ?? [] } catch {
            throw StateError("its config.json is not JSON: \(error.description)")
        }
    }
}
