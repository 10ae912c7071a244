public import LinuxSystem

/// What tells a person how the host fares, beside its state: counters, the kernel's log, and what others do to the same
/// things.
public struct HostEvidence: Hashable, Sendable {
    public var statistics: ConntrackStatistics?
    /// Lines of the kernel's log that say that the table was full; nil where it may not be read.
    public var tableFull: [KernelLog.Record]?
    /// What will undo the policy's sizes and timeouts.
    public var conflicts: [String] = []

    public init() {}
}

extension HostGuard {
    /// Looks at all of it; what cannot be looked at joins the failures, but for the kernel's log, which few may read.
    public mutating func evidence(_ state: HostState) -> HostEvidence {
        var evidence = HostEvidence()
        do throws(KernelError) {
            evidence.statistics = try ConntrackStatistics.observe()
            if let table = state.conntrack {
                evidence.conflicts = table.conflicts(
                    policy.conntrack, try BootSettings.read(), kubeProxy: try KubeProxy.process())
            }
        } catch { failures.append(error) }
        do throws(KernelError) { evidence.tableFull = try KernelLog.records(with: "nf_conntrack: table full") } catch {}
        return evidence
    }
}
