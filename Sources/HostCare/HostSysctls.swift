import Firewall
import Keel
import LinuxSystem
import Netlink

extension Host {
    /// Carries out one change on its own; nil if another run has done it meanwhile.
    mutating func carryOut(_ change: Change) -> Step? {
        do throws(KernelError) {
            if case .set(let sysctl, let value) = change.action {
                guard try set(sysctl, value, change.verb) else { return nil }
            } else {
                try apply(change)
            }
            return .done(change)
        } catch {
            // ENOENT: somebody else has removed the table.
            if case .commit = change.action, change.verb == .remove, error.errno == .noEntry { return .done(change) }
            return .failed(change, error.attempting(change.attempt))
        }
    }

    /// Records the sysctl's earlier value, so that it can be restored. Not in a namespace that ends with its engine: there is no
    /// need.
    private func set(_ sysctl: Sysctl, _ value: Int, _ verb: Change.Verb) throws(KernelError) -> Bool {
        do throws(KernelError) {
            guard isMachine else {
                try sysctl.write(value)
                return true
            }
            var record = try SysctlRecord()
            return verb == .restore ? try record.restore(sysctl) : try record.set(sysctl, to: value)
        } catch {
            guard error.errno == .accessDenied, sysctl == .conntrackMax || sysctl == .conntrackBuckets else {
                throw error
            }
            throw KernelError(
                error.attempt, error.errno,
                explanation: "it is one for the machine, and only its initial network namespace may set it")
        }
    }
}
