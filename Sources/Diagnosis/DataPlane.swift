import LinuxSystem
import Netlink

/// Data planes in eBPF, which take containers' packets past netfilter.
enum DataPlane {
    /// By which Cilium and Calico's are known.
    private static let names: [InterfaceName] = ["cilium_host", "bpfin.cali"]

    /// Those of the calling thread's network namespace.
    static func interfaces() throws(KernelError) -> [InterfaceName] {
        var socket = try Socket(.route)
        var found: [InterfaceName] = []
        for name in names where try socket.link(name: name) != nil { found.append(name) }
        return found
    }
}
