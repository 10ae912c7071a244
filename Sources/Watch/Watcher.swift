import Discovery
import Firewall
import JSON
import Keel
import LinuxSystem
import Netlink

/// Keeps containers and the host safe for what changes after the start. One thread, one `poll(2)`.
///
/// Events only mark a namespace; a look at it decides. So it does not matter how many there are, in which order, or who caused
/// them. Between two looks the queues are read, so that they never wait for more than one.
public final class Watcher {
    let options: Options
    var policy: Policy
    var host: Host
    var routes: EventSocket
    var ruleset: EventSocket
    var folders: EngineFolders
    let signals: Signals
    let manager = ServiceManager()
    var subscribers: Subscribers?
    var journal: Journal
    var counters = Counters()
    var upkeep = HostUpkeep()
    var sleep = SleepDetector()

    /// By the id that the host's namespace has for each.
    var namespaces: [Int32: Watched] = [:]
    /// The ids that wait for a look, in turn, from `next` on.
    var queue: [Int32] = []
    var next = 0
    /// The ids that are to be looked at again at a time.
    var waiting: [Int32] = []
    private let home: NetworkNamespace
    /// Held as long as it watches; nil for one look.
    private let only: Lock?
    /// The id that the host's own namespace has, if anybody gave it one.
    var ownID: Int32?
    /// All looks together: two thousand a second, then one each half a millisecond.
    var looks = Allowance(burst: 2000, each: 500_000, at: Clock.now)

    let started = Clock.now
    let startTime = Timestamp.seconds
    /// When to scan for namespaces of which nothing is known, to look at everything, and to write metrics; nanoseconds.
    var scanDue: UInt64?
    var lastScan: UInt64 = 0
    var quietLookDue: UInt64
    var metricsDue: UInt64?
    var watchdogDue: UInt64?
    var hostCheckDue: UInt64
    var overrunsInARow = 0
    /// A look at everything that has to wait, and why.
    var resyncDue: (reason: String, time: UInt64)?
    var lastResync: UInt64 = 0
    var isReady = false
    var hasFailed = false
    /// `nf_conntrack_tcp_loose` at the last look at the host.
    var loose: Int?

    static let second: UInt64 = 1_000_000_000
    static let quietInterval = 1800 * second
    static let metricsInterval = 15 * second
    static let hostInterval = 10 * second

    /// Opens everything. The calling thread's namespace is the host's.
    ///
    /// - Throws: the kernel's refusal, or what is wrong with the policy.
    public init(_ options: Options) throws(WatchFailure) {
        let policy: Policy
        do { policy = try Policy.load(options.policy ?? Policy.path, isRequired: options.policy != nil) } catch {
            throw WatchFailure(error)
        }
        do throws(KernelError) {
            // Locals first: a throw after the first field would leave them half made.
            let host = try Host()
            let home = try NetworkNamespace.current()
            let signals = try Signals()
            let routes: EventSocket
            if let kept = ServiceManager.keptDescriptor(Self.keptName) {
                routes = EventSocket.kept(kept)
            } else {
                routes = try EventSocket.routes()
            }
            let ruleset = try EventSocket.ruleset()
            let folders = try EngineFolders()
            let only = options.isOnce ? nil : try Self.claim()
            self.policy = policy
            self.options = options
            self.host = host
            self.home = home
            self.signals = signals
            self.routes = routes
            self.ruleset = ruleset
            self.folders = folders
            self.only = only
        } catch { throw WatchFailure(error) }
        journal = Journal(least: options.least, isLimited: !options.isOnce)
        let now = Clock.now
        quietLookDue = now + Self.quietInterval
        hostCheckDue = now + Self.hostInterval
        metricsDue = options.metricsFile == nil || options.isOnce ? nil : now
        watchdogDue = manager.watchdog.map { now + $0 }
        manager.tell("FDSTORE=1\nFDNAME=\(Self.keptName)", attaching: routes.descriptor)
        openSocket()
    }

    private static let keptName = "routes"

    /// - Throws: `EBUSY` if another watcher runs here.
    private static func claim() throws(KernelError) -> Lock {
        let lock = try Lock(.watcher)
        // One that was told to end is about to be gone.
        guard lock.take(milliseconds: 200) else {
            throw KernelError("watch", .busy, explanation: "another evenkeel-watch runs here")
        }
        return lock
    }

    private func openSocket() {
        guard let path = options.socket, !options.isOnce else { return }
        do throws(KernelError) {
            if path.utf8.elementsEqual(Options.defaultSocket.utf8) { try RunDirectory.make() }
            subscribers = Subscribers(
                try StreamServer(at: path, group: policy.watch.group.flatMap { Group.number($0) }))
        } catch { say(.warning, "nobody can listen: \(error.description)") }
    }

    // MARK: The loop

    /// Watches until it is told to end. Returns the exit status.
    public func run() -> Int32 {
        resync("start")
        while true {
            let now = Clock.now
            drain(now)
            if let due = resyncDue, due.time <= now { resync(due.reason) }
            if upkeep.isDue && upkeep.contestedUntil <= now { lookAtHost() }
            if let entry = takeDirty(now) {
                look(entry)
                // Between two looks the descriptors are polled now and then only.
                if counters.looks % 16 == 0, let status = attendNow(waiting: 0) { return status }
                continue
            }
            if isFirstDone(now), let status = finishFirst() { return status }
            if let status = attendNow(waiting: pause(now)) { return status }
        }
    }

    /// Whether everything that the first look found is done.
    private func isFirstDone(_ now: UInt64) -> Bool {
        !isReady && (next >= queue.count || now - started > 5 * Self.second)
    }

    private func finishFirst() -> Int32? {
        isReady = true
        if options.isOnce { return waiting.isEmpty || hasFailed ? (hasFailed ? 1 : 0) : nil }
        manager.tell("READY=1\nSTATUS=\(summary)")
        say(.notice, "evenkeel \(Product.version): \(summary)")
        return nil
    }

    /// Waits for anything to happen, and answers what is no event of the kernel. Returns the exit status if the program is to end.
    private func attendNow(waiting milliseconds: Int32) -> Int32? {
        if options.isOnce && isReady && waiting.isEmpty && next >= queue.count { return hasFailed ? 1 : 0 }
        let descriptors =
            [signals.descriptor, folders.descriptor, routes.descriptor, ruleset.descriptor]
            + (subscribers?.descriptors ?? [])
        let ready = Poll.wait(Array(descriptors.prefix(Poll.most)), milliseconds: milliseconds)
        let now = Clock.now
        if milliseconds > 0 && !ready.isEmpty { counters.wakes += 1 }
        if sleep.hasSlept(awake: now, sinceBoot: Clock.sinceBoot) { resync("resume") }
        if ready.contains(0) { if let status = obeySignals() { return status } }
        if ready.contains(1) { takeFolderEvents(now) }
        if ready.contains(where: { $0 > 3 }) || subscribers?.deadline ?? .max <= now { answer(now) }
        keepTime(now)
        return nil
    }

    /// Until when there is nothing to do, in milliseconds.
    private func pause(_ now: UInt64) -> Int32 {
        var due = min(quietLookDue, hostCheckDue, now + 10 * Self.second)
        for each in [metricsDue, watchdogDue, scanDue, resyncDue?.time, subscribers?.deadline, folders.retryDue] {
            if let each { due = min(due, each) }
        }
        if upkeep.isDue { due = min(due, upkeep.contestedUntil) }
        for id in waiting { due = min(due, namespaces[id]?.wake ?? .max) }
        if next < queue.count { due = min(due, now + 500_000) }
        return due <= now ? 0 : Int32(min((due - now + 999_999) / 1_000_000, 60_000))
    }

    /// Does what is due by the clock.
    private func keepTime(_ now: UInt64) {
        if let due = watchdogDue, due <= now {
            manager.tell("WATCHDOG=1\nSTATUS=\(summary)")
            watchdogDue = now + (manager.watchdog ?? Self.second)
        }
        if let due = metricsDue, due <= now {
            writeMetrics()
            metricsDue = now + Self.metricsInterval
        }
        if let due = folders.retryDue, due <= now { takeNewFiles(now) }
        if let due = scanDue, due <= now { scan(now) }
        if quietLookDue <= now { resync("quiet") }
        if hostCheckDue <= now { checkHost(now) }
        if waiting.isEmpty { return }
        waiting.removeAll { id in
            guard let entry = namespaces[id], let wake = entry.wake else { return true }
            if wake > now { return false }
            entry.wake = nil
            markDirty(entry, now)
            return true
        }
    }

    private func obeySignals() -> Int32? {
        while let signal = signals.next() {
            switch signal {
            case .end:
                manager.tell("STOPPING=1")
                return 0
            case .reload: reload()
            case .other: continue
            }
        }
        return nil
    }

    private func reload() {
        manager.tell("RELOADING=1\nMONOTONIC_USEC=\(Clock.now / 1000)")
        do throws(PolicyError) {
            policy = try Policy.load(options.policy ?? Policy.path, isRequired: options.policy != nil)
            say(.notice, "the policy was read again")
        } catch { say(.error, "the policy stays as it was: \(error.description)") }
        upkeep.call(for: nil)
        resync("reload")
        manager.tell("READY=1")
    }

    var summary: String {
        let containers = namespaces.values.count { $0.isContainer }
        return "watches \(containers) container\(containers == 1 ? "" : "s")"
    }

    func findOwnID() {
        do { ownID = try host.socket.namespaceID(of: home) } catch { ownID = nil }
    }

    // MARK: The queue

    func markDirty(_ entry: Watched, _ now: UInt64) {
        guard !entry.isDirty else { return }
        entry.isDirty = true
        entry.dirtySince = now
        queue.append(entry.id)
    }

    /// The next namespace whose turn it is; nil if none may be looked at now.
    private func takeDirty(_ now: UInt64) -> Watched? {
        while next < queue.count {
            guard let entry = namespaces[queue[next]], entry.isDirty else {
                next += 1
                continue
            }
            if let later = entry.looks.take(at: now) {
                next += 1
                entry.isDirty = false
                wake(entry, at: later)
                continue
            }
            guard looks.take(at: now) == nil else { return nil }
            next += 1
            if next > 1024 {
                queue.removeFirst(next)
                next = 0
            }
            return entry
        }
        queue.removeAll(keepingCapacity: true)
        next = 0
        return nil
    }

    /// Looks again at that time, unless that is planned for earlier.
    func wake(_ entry: Watched, at time: UInt64) {
        if entry.wake == nil { waiting.append(entry.id) }
        entry.wake = min(entry.wake ?? .max, time)
    }

    // MARK: Events

    private func drain(_ now: UInt64) {
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
        let time = max(now, lastResync + Self.second)
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
                if !isOurs { takeMark(entry, now) }
                return
            }
            if !isOurs && event.port != 0 {
                if isGone { entry.defaults.note(deletionOf: route) } else { entry.rival = event.port }
            }
        case .reversePathFilter(let value): if value == nil || value == 2 { return }
        case .silentNeighbour(let address, let interface):
            guard entry.defaults.lead(by: address, on: interface) else { return }
            // A winner changes at most once a minute.
            let next = (entry.lastSilence ?? 0) + 60 * Self.second
            if entry.lastSilence != nil && next > now { return wakeIfKept(entry, next) }
            entry.lastSilence = now
        case .rule, .nextHop: break
        case .namespaceID: return
        }
        if entry.state == .kept && !entry.budget.isContested(at: now) { markDirty(entry, now) }
    }

    private func wakeIfKept(_ entry: Watched, _ time: UInt64) { if entry.state == .kept { wake(entry, at: time) } }

    /// A hook or another run is done with it: what it may become is known now.
    private func takeMark(_ entry: Watched, _ now: UInt64) {
        if entry.isContainer { markDirty(entry, now) }
    }
}

/// Why the watcher cannot begin.
public struct WatchFailure: Error, Sendable {
    public let text: String
    /// The exit status: 2 if only a person can mend it.
    public let status: Int32

    init(_ error: KernelError) {
        text = error.description + (error.advice.map { "; \($0)" } ?? "")
        status = 1
    }

    init(_ error: PolicyError) { (text, status) = (error.description, 2) }
}
