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
        var temporary = try TemporaryFile(beside: path)
        try temporary.file.write(text, name: temporary.path)
        guard fchmod(temporary.file.number, mode) == 0 else { throw KernelError("set the mode of \(path)", .current) }
        guard fsync(temporary.file.number) == 0 else { throw KernelError("write \(temporary.path) to disk", .current) }
        try temporary.rename(to: path)
    }

    /// Removes a file; a missing one is no error.
    public static func remove(_ path: String) throws(KernelError) {
        guard unlink(path) == 0 || Errno.current == .noEntry else { throw KernelError("remove \(path)", .current) }
    }

    private var isUnchanged: Bool {
        do { return try FileStatus(path: path) == status } catch { return false }
    }
}

/// A temporary file that is renamed to its target, or removed if that does not happen.
private struct TemporaryFile: ~Copyable {
    let path: String
    let file: FileDescriptor
    private let directory: String
    private var isRenamed = false

    /// Makes it in the target's directory, because renaming works only within a file system. Its name is hidden and has no
    /// extension, so that programs that read whole directories skip it.
    init(beside path: String) throws(KernelError) {
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        directory = end == path.startIndex ? "/" : String(path[..<end])
        var template = "\(directory)/.evenkeel-XXXXXX".utf8.map { CChar(bitPattern: $0) } + [0]
        let number = mkostemp(&template, O_CLOEXEC)
        guard number >= 0 else { throw KernelError("make a temporary file in \(directory)", .current) }
        file = FileDescriptor(owning: number)
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if !isRenamed { unlink(path) }
    }

    /// Copies owner and mode. The owner first: changing it clears set-user-ID bits.
    func take(_ status: FileStatus, from original: String) throws(KernelError) {
        guard fchown(file.number, status.owner, status.group) == 0 else {
            throw KernelError("keep the owner of \(original)", .current)
        }
        guard fchmod(file.number, status.permissions) == 0 else {
            throw KernelError("keep the mode of \(original)", .current)
        }
        for name in ["security.selinux", "system.posix_acl_access"] { try copyAttribute(name, from: original) }
    }

    /// Copies an extended attribute, `xattr(7)`: a new file may have inherited another value from its directory, or none.
    private func copyAttribute(_ name: String, from original: String) throws(KernelError) {
        // Ample: a label, or an access control list of a few dozen entries, takes less than a page.
        let limit = 65536
        let wanted = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(getxattr(original, name, buffer.baseAddress, limit), 0)
        }
        let present = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(fgetxattr(file.number, name, buffer.baseAddress, limit), 0)
        }
        guard wanted != present else { return }
        let result =
            wanted.isEmpty
            ? fremovexattr(file.number, name) : fsetxattr(file.number, name, wanted, wanted.count, 0)
        guard result == 0 else {
            throw KernelError("keep \(name) of \(original)", .current)
        }
    }

    mutating func rename(to path: String) throws(KernelError) {
        guard CLinux.rename(self.path, path) == 0 else { throw KernelError("replace \(path)", .current) }
        isRenamed = true
        // The directory decides which file a crash leaves. Some file systems have no fsync for directories.
        let folder = try FileDescriptor(opening: directory, .read)
        guard fsync(folder.number) == 0 || Errno.current == .invalid else {
            throw KernelError("write \(directory) to disk", .current, explanation: "\(path) is replaced already")
        }
    }
}
