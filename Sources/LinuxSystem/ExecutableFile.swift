import CLinux

/// Programs by their path.
public enum ExecutableFile {
    /// Whether it is a regular file that may be executed. The corresponding C functions are `stat(2)` and `access(2)`.
    public static func isExecutable(_ path: String) -> Bool {
        guard let status = status(path), status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else { return false }
        return access(path, X_OK) == 0
    }

    /// Whether it is the running program, by device and inode.
    public static func isOwn(_ path: String) -> Bool {
        guard let other = status(path), let own = status("/proc/self/exe") ?? statusByName else { return false }
        return other.st_dev == own.st_dev && other.st_ino == own.st_ino
    }

    /// Without /proc: by the path it was executed by, which may be another program's meanwhile.
    private static var statusByName: stat? { linux_executed_path().flatMap { status(String(cString: $0)) } }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}
