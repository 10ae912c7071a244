import Discovery
import Keel
import LinuxSystem
import Metrics
import Netlink

// A look at one container: observe, plan, and carry the plan out. Its own changes are events, so another look follows, which finds
// nothing left to do.

extension Watcher {
    func look(_ entry: Watched) {
        entry.isDirty = false
        counters.looks += 1
        guard entry.isContainer, let found = entry.found else { return }
        do throws(KernelError) {
            let namespace = try found.open()
            guard !host.isOwn(namespace) else {
                entry.state = .foreign
                return
            }
            if entry.state == .kept && entry.arrival?.isSkipped == true { return try leaveAlone(entry, namespace) }
            try look(entry, in: namespace)
        } catch { fail(entry, error) }
    }

    private func look(_ entry: Watched, in namespace: consuming NetworkNamespace) throws(KernelError) {
        // Once it is answered there is time for all.
        let arrival = entry.state == .kept ? entry.arrival : nil
        let isHurried = arrival?.request != nil
        let container: Container
        do {
            container = try Container(
                namespace, of: host, .notWaiting,
                milliseconds: isHurried ? Int(NRIListener.patience / 1_000_000) : Container.milliseconds)
        } catch {
            guard error.errno == .busy else { throw error }
            return lookLater(entry)
        }
        entry.patience = 0
        let now = Clock.now
        let mayAct = entry.state == .kept && !entry.budget.isContested(at: now)
        let isDry = options.isDry
        let restores = mayAct && !isDry && policy.defaultRoute.restoreAfterFlap
        let patience = patience(entry, now)
        let run = ContainerRun(
            arrival.map { .arrival(leaving: $0.mark, patience) } ?? .change(patience), arrival?.policy ?? policy,
            namesAreRandom: entry.namesAreRandom, needsAddresses: true, learner: learner(of: entry))
        // If nothing may have to be put back, what was seen is compared and remembered only after the remedy.
        let comparesFirst = entry.defaults.mayGrow
        var (port, isMarked) = (UInt32(0), false)
        let outcome = try run.carryOut(
            in: container, on: &host, warn: { text, _ in report(entry, text, event: "note") },
            amending: { snapshot, own in
                port = own
                isMarked = snapshot.mark?.isKept == true
                if comparesFirst { entry.defaults.update(snapshot) }
                if !restores || !comparesFirst { return [] }
                let routes = entry.defaults.takeRestorable(in: &snapshot)
                return snapshot.restore(routes)
            }, if: { plan in mayAct && !isDry && (!plan.namespace.isEmpty || !isMarked) })
        entry.port = port
        if !comparesFirst { entry.defaults.update(outcome.snapshot) }
        finish(entry, outcome, mayAct, now)
    }

    private func patience(_ entry: Watched, _ now: UInt64) -> GatewayPatience {
        guard let asked = entry.askedAt else { return entry.state == .kept ? .asking : .looking }
        return now - asked >= Self.gatewayTime ? .over : .looking
    }

    /// How long a gateway has for its answer, in nanoseconds.
    private static let gatewayTime: UInt64 = 100_000_000

    private func finish(_ entry: Watched, _ outcome: ContainerRun.Outcome, _ mayAct: Bool, _ now: UInt64) {
        entry.mark = outcome.snapshot.mark
        entry.budget.note(interfaces: outcome.snapshot.links.map { $0.index })
        noteInterfaces(of: entry, outcome.attachments, now)
        if settle(entry, now) { return markDirty(entry, now) }
        guard mayAct else {
            answer(entry)
            // An earlier look has used up the one that was planned for the contest's end.
            if entry.budget.isContested(at: now) { wake(entry, at: entry.budget.contestedUntil) }
            return
        }
        if outcome.snapshot.hasUnknownGateways {
            if entry.askedAt == nil { entry.askedAt = now }
            wake(entry, at: now + (now - (entry.askedAt ?? now) < Self.gatewayTime / 8 ? 1_000_000 : 8_000_000))
        } else {
            entry.askedAt = nil
            if entry.arrival != nil { finishArrival(of: entry, outcome) }
        }
        lookAgainIfSilent(entry, outcome.snapshot, now)
        // What was flushed comes back when its link is up, of which an event tells; one that was missed is made up for.
        if entry.defaults.areAny { wake(entry, at: now + Clock.second) }
        if let report = outcome.report {
            say(entry, report)
        } else if options.isDry {
            for change in outcome.plan.namespace { say(entry, change.proposed, "proposal", change) }
        } else {
            entry.penance = 0
        }
        guardInterfaces(of: entry)
    }

    private func finishArrival(of entry: Watched, _ outcome: ContainerRun.Outcome) {
        for line in outcome.plan.unmetWishes.texts(of: "evenkeel.dev/default-route=") {
            report(entry, line, event: "note", .warning)
        }
        endArrival(of: entry)
    }

    /// Where its packets come in. A veth that no bridge has yet counts only if none takes it.
    private func noteInterfaces(of entry: Watched, _ attachments: [HostAttachment], _ now: UInt64) {
        let arePortless = attachments.contains { $0.bridge == nil }
        let since = arePortless ? entry.portlessSince ?? now : nil
        entry.portlessSince = since
        let isSettled = now - (since ?? 0) >= Self.portlessTime
        entry.interfaces = attachments.filter { $0.bridge != nil || isSettled }.map { $0.name }.unique
        if let since, !isSettled { wake(entry, at: since + Self.portlessTime) }
    }

    /// In nanoseconds.
    private static let portlessTime: UInt64 = 200_000_000

    /// The container's packets come in by interfaces that the host's tables do not know yet.
    private func guardInterfaces(of entry: Watched) {
        guard wantsForward(entry) else { return }
        if entry.interfaces.contains(where: { !upkeep.guarded.contains($0) }) { upkeep.call(for: nil) }
    }

    /// Whether INVALID segments of this container are to be kept from leaving the host.
    func wantsForward(_ entry: Watched) -> Bool {
        var own = policy
        if let mark = entry.mark { own.overlay(mark) }
        return own.invalid.mode != .keep && own.invalid.forward
    }

    /// Moves a young container on once it is known what it wishes. Returns whether it is to be looked at again.
    private func settle(_ entry: Watched, _ now: UInt64) -> Bool {
        let before = entry.state
        if policy.leavesAlone(entry.mark) {
            entry.state = .left
            endArrival(of: entry)
        } else if before == .young && entry.mark == nil && entry.arrival != nil {
            entry.state = .kept
        } else if entry.mark != nil {
            entry.state = .kept
        } else if entry.state == .young {
            let isQuiet = now - entry.lastEvent >= Self.quiet && entry.isInhabited
            if isQuiet || now - entry.firstSeen >= Self.youth || options.isOnce {
                entry.state = .kept
            } else {
                let grown = entry.firstSeen + Self.youth
                wake(entry, at: entry.isInhabited ? min(entry.lastEvent + Self.quiet, grown) : grown)
                // The scan looks for processes.
                if !entry.isInhabited { planScan(at: entry.lastEvent + Self.quiet) }
            }
        }
        if before == .young && entry.state == .kept && isElsewhere(entry) { entry.state = .foreign }
        if before != entry.state { report(entry, "is \(entry.state.rawValue)", event: "state") }
        return before == .young && entry.state == .kept
    }

    /// Without a mark a container is young until nothing has happened in it for that long, or for that long at most; nanoseconds.
    private static let (quiet, youth): (UInt64, UInt64) = (250_000_000, 2 * Clock.second)

    /// Another run has the lock: after 1, 2, 4 … 50 ms.
    func lookLater(_ entry: Watched) {
        counters.lockRetries += 1
        entry.patience = min(max(2 * entry.patience, 1_000_000), 50_000_000)
        wake(entry, at: Clock.now + entry.patience)
    }

    private func say(_ entry: Watched, _ report: Report) {
        let now = Clock.now
        var done: [String] = []
        var refused: [KernelError] = []
        for step in report.steps {
            switch step {
            case .done(let change):
                let object = change.object
                done.append(object)
                counters.remedies.count(change.remedy.rawValue)
                say(entry, "\(change.verb.past) \(object)", "remedy", change, nanoseconds: now - entry.dirtySince)
            case .failed(_, let error): refused.append(error)
            case .skipped: break
            }
        }
        if refused.isEmpty { entry.penance = 0 } else { refuse(entry, refused) }
        guard !done.isEmpty else { return }
        for note in report.notes { self.report(entry, note, event: "note") }
        entry.remedies += UInt64(done.count)
        counters.latency.note(nanoseconds: now - entry.dirtySince)
        if entry.expectsNothing { counters.missed += UInt64(done.count) }
        entry.expectsNothing = false
        if let change = entry.budget.note(done, at: now) { contest(entry, change, now) }
    }

    private func contest(_ entry: Watched, _ change: String, _ now: UInt64) {
        counters.contests += 1
        let until = entry.budget.contestedUntil
        wake(entry, at: until)
        let rival = entry.rival.map { Rival.text($0, in: entry.found) } ?? "another program"
        report(
            entry,
            "\(rival) keeps undoing this: \(change). Nothing is done about it for \((until - now) / Clock.second) s; see "
                + "`evenkeel doctor`", event: "contested", .warning, about: .finding(.contested))
    }

    private func fail(_ entry: Watched, _ error: KernelError) {
        let wasHurried = entry.arrival?.request != nil
        answer(entry)
        if error.errno == .timedOut && wasHurried { return markDirty(entry, Clock.now) }
        // Gone meanwhile: its id goes, too, or a scan finds another way to it.
        if [.noEntry, .invalid, .noSuchAddress, .noSuchProcess].contains(error.errno) {
            entry.found = nil
            if entry.state != .foreign { entry.state = .unknown }
            return planScan(at: Clock.now + 10_000_000)
        }
        refuse(entry, [error])
    }

    /// The kernel refused something: another try follows after 1, 2, 4 … 64 seconds.
    private func refuse(_ entry: Watched, _ errors: [KernelError]) {
        for error in errors { report(failure: error, in: entry) }
        entry.penance = min(max(2 * entry.penance, Clock.second), 64 * Clock.second)
        wake(entry, at: Clock.now + entry.penance)
    }
}

extension NamespaceSnapshot {
    fileprivate var hasUnknownGateways: Bool { doubtfulGateways.contains { $0.state == .unknown } }
}
