import CLinux

/// The kernel's account of processes and of its own parameters, `proc(5)`.
public enum ProcFileSystem {
    /// Tells a file that is not there from a missing /proc.
    ///
    /// - Throws: `ENODEV` if it is not mounted, as in a bare chroot.
    public static func requireMounted() throws(KernelError) {
        if linux_has_proc() == 0 { throw KernelError(attempt, .noDevice, explanation: "it is not mounted") }
    }

    static let attempt = "read /proc"
}
