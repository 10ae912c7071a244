import Discovery
import Keel
import LinuxSystem
import Netlink

// Which namespaces are containers', by the same evidence as `evenkeel apply --all` goes by. A new name in an engine's folder tells at
// once; for other ids all of /proc is looked through, at most once a second.

extension Watcher {
    /// A namespace has got an id.
    @discardableResult
    func discover(_ id: Int32, _ now: UInt64) -> Watched {
        // Its name may be about to come.
        planScan(at: now + 20_000_000)
        return entry(id, now)
    }

    /// The id is free: another namespace may get it at once.
    func forget(_ id: Int32) {
        guard let entry = namespaces.removeValue(forKey: id) else { return }
        guard entry.isContainer else { return }
        report(entry, "has ended", event: "ended")
        // The interfaces that its packets came in by may have gone with it, and the sets would keep their names.
        upkeep.call(for: nil)
    }

    func takeFolderEvents(_ now: UInt64) {
        if folders.read(at: now) {
            resync("folder")
            if folders.hiddenSince == now { planScan(at: now) }
        } else {
            takeNewFiles(now)
        }
        if folders.takeSocket() { docker?.look(at: now) }
        if folders.takePluginSocket() { nri?.look(at: now, isNew: true) }
    }

    func takeNewFiles(_ now: UInt64) {
        for mount in folders.takeNew(at: now) {
            adopt(mount, now)
        }
        if folders.hiddenSince == now { planScan(at: now) }
    }

    /// The entry of a namespace that an engine has put at a path; nil if it is not a container's, or is gone.
    @discardableResult
    func adopt(_ mount: BindMount, _ now: UInt64) -> Watched? {
        do throws(KernelError) {
            guard let entry = try enroll(mount.found, now) else { return nil }
            adopt(entry, mount.found, mount.namespace(), now)
            return entry.isContainer ? entry : nil
        } catch {
            if error.errno != .noEntry { say(.warning, error.description) }
            return nil
        }
    }

    /// The entry of a namespace, which gets an id if it has none; nil for the host's own.
    private func enroll(_ found: FoundNamespace, _ now: UInt64) throws(KernelError) -> Watched? {
        let namespace = try found.open()
        guard !host.isOwn(namespace) else { return nil }
        if let id = try host.socket.namespaceID(of: namespace) { return entry(id, now) }
        do throws(KernelError) { try host.socket.assignID(to: namespace) } catch {
            if error.errno != .exists { throw error }
        }
        guard let id = try host.socket.namespaceID(of: namespace) else { return nil }
        counters.idsAssigned += 1
        let entry = entry(id, now)
        entry.isUnattached = true
        return entry
    }

    private func entry(_ id: Int32, _ now: UInt64) -> Watched {
        if let entry = namespaces[id] { return entry }
        let entry = Watched(id: id, at: now)
        namespaces[id] = entry
        return entry
    }

    /// What an entry is, as found now. `container` is nil for a namespace that no evidence ties to a container.
    private func adopt(_ entry: Watched, _ found: FoundNamespace, _ container: ContainerNamespace?, _ now: UInt64) {
        let isSame = entry.found?.identity == found.identity
        if entry.found != nil && !isSame { entry.defaults.forgetAll() }
        entry.found = found
        guard let container else {
            entry.state = .foreign
            return
        }
        entry.name = container.containers.first?.shortID ?? found.path
        entry.containerID = container.containers.first?.id
        entry.containerName = container.containers.first?.name
        entry.namesAreRandom = container.hasRandomNames
        entry.isOfDocker = container.engine == .docker
        if !isSame || !entry.isContainer { entry.state = .young }
        markDirty(entry, now)
    }

    /// Whether no interface of a container leads here though its folder is the host's: then it is inside another container, or
    /// somebody else's. A survey tells by itself.
    func isElsewhere(_ entry: Watched) -> Bool {
        guard entry.isUnattached, let found = entry.found else { return false }
        entry.isUnattached = false
        let containers = namespaces.values.filter { $0.isContainer }.compactMap { $0.found }
        let others = namespaces.values.filter { $0.state == .foreign }.compactMap { $0.found }
        do { return try Survey.isAttachedElsewhere(found, containers: containers, others: others) } catch {
            return false
        }
    }

    // MARK: Everything

    /// Scans at that time, but at most once a second.
    func planScan(at time: UInt64) {
        scanDue = min(scanDue ?? .max, max(time, lastScan + Clock.second))
    }

    /// Finds out what unknown namespaces are, and in which young ones a process lives.
    func scan(_ now: UInt64) {
        scanDue = nil
        lastScan = now
        lookForProcesses(now)
        let hiddenFor = folders.hiddenSince.map { now - $0 } ?? .max
        let areAnyHidden = hiddenFor < Self.hiddenTime
        guard areAnyHidden || namespaces.values.contains(where: { $0.state == .unknown }) else { return }
        survey { $0.state == .unknown }
        // Again after 1, 2, 4 … seconds.
        if areAnyHidden { planScan(at: now + hiddenFor) }
        // Who holds it does not tell. It is looked for again at the next look at everything.
        for entry in namespaces.values where entry.state == .unknown && now - entry.firstSeen > 3 * Clock.second {
            entry.state = .foreign
        }
        if namespaces.values.contains(where: { $0.state == .unknown }) { planScan(at: now + Clock.second) }
    }

    /// How long a container is looked for whose name is no namespace here: its process starts after its network is there; nanoseconds.
    private static let hiddenTime = 15 * Clock.second

    private func lookForProcesses(_ now: UInt64) {
        let young = namespaces.values.filter { $0.state == .young && !$0.isInhabited }
        if young.isEmpty { return }
        let inhabited = InhabitedNamespaces.all()
        for entry in young {
            guard let identity = entry.found?.identity, inhabited.contains(identity) else { continue }
            entry.isInhabited = true
            markDirty(entry, now)
        }
    }

    /// Looks at every container, whatever is known of it.
    func resync(_ reason: String) {
        let now = Clock.now
        let isOften = now - lastResync < Clock.second && reason != "start" && reason != "reload"
        if isOften {
            if resyncDue == nil { resyncDue = (reason, lastResync + Clock.second) }
            return
        }
        counters.resyncs.count(reason)
        (lastResync, resyncDue) = (now, nil)
        lastScan = now
        quietLookDue = now + Self.quietInterval
        if reason != "overrun" { overrunsInARow = 0 }
        do { ownID = try host.ownID() } catch { ownID = nil }
        folders.watch()
        let before = Array(namespaces.keys)
        var seen: Set<Int32> = []
        survey { entry in
            seen.insert(entry.id)
            entry.expectsNothing = reason == "quiet" && entry.state == .kept
            return true
        }
        // Of an id whose end was not told nothing may be used again.
        for id in before where !seen.contains(id) { namespaces[id] = nil }
        upkeep.call(for: nil)
        docker?.resync(at: now, isThorough: reason != "overrun" && reason != "folder")
        nri?.look(at: now)
        report("looked for containers (\(reason)): \(summary)", event: "resync", .debug)
    }

    /// Finds all namespaces, and adopts those of whose entries `isWanted` returns true.
    private func survey(_ isWanted: (Watched) -> Bool) {
        let now = Clock.now
        do throws(KernelError) {
            let survey = try Survey.all(namingContainers: false)
            for container in survey.namespaces {
                adopt(container.found, container, isWanted, now)
            }
            for found in survey.rootless.map({ $0.found }) + survey.skipped.map({ $0.found })
            where found.identity != nil {
                adopt(found, nil, isWanted, now)
            }
        } catch {
            say(.error, error.description)
            hasFailed = true
        }
    }

    private func adopt(
        _ found: FoundNamespace, _ container: ContainerNamespace?, _ isWanted: (Watched) -> Bool, _ now: UInt64
    ) {
        do throws(KernelError) {
            if container == nil {
                // Without an id nothing is heard of it, as it should be.
                let namespace = try found.open()
                guard let id = try host.socket.namespaceID(of: namespace) else { return }
                let entry = entry(id, now)
                if isWanted(entry) { adopt(entry, found, nil, now) }
            } else if let entry = try enroll(found, now), isWanted(entry) {
                entry.isUnattached = false
                adopt(entry, found, container, now)
            }
        } catch {
            // Gone meanwhile.
            if ![.noEntry, .invalid, .noSuchAddress].contains(error.errno) { say(.warning, error.description) }
        }
    }
}
