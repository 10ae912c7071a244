import CLinux

/// What the kernel knows about a file beside its content, `stat(2)`.
///
/// Two values are equal as long as nobody has written to the file, replaced it, or changed its owner or mode.
public struct FileStatus: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let mode: UInt32
    package let owner: UInt32
    package let group: UInt32
    /// The size in bytes.
    public let size: Int64
    /// When the content, and when the content or these properties changed last.
    private let modified: Time
    private let changed: Time

    private struct Time: Hashable {
        let seconds: Int64
        let nanoseconds: Int64

        init(_ time: timespec) {
            seconds = Int64(time.tv_sec)
            nanoseconds = Int64(time.tv_nsec)
        }
    }

    /// Reads the status of what a path leads to. Symbolic links are followed.
    public init(path: String) throws(KernelError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw KernelError("look at \(path)", .current) }
        self.init(status)
    }

    /// Reads the status of what is at a path itself: of a symbolic link, not of what it leads to. Nil if nothing is there. The
    /// corresponding C function is `lstat(2)`.
    public init?(at path: String) throws(KernelError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if Errno.current == .noEntry { return nil }
            throw KernelError("look at \(path)", .current)
        }
        self.init(status)
    }

    /// Whether something is at a path. The corresponding C function is `access(2)`.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Reads an open file's status. The corresponding C function is `fstat(2)`; `name` is for the error.
    public init(of file: borrowing FileDescriptor, name: String) throws(KernelError) {
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw KernelError("look at \(name)", .current) }
        self.init(status)
    }

    /// Reads the status of a file in an open folder. Symbolic links are followed. The corresponding C function is `fstatat(2)`.
    init(of file: String, in folder: borrowing FileDescriptor, name: String) throws(KernelError) {
        var status = stat()
        guard fstatat(folder.number, file, &status, 0) == 0 else { throw KernelError("look at \(name)", .current) }
        self.init(status)
    }

    /// Reads the status of a name in an open folder; a symbolic link is looked at itself. Nil if there is none of that name.
    init?(ofName file: String, in folder: borrowing FileDescriptor, name: String) throws(KernelError) {
        var status = stat()
        guard fstatat(folder.number, file, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if Errno.current == .noEntry { return nil }
            throw KernelError("look at \(name)", .current)
        }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        mode = status.st_mode
        owner = status.st_uid
        group = status.st_gid
        size = Int64(status.st_size)
        modified = Time(status.st_mtim)
        changed = Time(status.st_ctim)
    }

    /// When the content changed last, in seconds since 1970.
    package var secondsOfModification: Int { Int(modified.seconds) }

    /// Whether root owns it.
    public var isRoots: Bool { owner == 0 }

    public var isRegular: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFREG) }

    package var isSymbolicLink: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFLNK) }

    public var isDirectory: Bool { mode & UInt32(S_IFMT) == UInt32(S_IFDIR) }

    /// Whether it is a socket of root's.
    package var isRootsSocket: Bool { isRoots && mode & UInt32(S_IFMT) == UInt32(S_IFSOCK) }

    /// Whether anybody may execute it.
    public var isExecutable: Bool { isRegular && mode & 0o111 != 0 }

    /// The mode bits of `chmod(2)`.
    package var permissions: UInt32 { mode & 0o7777 }

    /// Whether others than its owner may write to it: its group, or anybody. An access control list shows in the group's bits.
    package var isWritableByOthers: Bool { mode & 0o022 != 0 }
}
