import CLinux

/// An open folder whose files are named by their last part alone, so that no symbolic link in it leads elsewhere, `openat(2)`.
public struct Folder: ~Copyable {
    private let file: FileDescriptor
    /// For messages.
    public let path: String

    /// Opens a folder. Symbolic links on the way to it are followed: whoever names it may have made them.
    public init(_ path: String) throws(KernelError) {
        // The last part of a path is only followed with something behind it.
        let number = retryingOnInterrupt { linux_open_directory("\(path)/.") }
        guard number >= 0 else { throw KernelError("open directory \(path)", .current) }
        file = FileDescriptor(owning: number)
        self.path = path
    }

    /// Opens a folder in a folder; nil if there is none of that name.
    ///
    /// - Throws: `ENOTDIR` for a symbolic link or another file.
    public init?(_ name: String, in parent: borrowing Folder) throws(KernelError) {
        path = parent.path(of: name)
        let number = retryingOnInterrupt { linux_open_folder_at(parent.file.number, name) }
        guard number >= 0 else {
            let reason = Errno.current
            if reason == .noEntry { return nil }
            throw KernelError("open directory \(path)", reason == .loop ? .notDirectory : reason)
        }
        file = FileDescriptor(owning: number)
    }

    public func path(of name: String) -> String { path.ends(with: "/") ? path + name : "\(path)/\(name)" }

    /// The status of a name, of which a symbolic link is looked at itself; nil if there is none.
    public func status(of name: String) throws(KernelError) -> FileStatus? {
        try FileStatus(ofName: name, in: file, name: path(of: name))
    }

    /// All names but `.` and `..`, unordered.
    public func names() throws(KernelError) -> [String] { try Directory.names(in: path) }

    /// The content of a regular file; nil if there is none of that name.
    ///
    /// - Throws: `ELOOP` for a symbolic link, `EINVAL` for another file, `EFBIG` for more bytes than `limit`.
    public func content(of name: String, limit: Int) throws(KernelError) -> [UInt8]? {
        let path = path(of: name)
        let number = retryingOnInterrupt { linux_open_file_at(file.number, name) }
        guard number >= 0 else {
            if Errno.current == .noEntry { return nil }
            throw KernelError("open \(path)", .current)
        }
        let content = FileDescriptor(owning: number)
        guard try FileStatus(of: content, name: path).isRegular else {
            throw KernelError("read \(path)", .invalid, explanation: "it is not a regular file")
        }
        return try content.readAll(limit: limit, name: path)
    }

    /// Makes a new file with that content, mode and, unless nil, owner, and writes it to disk. Whatever has that name is removed first.
    public func create(
        _ name: String, _ content: [UInt8], mode: UInt32, like original: FileStatus? = nil
    ) throws(KernelError) {
        let path = path(of: name)
        try remove(name)
        let number = retryingOnInterrupt { linux_create_at(file.number, name) }
        guard number >= 0 else { throw KernelError("make \(path)", .current) }
        let new = FileDescriptor(owning: number)
        do throws(KernelError) {
            try new.write(content, name: path)
            // The owner first: changing it clears set-user-ID bits.
            if let original, fchown(number, original.owner, original.group) != 0 {
                throw KernelError("set the owner of \(path)", .current)
            }
            // Whatever the umask is.
            guard fchmod(number, mode) == 0 else { throw KernelError("set the mode of \(path)", .current) }
            guard fsync(number) == 0 else { throw KernelError("write \(path) to disk", .current) }
        } catch {
            unlinkat(file.number, name, 0)
            throw error
        }
    }

    /// Makes a folder for all to read.
    public func makeFolder(_ name: String) throws(KernelError) {
        guard mkdirat(file.number, name, RunDirectory.mode) == 0,
            fchmodat(file.number, name, RunDirectory.mode, 0) == 0
        else { throw KernelError("make directory \(path(of: name))", .current) }
    }

    /// Gives a file another name, in one step, and takes the place of what has it.
    public func rename(_ old: String, to new: String) throws(KernelError) {
        guard renameat(file.number, old, file.number, new) == 0 else {
            throw KernelError("rename \(path(of: old)) to \(new)", .current)
        }
    }

    /// Removes a file, or a symbolic link itself; returns whether there was one.
    @discardableResult
    public func remove(_ name: String) throws(KernelError) -> Bool {
        if unlinkat(file.number, name, 0) == 0 { return true }
        guard Errno.current == .noEntry else { throw KernelError("remove \(path(of: name))", .current) }
        return false
    }

    /// Removes an empty folder; returns whether it did: false if it holds something.
    public func removeFolder(_ name: String) throws(KernelError) -> Bool {
        if unlinkat(file.number, name, AT_REMOVEDIR) == 0 || Errno.current == .noEntry { return true }
        guard [.notEmpty, .exists].contains(Errno.current) else {
            throw KernelError("remove directory \(path(of: name))", .current)
        }
        return false
    }

    /// Writes its names to disk: they decide which files a crash leaves. Some file systems have no `fsync(2)` for folders.
    public func sync() throws(KernelError) {
        guard fsync(file.number) == 0 || Errno.current == .invalid else {
            throw KernelError("write \(path) to disk", .current)
        }
    }

    /// Locks the folder against others that do, `flock(2)`, for as long as this value lives; false if another still has it after so
    /// many milliseconds.
    public func lock(milliseconds: UInt32) -> Bool {
        keepTrying(milliseconds: milliseconds) {
            // Where nothing can be locked nobody holds a lock.
            linux_try_lock(file.number) == 0 || Errno.current != .again
        }
    }
}
