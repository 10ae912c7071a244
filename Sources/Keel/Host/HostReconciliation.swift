import Firewall
package import LinuxSystem
import Netlink

/// Makes the host as it should be: observes, plans and applies, and again whenever somebody else changes the ruleset meanwhile,
/// until the kernel has accepted a plan or nothing is left to do.
package struct HostReconciliation {
    package let scope: HostScope
    let policy: Policy.Invalid

    package init(_ scope: HostScope, _ policy: Policy.Invalid) {
        self.scope = scope
        self.policy = policy
    }

    /// Observes and plans. Read-only.
    package func plan(on host: inout Host) throws(KernelError) -> (changes: [Change], notes: [String]) {
        try host.observe(scope, policy).planInvalid(policy, scope)
    }

    /// An attempt fails only if somebody else's change succeeded in between.
    private static let attempts = 64
    /// After so many attempts the ruleset changes too often to name a generation, where that only saves time.
    private static let patience = 8

    /// Carries out what was planned, or a new plan if the ruleset has changed.
    package func apply(_ planned: [Change], on host: inout Host) -> (steps: [Step], notes: [String]) {
        var steps: [Step] = []
        var notes: [String] = []
        var changes = planned
        // No ruleset has generation 0: the plan may be older than the present one.
        var generation: UInt32 = 0
        for attempt in 0..<Self.attempts {
            let now = attempt < Self.patience ? changes : changes.map { $0.forAnyRuleset }
            let refused = host.carryOut(now, scope.leaving, &steps)
            if refused.isEmpty { return (steps, notes) }
            do throws(KernelError) {
                let snapshot = try host.observe(scope, policy, again: true)
                let plan = snapshot.planInvalid(policy, scope)
                if plan.changes.isEmpty { return (steps, plan.notes) }
                // The kernel would refuse the same change of the same ruleset again: nobody else was in the way.
                if snapshot.generation == generation && plan.changes.elementsEqual(changes, by: { $0.isSame(as: $1) }) {
                    return (steps + refused, notes)
                }
                (changes, notes, generation) = (plan.changes, plan.notes, snapshot.generation)
            } catch { return (steps + refused + [.failed(changes[0], error)], notes) }
        }
        return (
            steps
                + changes.map {
                    .failed($0, KernelError($0.attempt, .restart, explanation: "others keep changing the ruleset"))
                }, notes
        )
    }
}

extension Host {
    /// Carries the changes out and returns those that were refused.
    fileprivate mutating func carryOut(
        _ changes: [Change], _ leaving: [UInt32], _ steps: inout [Step]
    ) -> [Step] {
        if changes.count > 1, let (commands, generation) = together(changes) {
            do throws(KernelError) {
                try firewall.commit(commands, generation: generation, changes[0].attempt)
                for change in changes { note(change, leaving, &steps) }
                return []
            } catch {
                // Each change by itself was planned for the same ruleset.
                if error.errno == .restart { return changes.map { .failed($0, error.attempting($0.attempt)) } }
            }
        }
        var refused: [Step] = []
        for change in changes {
            do {
                try apply(change)
                note(change, leaving, &steps)
            } catch {
                if let obstacle = change.obstacle(at: error) { matches.note(obstacle) }
                refused.append(.failed(change, error.attempting(change.attempt)))
            }
        }
        return refused
    }

    /// Several changes as one transaction, which costs the kernel less and changes its generation once. Nil if one of them is no
    /// transaction.
    private func together(_ changes: [Change]) -> (commands: [Command], generation: UInt32?)? {
        var together: [Command] = []
        var generation: UInt32?
        for change in changes {
            guard case .commit(let commands, let planned) = change.action else { return nil }
            together += commands
            generation = planned ?? generation
        }
        return (together, generation)
    }

    /// Records a change as done, and adds removed elements again whose bridge or ports came back between observing and removing:
    /// whoever guards a container there may have seen the element still in the set.
    private mutating func note(_ change: Change, _ leaving: [UInt32], _ steps: inout [Step]) {
        steps.append(.done(change))
        guard case .commit(let commands, _) = change.action else { return }
        for command in commands {
            guard case .deleteElements(let set, let names) = command else { continue }
            do { try restoreReturned(names, to: set, leaving) } catch {
                // The set is gone as well.
                if error.errno != .noEntry { steps.append(.failed(change, error)) }
            }
        }
    }

    private mutating func restoreReturned(
        _ names: [InterfaceName], to set: InterfaceSet, _ leaving: [UInt32]
    ) throws(KernelError) {
        var returned: [InterfaceName] = []
        for name in names where try !isIdle(name, leaving) { returned.append(name) }
        guard !returned.isEmpty else { return }
        try firewall.commit(
            [.addElements(set, returned)], "keep \(returned.map { $0.description }.joined(separator: ", "))")
    }

    /// Carries one change out by itself.
    package mutating func apply(_ change: Change) throws(KernelError) {
        switch change.action {
        case .commit(let commands, let generation):
            try firewall.commit(commands, generation: generation, change.attempt)
        case .set(let sysctl, let value): try sysctl.write(value)
        default: throw KernelError(change.attempt, .invalid)
        }
    }
}
