import CLinux
public import LinuxSystem

/// A directory of small files that outlast a run, such as `/run/evenkeel`.
public struct StateDirectory: ~Copyable {
    public let path: String
    private let directory: FileDescriptor
    private static let mode: mode_t = 0o700

    /// Opens the directory, or makes it in its parent, which must exist. It is closed to others than its owner: whoever can open
    /// it can lock it and make every run wait.
    ///
    /// - Throws: `ELOOP` or `ENOTDIR` if the path is no directory, `EPERM` if others than root may write to it.
    public init(_ path: String) throws(KernelError) {
        guard mkdir(path, Self.mode) == 0 || Errno.current == .exists else {
            throw KernelError("make directory \(path)", .current)
        }
        let number = retryingOnInterrupt { linux_open_directory(path) }
        guard number >= 0 else { throw KernelError("open directory \(path)", .current) }
        let directory = FileDescriptor(owning: number)
        let status = try FileStatus(of: directory, name: path)
        guard status.owner == geteuid(), status.permissions & 0o022 == 0 else {
            throw KernelError("use directory \(path)", .notPermitted, explanation: "others than root may write to it")
        }
        guard status.permissions & 0o777 == Self.mode || fchmod(number, Self.mode) == 0 else {
            throw KernelError("close directory \(path) to others", .current)
        }
        self.directory = directory
        self.path = path
    }

    /// Makes other runs wait until this value goes, `flock(2)`. Hold the lock for a few system calls only.
    public func lock() throws(KernelError) {
        guard retryingOnInterrupt({ linux_lock(directory.number) }) == 0 else {
            throw KernelError("lock directory \(path)", .current)
        }
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
        try AtomicFile.put(text, at: "\(path)/\(name)")
    }

    public func remove(_ name: String) throws(KernelError) { try AtomicFile.remove("\(path)/\(name)") }
}
