import CLinux
import LinuxSystem

/// A temporary file that is renamed to its target, or removed if that does not happen. What a run that was killed has left is removed
/// by the next one that makes a temporary file in the same directory.
struct TemporaryFile: ~Copyable {
    let path: String
    let file: FileDescriptor
    private let directory: String
    private var isRenamed = false

    /// Its name is hidden and has no extension, so that programs that read whole directories skip it. Six letters follow.
    private static let prefix = ".evenkeel-"

    /// Makes it in the target's directory, because renaming works only within a file system.
    init(beside path: String) throws(KernelError) {
        if let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
            directory = end == path.startIndex ? "/" : String(path[..<end])
        } else {
            directory = "."
        }
        Self.removeAbandoned(in: directory)
        var template: [CChar]
        var number: Int32
        repeat {
            template = "\(directory)/\(Self.prefix)XXXXXX".utf8.map { CChar(bitPattern: $0) } + [0]
            number = mkostemp(&template, O_CLOEXEC)
            guard number >= 0 else { throw KernelError("make a temporary file in \(directory)", .current) }
        } while !Self.isClaimed(number)
        file = FileDescriptor(owning: number)
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if !isRenamed { unlink(path) }
    }

    /// Locks a new file, as long as its maker lives. Closes it and returns false if another run has just taken it for abandoned.
    private static func isClaimed(_ number: Int32) -> Bool {
        var status = stat()
        // Where files cannot be locked, nobody takes them for abandoned either.
        let isLocked = linux_try_lock(number) == 0 || Errno.current != .again
        // A file that cannot be looked at is there: it was made just now.
        if isLocked, fstat(number, &status) != 0 || status.st_nlink > 0 { return true }
        close(number)
        return false
    }

    /// Removes temporary files whose makers were killed: those that nobody has locked.
    private static func removeAbandoned(in directory: String) {
        var names: [String] = []
        do { names = try Directory.names(in: directory) } catch { return }
        for name in names where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6 {
            let path = "\(directory)/\(name)"
            let number = linux_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
            guard number >= 0 else { continue }
            let file = FileDescriptor(owning: number)
            do {
                let status = try FileStatus(of: file, name: path)
                guard status.isRegular, linux_try_lock(number) == 0 else { continue }
                // Its maker may have renamed it before the lock was there to be had.
                if try FileStatus(path: path) == status { unlink(path) }
            } catch {}
        }
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

    /// - Throws: `EEXIST` if not `replacing` and something is there.
    mutating func rename(to path: String, replacing: Bool = true) throws(KernelError) {
        if replacing {
            guard CLinux.rename(self.path, path) == 0 else { throw KernelError("replace \(path)", .current) }
        } else {
            guard linux_rename_to_new(self.path, path) == 0 else { throw KernelError("make \(path)", .current) }
        }
        isRenamed = true
        // The directory decides which file a crash leaves. Some file systems have no fsync for directories.
        let folder = try FileDescriptor(opening: directory, .read)
        guard fsync(folder.number) == 0 || Errno.current == .invalid else {
            throw KernelError("write \(directory) to disk", .current, explanation: "\(path) is replaced already")
        }
    }
}
