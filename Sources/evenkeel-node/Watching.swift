import ConfigurationLists
import LinuxSystem

/// Starts the watcher in a container.
enum Watching {
    private static let sysctls = "/proc/sys/net"
    private static let watcher = "/bin/evenkeel-watch"

    /// Runtimes mount /proc/sys so that it is read-only, in every namespace that the watcher enters. What concerns the network is made
    /// writable, and nothing else. Does not return if it succeeds: the watcher takes this program's place.
    static func start() throws(Refusal) {
        do throws(KernelError) {
            try Mount.makeWritable(sysctls)
            throw OwnProcess.execute(watcher, withArgumentsFrom: 2)
        } catch {
            let needsRight = [.notPermitted, .accessDenied].contains(error.errno)
            throw Refusal(
                printable(error.description)
                    + (needsRight
                        ? "; the container needs CAP_SYS_ADMIN, and no AppArmor profile that forbids mounts" : ""))
        }
    }
}
