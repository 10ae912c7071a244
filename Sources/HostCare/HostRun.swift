public import Keel
public import LinuxSystem
import Netlink

/// One run over the host itself, whatever container starts or ends: observe, plan, and, if it is wanted, apply.
public struct HostRun: ~Copyable {
    var host: Host
    let policy: Policy
    private var scope = HostScope.host(interfaces: [])
    /// What could not be looked at.
    public internal(set) var failures: [KernelError] = []

    /// `namespaces` are the paths of containers' network namespaces; those that have gone are passed over.
    public init(_ host: consuming Host, _ policy: Policy, containers namespaces: [String] = []) {
        self.host = host
        self.policy = policy
        do throws(KernelError) { scope = .host(interfaces: try self.host.attachedInterfaces(of: namespaces)) } catch {
            failures.append(error)
        }
    }

    /// Looks at all of it; what cannot be looked at is nil and among the failures. Nothing is changed.
    public mutating func observe() -> HostState {
        var state = HostState()
        do throws(KernelError) { state.invalid = try host.observe(scope, policy.invalid) } catch {
            failures.append(error)
        }
        do throws(KernelError) { state.conntrack = try ConntrackSnapshot.observe() } catch { failures.append(error) }
        return state
    }

    /// What is to be done about it. Empty means that the host is as the policy says.
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
                "connection tracking is not loaded, so its table cannot be sized yet, nor a timeout set: load nf_conntrack (a file "
                    + "in /etc/modules-load.d does at boot), then `evenkeel host apply`")
        }
        return plan
    }

    /// Both remedies at once are one too many: a liberal kernel calls next to nothing INVALID.
    private func planLiberal(_ snapshot: HostSnapshot, _ notes: inout [String]) -> [Change] {
        guard policy.invalid.mode == .drop || policy.invalid.mode == .input, snapshot.beLiberal == 1 else { return [] }
        for entry in recorded where entry.sysctl == .beLiberal && entry.applied.contains(1) && entry.before != 1 {
            return [entry.restoration]
        }
        notes.append(
            "nf_conntrack_tcp_be_liberal is 1, and what it was before is not known: then next to nothing is INVALID, and the "
                + "rules have little to do; the kernel's own default is 0")
        return []
    }

    private var recorded: [SysctlRecord.Entry] {
        do { return try SysctlRecord.recorded() } catch { return [] }
    }

    /// Carries a plan out.
    public mutating func apply(_ plan: HostPlan) -> Report {
        // Sysctls first: they are recorded here, and are not planned again where others change the ruleset meanwhile.
        var report = Report(steps: plan.invalid.filter { !$0.isCommit }.compactMap { host.carryOut($0) })
        let (steps, notes) = HostReconciliation(scope, policy.invalid).apply(
            plan.invalid.filter { $0.isCommit }, on: &host)
        report.steps += steps
        report.notes = notes
        report.steps += plan.conntrack.compactMap { host.carryOut($0) }
        for note in plan.notes where !report.notes.contains(note) { report.notes.append(note) }
        // Our own rules load connection tracking, and then there is a table.
        if plan.conntrack.isEmpty { report.steps += planAgain().compactMap { host.carryOut($0) } }
        return report
    }

    private func planAgain() -> [Change] {
        do { return try ConntrackSnapshot.observe()?.plan(policy.conntrack).changes ?? [] } catch { return [] }
    }

    /// What takes everything back: our tables go, and sysctls become what they were, as far as that is known.
    ///
    /// A record that cannot be read joins the failures.
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

    /// Carries a removal out.
    public mutating func remove(_ plan: HostPlan) -> Report {
        var report = Report(steps: plan.changes.compactMap { host.carryOut($0) }, notes: plan.notes)
        do throws(KernelError) { try SysctlRecord.forgetRestored() } catch {
            if !failures.contains(error) { report.errors.append(error) }
        }
        return report
    }
}

/// What the host looks like; nil where it could not be looked at, or where there is nothing.
public struct HostState: Hashable, Sendable {
    public var invalid: HostSnapshot?
    public var conntrack: ConntrackSnapshot?

    public init() {}
}

/// What is to be done about the host.
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
