public import Keel
public import LinuxSystem
import Netlink

/// One run for the host itself, independent of any container's start: observe, plan and, if wanted, apply.
public struct HostRun: ~Copyable {
    var host: Host
    let policy: Policy
    private var scope = HostScope.host(interfaces: [])
    /// Why something could not be observed.
    public internal(set) var failures: [KernelError] = []

    /// `namespaces` are the containers' network namespaces; those that have gone are skipped.
    public init(_ host: consuming Host, _ policy: Policy, containers namespaces: [FoundNamespace] = []) {
        self.host = host
        self.policy = policy
        do throws(KernelError) { scope = .host(interfaces: try self.host.attachedInterfaces(of: namespaces)) } catch {
            failures.append(error)
        }
    }

    /// Observes the host and changes nothing. What cannot be observed is nil and joins `failures`.
    public mutating func observe() -> HostState {
        var state = HostState()
        do throws(KernelError) { state.invalid = try host.observe(scope, policy.invalid) } catch {
            failures.append(error)
        }
        do throws(KernelError) { state.conntrack = try ConntrackSnapshot.observe() } catch { failures.append(error) }
        return state
    }

    /// The changes that the policy asks for. Empty if the host is as the policy says.
    public func plan(_ state: HostState) -> HostPlan {
        var plan = HostPlan()
        if let invalid = state.invalid {
            (plan.invalid, plan.notes) = invalid.planInvalid(policy.invalid, scope)
            plan.invalid += planLiberal(invalid, &plan.notes)
        }
        if let conntrack = state.conntrack {
            let (changes, notes) = conntrack.plan(policy.conntrack)
            plan.conntrack = changes
            plan.notes += notes
        } else if failures.isEmpty, policy.conntrack.asksForChanges, plan.invalid.isEmpty {
            plan.notes.append(
                "connection tracking is not loaded, so its table's size and timeouts cannot be set yet: load nf_conntrack (at "
                    + "boot by a file in /etc/modules-load.d), then run `evenkeel host apply`")
        }
        return plan
    }

    /// Takes a liberal kernel back if the policy wants rules: such a kernel calls next to nothing INVALID.
    private func planLiberal(_ snapshot: HostSnapshot, _ notes: inout [String]) -> [Change] {
        guard policy.invalid.mode == .drop || policy.invalid.mode == .input, snapshot.beLiberal == 1 else { return [] }
        for entry in recorded where entry.sysctl == .beLiberal && entry.applied.contains(1) && entry.before != 1 {
            return [entry.restoration]
        }
        notes.append(
            "nf_conntrack_tcp_be_liberal is 1, so next to nothing is INVALID and the rules have little to do; it stays, because "
                + "its earlier value is not known (the kernel's own default is 0)")
        return []
    }

    private var recorded: [SysctlRecord.Entry] {
        do { return try SysctlRecord.recorded() } catch { return [] }
    }

    /// Carries out a plan.
    public mutating func apply(_ plan: HostPlan) -> Report {
        // Sysctls first: they are recorded here, and must not be planned again if others change the ruleset meanwhile.
        var report = Report(steps: plan.invalid.filter { !$0.isCommit }.compactMap { host.carryOut($0) })
        let (steps, notes) = HostReconciliation(scope, policy.invalid).apply(
            plan.invalid.filter { $0.isCommit }, on: &host)
        report.steps += steps
        report.notes = notes
        report.steps += plan.conntrack.compactMap { host.carryOut($0) }
        for note in plan.notes where !report.notes.contains(note) { report.notes.append(note) }
        // Our own rules load connection tracking; only then there is a table to plan for.
        guard plan.conntrack.isEmpty else { return report }
        do throws(KernelError) {
            let changes = try ConntrackSnapshot.observe()?.plan(policy.conntrack).changes ?? []
            report.steps += changes.compactMap { host.carryOut($0) }
        } catch { report.errors.append(error) }
        return report
    }

    /// The changes that take everything back: our tables go, and sysctls get their recorded earlier values.
    ///
    /// If the record cannot be read, the error joins `failures`.
    public mutating func planRemoval(_ state: HostState) -> HostPlan {
        var plan = HostPlan()
        plan.invalid = state.invalid?.planRemoval(because: "with all that is in it") ?? []
        var entries: [SysctlRecord.Entry] = []
        do throws(KernelError) { entries = try SysctlRecord.recorded() } catch { failures.append(error) }
        for entry in entries {
            switch entry.return(to: state.conntrack) {
            case .needless: break
            case .possible: plan.conntrack.append(entry.restoration)
            case .impossible(let reason): plan.notes.append(reason)
            }
        }
        return plan
    }

    /// Carries out a removal.
    public mutating func remove(_ plan: HostPlan) -> Report {
        var report = Report(steps: plan.changes.compactMap { host.carryOut($0) }, notes: plan.notes)
        do throws(KernelError) { try SysctlRecord.forgetRestored() } catch {
            if !failures.contains(error) { report.errors.append(error) }
        }
        return report
    }
}

/// The host's state; a part is nil if it could not be observed or does not exist.
public struct HostState: Hashable, Sendable {
    public var invalid: HostSnapshot?
    public var conntrack: ConntrackSnapshot?

    public init() {}
}

/// The changes to the host, with notes for the user.
public struct HostPlan: Hashable, Sendable {
    public var invalid: [Change] = []
    public var conntrack: [Change] = []
    public var notes: [String] = []

    public init() {}

    public var changes: [Change] { invalid + conntrack }
}

extension Policy.Conntrack {
    fileprivate var asksForChanges: Bool { max != .keep || tcpEstablishedTimeout != nil || genericTimeout != nil }
}

extension Change {
    fileprivate var isCommit: Bool {
        if case .commit = action { true } else { false }
    }
}
