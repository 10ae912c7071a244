import CLinux

/// The names in a directory.
public enum Directory {
    /// All names but `.` and `..`, unordered; empty if there is no such directory. The corresponding C functions are `opendir(3)`
    /// and `readdir(3)`.
    public static func names(in path: String) throws(KernelError) -> [String] {
        guard let stream = opendir(path) else {
            if Errno.current == .noEntry { return [] }
            throw KernelError("list \(path)", .current)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            guard let entry = linux_next_entry(stream) else {
                // The kernel may also refuse the rest, or say that the directory has gone.
                let reason = Errno.current
                guard reason.rawValue == 0 || reason == .noEntry else { throw KernelError("list \(path)", reason) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }
}
