import Firewall
public import LinuxSystem
import Netlink

/// Whether this host can make containers safe.
public enum Readiness: Hashable, Sendable {
    case ready
    /// Some of it; in a sentence each, what not and why.
    case limited([String])
}

extension Host {
    /// Tries what every run needs, and asks whether what the policy wants can be done. Nothing is changed.
    ///
    /// - Throws: what the kernel says where nothing could be done.
    public mutating func readiness(_ policy: Policy) throws(KernelError) -> Readiness {
        // To enter one's own namespace asks for the same privilege as to enter a container's.
        try home.enter()
        if policy.invalid.mode == .drop || policy.invalid.mode == .input { _ = try firewall.generation() }
        var limits: [String] = []
        if policy.rpFilter != .keep, let parameter = Sysctl(family: "ipv4", interface: "default", "rp_filter"),
            let error = parameter.refusalToWrite
        {
            limits.append("\(error.description), so rp_filter stays as it is; \(error.advice ?? "see why")")
        }
        if policy.defaultRoute.mode != .keep, try socket.rulesIfSupported() == nil {
            limits.append(
                "the kernel is built without policy routing (CONFIG_IP_MULTIPLE_TABLES), so a container on several networks "
                    + "keeps all its default routes; set the policy's defaultRoute.mode to \"keep\"")
        }
        return limits.isEmpty ? .ready : .limited(limits)
    }
}
