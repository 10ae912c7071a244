import ConfigurationLists
import LinuxSystem

/// A program that is copied to the node.
struct HostProgram {
    /// Its name in the image, and on the node.
    let source: String
    let name: String

    static let plugin = HostProgram(source: "evenkeel-cni", name: ConfigurationList.ourType)
    static let besides = ["evenkeel-hook", "evenkeel-runtime"].map { HostProgram(source: $0, name: $0) }

    private static let mode: UInt32 = 0o755
    /// Many times what one has.
    private static let limit = 1 << 26
    private static let patience: UInt32 = 10_000

    /// What it is called until all of it is there.
    private var temporary: String { ".\(name).new" }

    /// Copies it in one step: whoever starts it meanwhile gets the old one or the new one. One that is the same stays as it is.
    func install(from programs: String, in directory: String) throws(Refusal) {
        do throws(KernelError) {
            guard let program = try Folder(programs).content(of: source, limit: Self.limit) else {
                throw KernelError("read \(programs)/\(source)", .noEntry)
            }
            let folder = try Self.locked(directory)
            let path = folder.path(of: name)
            if let status = try folder.status(of: name) {
                try requireRegular(status, path)
                let isSame = status.permissions == Self.mode
                if isSame, try folder.content(of: name, limit: Self.limit) == program {
                    return say("unchanged: \(printable(path))")
                }
            }
            try folder.create(temporary, program, mode: Self.mode)
            try folder.rename(temporary, to: name)
            try folder.sync()
            say("installed \(printable(path))")
        } catch { throw Refusal(error) }
    }

    /// Removes it; nothing happens if it is not there.
    func remove(from directory: String) throws(Refusal) {
        do throws(KernelError) {
            let folder = try Self.locked(directory)
            let path = folder.path(of: name)
            // What a run has left that was killed.
            try folder.remove(temporary)
            guard let status = try folder.status(of: name) else { return say("not there: \(printable(path))") }
            try requireRegular(status, path)
            try folder.remove(name)
            try folder.sync()
            say("removed \(printable(path))")
        } catch { throw Refusal(error) }
    }

    /// A link may lead to a program of somebody else.
    private func requireRegular(_ status: FileStatus, _ path: String) throws(KernelError) {
        guard status.isRegular else {
            throw KernelError(
                "replace or remove \(path)", .invalid,
                explanation: "it is not a regular file; if nobody needs it, remove it and try again")
        }
    }

    private static func locked(_ directory: String) throws(KernelError) -> Folder {
        let folder = try Folder(directory)
        guard folder.lock(milliseconds: patience) else {
            throw KernelError("lock \(directory)", .busy, explanation: "another run changes it; try again")
        }
        return folder
    }
}
