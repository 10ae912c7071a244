import CLinux
import LinuxSystem

/// What the machine has.
public enum Machine {
    /// Processors that are online, `sysconf(3)`.
    public static var processors: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }

    /// Main memory in bytes, `sysinfo(2)`.
    public static var memory: Int {
        var information = sysinfo()
        guard sysinfo(&information) == 0 else { return 0 }
        return Int(clamping: UInt64(information.totalram) * UInt64(information.mem_unit))
    }

    /// In bytes, `sysconf(3)`.
    public static var pageSize: Int { max(sysconf(Int32(_SC_PAGESIZE)), 1) }

    /// Seconds since it was started, as the kernel's log counts them: `CLOCK_MONOTONIC` of `clock_gettime(2)`.
    public static var secondsSinceBoot: Int {
        var time = timespec()
        guard clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return 0 }
        return Int(time.tv_sec)
    }
}
