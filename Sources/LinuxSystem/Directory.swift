import CLinux

/// The names in a directory.
public enum Directory {
    /// All names but `.` and `..`, unordered; empty if there is no such directory. The corresponding C functions are `opendir(3)`
    /// and `readdir(3)`.
    public static func names(in path: String) throws(KernelError) -> [String] {
        try names(opendir(path), path, atMost: .max)
    }

    /// The names in a directory that an ordinary user may have made, or the first of them. No part of the path may be a symbolic
    /// link (`ELOOP`, for the last part `ENOTDIR`), which could lead to a file system that never answers.
    public static func names(inUsers path: String, atMost limit: Int) throws(KernelError) -> [String] {
        try names(linux_open_folder_without_links(path), path, atMost: limit)
    }

    private static func names(
        _ stream: OpaquePointer?, _ path: String, atMost limit: Int
    ) throws(KernelError) -> [String] {
        guard let stream else {
            if Errno.current == .noEntry { return [] }
            throw KernelError("list \(path)", .current)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < limit {
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
        return names
    }
}
