import LinuxSystem
import Netlink

// What is left of attachments that ended without being taken down. It is recognised without knowing its owner: an element of the
// set whose interface is gone, a source rule whose table the kernel has emptied.

extension Host {
    /// Removes them on the host and in the namespaces at `paths`; other paths, and the host's own namespace, are skipped.
    ///
    /// A namespace in which another run is at work is skipped, too: its own processes may hold the lock for ever, and leftovers
    /// do no harm.
    public mutating func collectGarbage(namespaces paths: [String], _ policy: Policy) -> Report {
        var report = Report()
        if policy.invalid.mode != .keep { collectElements(&report) }
        for path in paths {
            do throws(KernelError) { report.steps += try collectGarbage(in: path) } catch {
                if error.errno == .busy { report.notes.append(error.description) } else { report.errors.append(error) }
            }
        }
        return report
    }

    private mutating func collectElements(_ report: inout Report) {
        let leftovers = HostReconciliation(.leftovers(leaving: []), Policy.Invalid())
        do throws(KernelError) {
            let plan = try leftovers.plan(on: &self)
            (report.steps, report.notes) = leftovers.apply(plan.changes, on: &self)
        } catch { report.errors.append(error) }
    }

    /// A limit, since a privileged process in the namespace may have made any number. The next run removes more.
    private static let removalsAtOnce = 256

    private borrowing func collectGarbage(in path: String) throws(KernelError) -> [Step] {
        let namespace: NetworkNamespace
        do { namespace = try NetworkNamespace(path: path) } catch {
            // Gone meanwhile, or no namespace.
            if [.noEntry, .invalid, .noSuchAddress].contains(error.errno) { return [] }
            throw error
        }
        guard !isOwn(namespace) else { return [] }
        var container = try Container(namespace, of: self, .notWaiting)
        if let stranding = container.stranding { throw stranding }
        let garbage = try container.observeForPlan(from: self).planGarbage().prefix(Self.removalsAtOnce)
        return container.apply(Array(garbage), from: self)
    }
}

extension NamespaceSnapshot {
    /// Removes our source rules that look up an empty table, and the rules that only served them.
    func planGarbage() -> [Change] {
        IPVersion.allCases.flatMap { version in
            let ours = (rules ?? []).filter { $0.version == version && $0.isOurs }
            let isInUse = { (rule: PolicyRule) in
                rule.table != Route.mainTable && routes.contains { $0.version == version && $0.table == rule.table }
            }
            let kept = ours.filter(isInUse)
            return ours.filter { rule in !isInUse(rule) && (rule.table != Route.mainTable || kept.isEmpty) }.map {
                $0.removal
            }
        }
    }
}
