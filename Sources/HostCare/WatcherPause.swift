public import LinuxSystem
import LinuxTools

/// Keeps the watcher from restoring the host's tables, by a file in `/run/evenkeel`, so until the next boot at most.
public enum WatcherPause {
    public static var isOn: Bool { FileStatus.exists(RunDirectory.pausedFile) }

    /// To be called before the tables go: the watcher would put them back.
    public static func begin() throws(KernelError) {
        // Makes the folder if there is none.
        _ = try StateDirectory(RunDirectory.path)
        try AtomicFile.put("by evenkeel host remove\n", at: RunDirectory.pausedFile)
    }

    /// To be called before the tables are made: from then on the watcher looks after them.
    public static func end() throws(KernelError) { try AtomicFile.remove(RunDirectory.pausedFile) }

    /// Tells a watcher that runs here that all tables are wanted again, also those that somebody took away by name.
    public static func noteWish() throws(KernelError) {
        guard FileStatus.exists(RunDirectory.watchSocket) else { return }
        try AtomicFile.put("by evenkeel host apply\n", at: RunDirectory.appliedFile)
    }
}
