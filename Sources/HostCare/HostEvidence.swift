public import ForeignRules
import Keel
public import LinuxSystem
public import LinuxTools
import Netlink

/// What tells a person how the host fares, beside its state: counters, the kernel's log, and what others do to the same
/// things.
public struct HostEvidence: Hashable, Sendable {
    /// The rules of our tables with what they have counted.
    public var ipv4Rules: [CountedRule] = []
    public var ipv6Rules: [CountedRule] = []
    /// Rules of others that drop INVALID segments before they could be answered, or keep TCP from connection tracking.
    public var foreignRules: [ForeignRule] = []
    public var statistics: ConntrackStatistics?
    /// Lines of the kernel's log that say that the table was full; nil where it may not be read.
    public var tableFull: [KernelLog.Record]?
    /// What will undo the policy's sizes and timeouts.
    public var conflicts: [String] = []

    public init() {}
}

extension HostRun {
    /// Looks at all of it; what cannot be looked at joins the failures, but for the kernel's log, which few may read.
    public mutating func evidence(_ state: HostState) -> HostEvidence {
        var evidence = HostEvidence()
        // Where the ruleset could not be read at first, that is among the failures already.
        if let invalid = state.invalid {
            do throws(KernelError) { try look(at: invalid, &evidence) } catch { failures.append(error) }
        }
        do throws(KernelError) {
            evidence.statistics = try ConntrackStatistics.observe()
            evidence.conflicts = try conflicts(state)
        } catch { failures.append(error) }
        do throws(KernelError) { evidence.tableFull = try KernelLog.records(with: "nf_conntrack: table full") } catch {}
        return evidence
    }

    /// What will undo the policy's sizes and timeouts; `state` is what others have left, `now` what is in force since.
    public func conflicts(_ state: HostState, now: HostState? = nil) throws(KernelError) -> [String] {
        guard let table = state.conntrack else { return [] }
        return (now?.conntrack ?? table).conflicts(policy.conntrack, try BootSettings.read())
            + table.conflicts(policy.conntrack, kubeProxy: try KubeProxy.process())
    }

    private mutating func look(at invalid: HostSnapshot, _ evidence: inout HostEvidence) throws(KernelError) {
        if invalid.ipv4.state != .absent { evidence.ipv4Rules = try host.counters(.v4) }
        if invalid.ipv6.state != .absent { evidence.ipv6Rules = try host.counters(.v6) }
        if try host.hasFirewall() { evidence.foreignRules = try host.foreignRules() }
    }
}
