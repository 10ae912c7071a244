import Firewall
import Keel
import LinuxSystem
import Netlink

// What the kernel tells. An event only marks the namespace that it is about.

extension Watcher {
    func drain(_ now: UInt64) {
        var events: [NamespaceEvent] = []
        var changes: [RulesetEvent] = []
        var isLost = false
        do throws(KernelError) {
            isLost = try routes.drain(into: &events) == .lost
            for event in events { take(event, now) }
            if try ruleset.drain(into: &changes) == .lost {
                counters.overruns += 1
                upkeep.callAfterLoss()
            }
            for change in changes { take(change) }
        } catch {
            say(.error, error.description)
            isLost = true
        }
        counters.events += UInt64(events.count + changes.count)
        if isLost { noteOverrun(now) }
    }

    private func noteOverrun(_ now: UInt64) {
        counters.overruns += 1
        overrunsInARow += 1
        if overrunsInARow == 2 { routes.enlarge() }
        for entry in namespaces.values { entry.defaults.forgetAll() }
        // At most one a second.
        let time = max(now, lastResync + Clock.second)
        if resyncDue == nil { resyncDue = ("overrun", time) }
    }

    private func take(_ event: RulesetEvent) {
        if case .generation = event { counters.generations += 1 }
        if let note = upkeep.take(event) { report(note, event: "declined") }
    }

    private func take(_ event: NamespaceEvent, _ now: UInt64) {
        if case .namespaceID(let id, let isGone) = event.subject, event.namespace == nil || event.namespace == ownID {
            if isGone {
                forget(id)
            } else if namespaces[id] == nil {
                discover(id, now)
            }
            return
        }
        guard let id = event.namespace, id != ownID else { return takeOfHost(event, now) }
        let entry = namespaces[id] ?? discover(id, now)
        note(event, entry, now)
    }

    /// A veth whose other end is in a container may have become the port of a bridge.
    private func takeOfHost(_ event: NamespaceEvent, _ now: UInt64) {
        switch event.subject {
        case .rule, .reversePathFilter: return noteHostChange(now)
        default: break
        }
        guard case .link(_, _, _, let other?) = event.subject, let entry = namespaces[other], entry.state == .kept
        else {
            return
        }
        markDirty(entry, now)
    }

    private func note(_ event: NamespaceEvent, _ entry: Watched, _ now: UInt64) {
        guard entry.state != .foreign else { return }
        entry.lastEvent = now
        let isOurs = event.port != 0 && event.port == entry.port
        switch event.subject {
        case .link(let index, let isUp, let isGone, _): if !isUp || isGone { entry.defaults.note(flapOf: index) }
        case .address(let index, let isGone): if isGone { entry.defaults.note(flapOf: index) }
        case .defaultRoute(let route, let isGone):
            if Mark(route) != nil {
                // A hook or another run is done with it: what it may become is known now.
                if !isOurs && entry.isContainer { markDirty(entry, now) }
                return
            }
            if !isOurs && event.port != 0 {
                if isGone { entry.defaults.note(deletionOf: route) } else { entry.rival = event.port }
            }
        case .reversePathFilter(let value): if value == nil || value == 2 { return }
        case .silentNeighbour(let address, let interface):
            let isLearnt = entry.learnt.contains { $0.address == address && $0.interface == interface }
            guard isLearnt || entry.defaults.lead(by: address, on: interface) else { return }
            // A winner changes at most once a minute.
            let next = (entry.lastSilence ?? 0) + 60 * Clock.second
            if entry.lastSilence != nil && next > now { return wakeIfKept(entry, next) }
            entry.lastSilence = now
        case .rule, .nextHop: break
        case .namespaceID: return
        }
        if entry.state == .kept && !entry.budget.isContested(at: now) { markDirty(entry, now) }
    }

    private func wakeIfKept(_ entry: Watched, _ time: UInt64) { if entry.state == .kept { wake(entry, at: time) } }
}
