import CLinux

/// A rate limit shared by all processes.
public enum RateLimit {
    /// Whether the caller may go on: no process has passed within the last `seconds`. A file in the directory remembers that by
    /// its modification time. The directory is created if it is missing.
    public static func pass(_ name: String, in directory: String, seconds: Int) throws(KernelError) -> Bool {
        try RunDirectory.make(directory)
        // For its owner alone: whoever may open the file may lock it.
        let path = "\(directory)/\(name)"
        let file = try FileDescriptor(appendingTo: path)
        // Another process holds the lock, and passes.
        guard linux_try_lock(file.number) == 0 else { return false }
        let status = try FileStatus(of: file, name: path)
        // An empty file was created just now. A time in the future means that the clock was set back, and says nothing.
        if status.size > 0, (0..<seconds).contains(time(nil) - status.secondsOfModification) { return false }
        if status.size == 0 { try file.write("taken\n", name: path) }
        guard futimens(file.number, nil) == 0 else { throw KernelError("touch \(path)", .current) }
        return true
    }
}
