import Firewall
import Keel
import LinuxSystem
import Netlink

// The host's tables for INVALID segments. They are restored as the hook installs them.

extension Watcher {
    /// `evenkeel host remove` leaves this file, and `evenkeel host apply` removes it.
    private var isPaused: Bool { FileStatus.exists(RunDirectory.pausedFile) }

    func lookAtHost() {
        let cause = upkeep.cause
        upkeep.finishLook()
        guard policy.invalid.mode != .keep, !isPaused else { return }
        if !upkeep.declined.isEmpty { forgive() }
        let began = Clock.now
        let interfaces = guardedInterfaces
        let scope = HostScope.upkeep(interfaces: interfaces, versions: upkeep.versions, held: upkeep.held)
        let reconciliation = HostReconciliation(scope, policy.invalid)
        do throws(KernelError) {
            let plan = try reconciliation.plan(on: &host)
            if options.isDry {
                for change in plan.changes { report(change.proposed, event: "proposal") }
            } else if !plan.changes.isEmpty {
                carryOut(reconciliation, plan.changes, because: cause, began)
            }
            loose = try Sysctl.loose.readIfPresent()
            // Where they went because they would do harm they come back once they would not.
            if loose != 0 { upkeep.held = try host.heldTables() }
            upkeep.guarded = interfaces
        } catch { report(failure: error) }
    }

    private func forgive() {
        do throws(KernelError) {
            upkeep.noteApplied(at: try FileStatus(path: RunDirectory.appliedFile).secondsOfModification)
        } catch {}
    }

    private var guardedInterfaces: [InterfaceName] {
        var names: [InterfaceName] = []
        for entry in namespaces.values where entry.state == .kept && wantsForward(entry) {
            for name in entry.interfaces { _ = names.appendIfNew(name) }
        }
        return names
    }

    private func carryOut(
        _ reconciliation: HostReconciliation, _ changes: [Change], because cause: String?, _ began: UInt64
    ) {
        let outcome = reconciliation.apply(changes, on: &host)
        let now = Clock.now
        var isDone = false
        for step in outcome.steps {
            switch step {
            case .done(let change):
                isDone = true
                counters.remedies.count(change.remedy.rawValue)
                let reason = cause.map { " (after a change by \($0))" } ?? ""
                report(change.done + reason, event: "remedy", remedy: change.remedy, nanoseconds: now - began)
            case .failed(_, let error): report(failure: error)
            case .skipped: break
            }
        }
        for note in outcome.notes { report(note, event: "note") }
        guard isDone, let cause else { return }
        counters.restorations.count(cause)
        guard upkeep.noteRestoration(at: now) else { return }
        counters.contests += 1
        report(
            "\(cause) keeps taking the tables for INVALID segments away: they are not restored for a minute",
            event: "contested", .warning, about: .finding(.contested))
        upkeep.call(for: cause)
    }

    /// Of sysctls that make the remedy harmful no event tells.
    func checkHost(_ now: UInt64) {
        hostCheckDue = now + Self.hostInterval
        guard policy.invalid.mode == .drop || policy.invalid.mode == .input else { return }
        do throws(KernelError) {
            if try Sysctl.loose.readIfPresent() != loose || !upkeep.declined.isEmpty { upkeep.call(for: nil) }
            guard policy.invalid.mode == .input, !upkeep.held.isEmpty, !isPaused, !options.isDry else { return }
            // IPVS may have begun to forward in a way that the rule in input would cut.
            let whole = HostReconciliation(.host(interfaces: guardedInterfaces), policy.invalid)
            let snapshot = try host.observe(whole.scope, policy.invalid)
            guard snapshot.omission(policy.invalid) != nil else { return }
            carryOut(whole, snapshot.planInvalid(policy.invalid, whole.scope).changes, because: nil, now)
        } catch { report(failure: error) }
    }
}
