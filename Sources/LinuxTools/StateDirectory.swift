import CLinux
public import LinuxSystem

/// A directory of small files that outlast a run, such as `/run/evenkeel`. The files are for their owner alone.
public struct StateDirectory: ~Copyable {
    public let path: String

    /// Opens the directory, or makes it in its parent, which must exist.
    ///
    /// - Throws: `ELOOP` or `ENOTDIR` if the path is no directory, `EPERM` if others than root may write to it.
    public init(_ path: String) throws(KernelError) {
        try RunDirectory.make(path)
        let number = retryingOnInterrupt { linux_open_directory(path) }
        guard number >= 0 else { throw KernelError("open directory \(path)", .current) }
        let directory = FileDescriptor(owning: number)
        let status = try FileStatus(of: directory, name: path)
        guard status.owner == geteuid(), status.permissions & 0o022 == 0 else {
            throw KernelError("use directory \(path)", .notPermitted, explanation: "others than root may write to it")
        }
        guard status.permissions & 0o777 == RunDirectory.mode || fchmod(number, RunDirectory.mode) == 0 else {
            throw KernelError("open directory \(path) to all", .current)
        }
        self.path = path
    }

    /// The text of a file in the directory; nil if there is none.
    public func text(of name: String) throws(KernelError) -> String? {
        let file: FileDescriptor
        do { file = try FileDescriptor(opening: "\(path)/\(name)", .readWithoutWaiting) } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
        return String(decoding: try file.readAll(limit: 1 << 16, name: "\(path)/\(name)"), as: UTF8.self)
    }

    public func put(_ text: String, in name: String) throws(KernelError) {
        try AtomicFile.put(text, at: "\(path)/\(name)", mode: 0o600)
    }

    public func remove(_ name: String) throws(KernelError) { try AtomicFile.remove("\(path)/\(name)") }
}
