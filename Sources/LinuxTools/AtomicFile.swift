import CLinux
public import LinuxSystem

/// A regular file whose content is replaced in one step: readers find either all of the old or all of the new content, even
/// after a crash.
public struct AtomicFile: Sendable {
    /// The file's path, with symbolic links resolved.
    public let path: String
    /// The content as it was read.
    public let content: [UInt8]
    private let status: FileStatus

    /// The outcome of replacing.
    public enum Outcome: Sendable {
        case replaced
        /// Somebody else has written to or removed the file since it was read. It was left alone.
        case changedMeanwhile
    }

    /// Reads a file of at most `limit` bytes. A symbolic link is followed and stays; its target is replaced later.
    public init(reading path: String, limit: Int) throws(KernelError) {
        guard let resolved = realpath(path, nil) else { throw KernelError("open \(path)", .current) }
        defer { free(resolved) }
        self.path = String(cString: resolved)
        // The path may be a FIFO that nobody ever writes to, so do not wait.
        let file: FileDescriptor
        do { file = try FileDescriptor(opening: self.path, .readWithoutWaiting) } catch {
            throw error.attempting("open \(path)")
        }
        status = try FileStatus(of: file, name: path)
        guard status.isRegular else {
            throw KernelError("read \(path)", .invalid, explanation: "it is not a regular file")
        }
        content = try file.readAll(limit: limit, name: path)
    }

    /// Replaces the content; mode, owner, SELinux label and access control list stay. Other hard links keep the old content.
    public func replace(with text: String) throws(KernelError) -> Outcome {
        var temporary = try TemporaryFile(beside: path)
        try temporary.file.write(text, name: temporary.path)
        try temporary.take(status, from: path)
        guard fsync(temporary.file.number) == 0 else { throw KernelError("write \(temporary.path) to disk", .current) }
        guard isUnchanged else { return .changedMeanwhile }
        try temporary.rename(to: path)
        return .replaced
    }

    /// Writes a new file, by default for all to read, or replaces the one that is there.
    public static func put(_ text: String, at path: String, mode: UInt32 = 0o644) throws(KernelError) {
        try put(Array(text.utf8), at: path, mode: mode, replacing: true)
    }

    /// The same with bytes. A device, a folder or a link, such as /dev/stdout, is never replaced: what it stood for would be gone.
    ///
    /// - Throws: `EEXIST` if not `replacing` and something is there, whoever put it there meanwhile; `EINVAL` if that is not a regular
    ///   file.
    package static func put(_ bytes: [UInt8], at path: String, mode: UInt32, replacing: Bool) throws(KernelError) {
        if replacing, let status = try FileStatus(at: path), !status.isRegular {
            throw KernelError("write \(path)", .invalid, explanation: "it is not a regular file")
        }
        var temporary = try TemporaryFile(beside: path)
        try temporary.file.write(bytes, name: temporary.path)
        guard fchmod(temporary.file.number, mode) == 0 else { throw KernelError("set the mode of \(path)", .current) }
        guard fsync(temporary.file.number) == 0 else { throw KernelError("write \(temporary.path) to disk", .current) }
        try temporary.rename(to: path, replacing: replacing)
    }

    /// Removes a file; a missing one is no error.
    public static func remove(_ path: String) throws(KernelError) {
        guard unlink(path) == 0 || Errno.current == .noEntry else { throw KernelError("remove \(path)", .current) }
    }

    private var isUnchanged: Bool {
        do { return try FileStatus(path: path) == status } catch { return false }
    }
}
