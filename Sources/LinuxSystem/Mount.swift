import CLinux

/// Mounts in the calling process's mount namespace.
public enum Mount {
    /// Makes a folder on a read-only mount writable, and nothing beside it. Nothing happens to one that is. The corresponding C
    /// function is `mount(2)`.
    public static func makeWritable(_ path: String) throws(KernelError) {
        guard linux_make_writable(path) == 0 else { throw KernelError("make \(path) writable", .current) }
    }
}
