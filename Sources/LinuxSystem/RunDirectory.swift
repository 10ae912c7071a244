import CLinux

/// Holds what must last until the host's next boot: its sysctls before ours, locks, the time of the last warning.
public enum RunDirectory {
    public static let path = "/run/evenkeel"
    /// While it exists the watcher leaves the host's rules alone: `evenkeel host remove` makes it.
    public static let pausedFile = "\(path)/paused"
    /// Its time of modification is that of the last `evenkeel host apply`.
    public static let appliedFile = "\(path)/applied"
    /// Where the watcher listens, unless it is told otherwise.
    public static let watchSocket = "\(path)/watch.sock"
    /// The networks of Docker that the watcher knows, with their interfaces.
    public static let networksFile = "\(path)/networks.json"
    /// For all to read; what is in it is for root alone.
    package static let mode: UInt32 = 0o755

    /// Makes it, or another directory, in its parent, which must exist. One that is there stays as it is.
    package static func make(_ path: String = path, mode: UInt32 = mode) throws(KernelError) {
        guard mkdir(path, mode) == 0 || Errno.current == .exists else {
            throw KernelError("make directory \(path)", .current)
        }
    }
}
