public import Firewall
public import ForeignRules
import Keel
public import LinuxSystem
public import LinuxTools
import Netlink

/// Evidence for a person, besides the host's state: counters, the kernel's log, and others' rules and settings.
public struct HostEvidence: Hashable, Sendable {
    /// The rules of our tables with their counters.
    public var ipv4Rules: [CountedRule] = []
    public var ipv6Rules: [CountedRule] = []
    /// Others' rules that drop INVALID segments before the host could answer, or keep TCP from connection tracking.
    public var foreignRules: [ForeignRule] = []
    public var statistics: ConntrackStatistics?
    /// The kernel's messages that the table was full; nil if this user may not read its log.
    public var tableFull: [KernelLog.Record]?
    /// Others' settings that will undo the policy's sizes and timeouts, a sentence each.
    public var conflicts: [String] = []

    public init() {}
}

extension HostRun {
    /// Reads all of it. What cannot be read joins `failures`, except the kernel's log, which few users may read.
    public mutating func evidence(_ state: HostState) -> HostEvidence {
        var evidence = HostEvidence()
        // If `observe` could not read the ruleset, that is among the failures already.
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

    /// Others' settings that will undo the policy's sizes and timeouts. `state` is from before our changes, `now` from after.
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
