import CLinux

/// An exclusive lock among all runs, which only root can hold: its files lie in a folder that is closed to others. Every open file
/// locks for itself (`F_OFD_SETLK` of `fcntl(2)`), so the lock goes with this value.
public struct Lock: ~Copyable {
    private let file: FileDescriptor
    private static var folder: String { "/run/evenkeel/locks" }

    /// What is locked, and the file for it.
    public enum Subject: String, Sendable {
        /// Each namespace is a part, by its inode number.
        case namespaces = "/run/evenkeel/locks/namespaces"
        /// The record of the host's sysctls.
        case sysctls = "/run/evenkeel/locks/sysctls"
        /// The watcher, of which there is one.
        case watcher = "/run/evenkeel/locks/watcher"
    }

    /// Opens the lock, and creates it unless the caller is `onlyLooking`.
    ///
    /// - Throws: `EACCES`, `EROFS` or the like in a user namespace, `ENOENT` if a lock to look at was never taken.
    public init(_ subject: Subject, onlyLooking: Bool = false) throws(KernelError) {
        let path = subject.rawValue
        var number = linux_open_lock(path, onlyLooking ? 0 : 1)
        if number < 0 && Errno.current == .noEntry && !onlyLooking {
            try RunDirectory.make()
            try RunDirectory.make(Self.folder, mode: 0o700)
            number = linux_open_lock(path, 1)
        }
        guard number >= 0 else { throw KernelError("open \(path)", .current) }
        file = FileDescriptor(owning: number)
    }

    /// Takes the part of the lock that has that number; false if another run still has it after so many milliseconds.
    public func take(_ part: UInt64 = 0, milliseconds: UInt32) -> Bool {
        keepTrying(milliseconds: milliseconds) {
            // Where files cannot be locked nobody holds a lock.
            linux_try_lock_byte(file.number, part) == 0 || ![.again, .accessDenied].contains(Errno.current)
        }
    }
}

/// Tries until it succeeds; false after so many milliseconds. What is waited for takes a fraction of one, as a rule.
func keepTrying(milliseconds: UInt32, _ attempt: () -> Bool) -> Bool {
    var (pause, waited) = (UInt32(100), UInt32(0))
    while !attempt() {
        guard waited < milliseconds * 1000 else { return false }
        usleep(pause)
        waited += pause
        pause = min(2 * pause, 5000)
    }
    return true
}
