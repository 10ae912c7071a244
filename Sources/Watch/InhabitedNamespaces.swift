import Discovery
import LinuxSystem

/// The network namespaces in which processes live.
enum InhabitedNamespaces {
    /// Of all processes that there are. Costs one `stat(2)` a process.
    static func all() -> Set<NetworkNamespace.Identity> {
        do throws(KernelError) { return Set(try Process.all().compactMap { $0.knownNamespace }) } catch { return [] }
    }
}
