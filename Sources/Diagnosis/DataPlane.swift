package import LinuxSystem
package import Netlink

/// eBPF data planes, which forward containers' packets past netfilter.
package enum DataPlane {
    /// Interfaces that Cilium and Calico's eBPF data plane create.
    private static let names: [InterfaceName] = ["cilium_host", "bpfin.cali"]

    /// Such interfaces in the calling thread's network namespace.
    package static func interfaces() throws(KernelError) -> [InterfaceName] {
        var socket = try Socket(.route)
        var found: [InterfaceName] = []
        for name in names where try socket.link(name: name) != nil { found.append(name) }
        return found
    }
}
