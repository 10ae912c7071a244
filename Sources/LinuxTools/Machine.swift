import CLinux
import LinuxSystem

/// Properties of the machine.
public enum Machine {
    /// The number of online processors, `sysconf(3)`.
    public static var processors: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }

    /// Main memory in bytes, `sysinfo(2)`.
    public static var memory: Int {
        var information = sysinfo()
        guard sysinfo(&information) == 0 else { return 0 }
        return Int(clamping: UInt64(information.totalram) * UInt64(information.mem_unit))
    }

    /// The page size in bytes, `sysconf(3)`.
    public static var pageSize: Int { max(sysconf(Int32(_SC_PAGESIZE)), 1) }

    /// Seconds since boot, on the clock of the kernel's log: `CLOCK_MONOTONIC` of `clock_gettime(2)`.
    public static var secondsSinceBoot: Int {
        var time = timespec()
        guard clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return 0 }
        return Int(time.tv_sec)
    }
}
