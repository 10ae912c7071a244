import Firewall
public import LinuxSystem
import Netlink

/// Whether this host can make containers safe.
public enum Readiness: Hashable, Sendable {
    case ready
    /// In part. One sentence each says what cannot be done and why.
    case limited([String])
}

extension Host {
    /// Tries what every run needs, and checks whether the kernel can do what the policy wants. Read-only.
    ///
    /// - Throws: the kernel's refusal if nothing could be done.
    public mutating func readiness(_ policy: Policy) throws(KernelError) -> Readiness {
        // Entering one's own namespace needs the same privilege as entering a container's.
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
