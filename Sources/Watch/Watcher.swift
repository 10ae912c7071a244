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
    /// Nil for one look.
    let docker: DockerListener?
    /// Nil for one look, and if it is not wished.
    let nri: NRIListener?
    /// What was last written of Docker's networks.
    var writtenNetworks = ""
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

    static let quietInterval = 1800 * Clock.second
    static let metricsInterval = 15 * Clock.second
    static let hostInterval = 10 * Clock.second

    /// Opens everything. The calling thread's namespace is the host's.
    ///
    /// - Throws: the kernel's refusal, or what is wrong with the policy.
    public init(_ options: Options) throws(WatchFailure) {
        let policy: HostPolicy
        do { policy = try Self.policy(options) } catch { throw WatchFailure(error) }
        do throws(KernelError) {
            // Locals first: a throw after the first field would leave them half made.
            let host = try Host()
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
            self.policy = policy.policy
            self.options = options
            self.host = host
            self.signals = signals
            self.routes = routes
            self.ruleset = ruleset
            self.folders = folders
            self.only = only
        } catch { throw WatchFailure(error) }
        docker = options.isOnce ? nil : DockerListener()
        nri = options.isOnce || !options.hearsOfPods ? nil : NRIListener(isWanted: Annotations.areMeant)
        journal = Journal(least: options.least, isLimited: !options.isOnce)
        let now = Clock.now
        quietLookDue = now + Self.quietInterval
        hostCheckDue = now + Self.hostInterval
        metricsDue = options.metricsFile == nil || options.isOnce ? nil : now
        watchdogDue = manager.watchdog.map { now + $0 }
        manager.tell("FDSTORE=1\nFDNAME=\(Self.keptName)", attaching: routes.descriptor)
        for line in policy.warnings { say(.error, line) }
        openSocket()
    }

    /// Reads the host's documents, or the one that the options name.
    static func policy(_ options: Options) throws(PolicyError) -> HostPolicy {
        if let path = options.policy { return try HostPolicy.load(only: path) }
        return try HostPolicy.load()
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
            if isFirstDone(now) { finishFirst() }
            if let status = endOfOnce(now) { return status }
            if let status = attendNow(waiting: pause(now)) { return status }
        }
    }

    /// Whether everything that the first look found is done.
    private func isFirstDone(_ now: UInt64) -> Bool {
        !isReady && (next >= queue.count || now - started > 5 * Clock.second)
    }

    private func finishFirst() {
        isReady = true
        if options.isOnce { return }
        manager.tell("READY=1\nSTATUS=\(summary)")
        say(.notice, "evenkeel \(Product.version): \(summary)")
    }

    /// With `--once`, the exit status when all is done; nil before. What was refused is not tried again, and what other runs hold up
    /// is waited for 5 s at most.
    private func endOfOnce(_ now: UInt64) -> Int32? {
        guard options.isOnce, isReady, next >= queue.count else { return nil }
        if hasFailed { return 1 }
        if waiting.isEmpty { return 0 }
        guard now - started > 5 * Clock.second else { return nil }
        say(.warning, "gave up after 5 s: other runs are at work in a container")
        return 1
    }

    /// Waits for anything to happen, and answers what is no event of the kernel. Returns the exit status if the program is to end.
    private func attendNow(waiting milliseconds: Int32) -> Int32? {
        let dockers = docker?.descriptors ?? []
        let descriptors =
            [signals.descriptor, folders.descriptor, routes.descriptor, ruleset.descriptor, nri?.descriptor ?? -1]
            + dockers
            + (subscribers?.descriptors ?? [])
        let ready = Poll.wait(Array(descriptors.prefix(Poll.most)), milliseconds: milliseconds)
        let now = Clock.now
        if milliseconds > 0 && !ready.isEmpty { counters.wakes += 1 }
        if sleep.hasSlept(awake: now, sinceBoot: Clock.sinceBoot) { resync("resume") }
        if ready.contains(0) { if let status = obeySignals() { return status } }
        if ready.contains(1) { takeFolderEvents(now) }
        if ready.contains(4) || nri?.deadline ?? .max <= now { attendNRI(now) }
        let first = 5 + dockers.count
        if ready.contains(where: { $0 > 4 && $0 < first }) || docker?.deadline ?? .max <= now { attendDocker(now) }
        if ready.contains(where: { $0 >= first }) || subscribers?.deadline ?? .max <= now { answer(now) }
        keepTime(now)
        return nil
    }

    /// Until when there is nothing to do, in milliseconds.
    private func pause(_ now: UInt64) -> Int32 {
        var due = min(quietLookDue, hostCheckDue, now + 10 * Clock.second)
        for each in [
            metricsDue, watchdogDue, scanDue, resyncDue?.time, subscribers?.deadline, folders.retryDue,
            docker?.deadline, nri?.deadline,
        ] {
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
            watchdogDue = now + (manager.watchdog ?? Clock.second)
        }
        if let due = metricsDue, due <= now {
            writeMetrics()
            metricsDue = now + Self.metricsInterval
        }
        if let due = folders.retryDue, due <= now { takeNewFiles(now) }
        if let due = scanDue, due <= now { scan(now) }
        if quietLookDue <= now { resync("quiet") }
        if hostCheckDue <= now {
            checkHost(now)
            docker?.look(at: now)
            nri?.look(at: now)
        }
        if waiting.isEmpty { return }
        waiting.removeAll { id in
            guard let entry = namespaces[id], let wake = entry.wake else { return true }
            if wake > now { return false }
            entry.wake = nil
            markDirty(entry, now)
            return true
        }
    }

    var summary: String {
        let containers = namespaces.values.count { $0.isContainer }
        return "watches \(containers) container\(containers == 1 ? "" : "s")"
    }
}
