import Discovery
import JSON
import Keel
import LinuxSystem
import NRI

// Pods of which a runtime tells by NRI: they are looked at before their containers start, by what their annotations say.

/// What a container's annotations say of it, until it has been looked at for the first time.
struct Arrival {
    let policy: Policy
    let mark: Mark
    /// Whether it is to be left alone.
    let isSkipped: Bool
    /// The question to which the first look is the answer; nil if nobody asks any more.
    var request: NRIListener.Request?
}

extension Watcher {
    /// Attends to the runtime's socket.
    func attendNRI(_ now: UInt64) {
        guard let nri else { return }
        for news in nri.attend(at: now) {
            switch news {
            case .live: say(.notice, "\(nri.runtime) \(nri.version) tells of pods by NRI")
            case .present(let pod): note(pod, now)
            case .start(let pod, let request): start(pod, request)
            case .lost(let error):
                report(
                    "NRI is not listened to: \(error.description); pods are seen once they have begun", event: "note",
                    .notice)
            }
        }
    }

    /// A pod that was there before. If it has no mark, its annotations tell what it wishes.
    private func note(_ pod: NRIPod, _ now: UInt64) {
        guard let entry = entry(of: pod, now) else { return }
        if entry.state == .young && !options.isDry { entry.arrival = arrival(pod, entry, nil) }
        markDirty(entry, now)
    }

    private func start(_ pod: NRIPod, _ request: NRIListener.Request) {
        guard let entry = entry(of: pod, request.since) else {
            nri?.answer(request)
            return
        }
        entry.dirtySince = request.since
        if options.isDry {
            nri?.answer(request)
            return markDirty(entry, request.since)
        }
        entry.arrival = arrival(pod, entry, request)
        if entry.state != .kept {
            entry.state = .kept
            report(entry, "is kept, as it is about to start", event: "state")
        }
        look(entry)
    }

    /// The entry of a pod's namespace; nil if it has none of its own, or none that is a container's.
    private func entry(of pod: NRIPod, _ now: UInt64) -> Watched? {
        guard let path = pod.namespace, let mount = NamespaceFolder.mount(at: path) else { return nil }
        return adopt(mount, now)
    }

    private func arrival(_ pod: NRIPod, _ entry: Watched, _ request: NRIListener.Request?) -> Arrival {
        var own = policy
        let annotations = Annotations(
            pod.annotations.map { JSON.Member($0.name, .string($0.value)) }, over: &own)
        for line in annotations.warnings { report(entry, line, event: "note") }
        for name in pod.tooLong {
            report(entry, "annotation \(printable(name)) is ignored: it is too long", event: "note")
        }
        return Arrival(
            policy: own, mark: Mark(own, besides: policy), isSkipped: annotations.skip != nil, request: request)
    }

    /// Has a container start of which a runtime told.
    func answer(_ entry: Watched) {
        guard let request = entry.arrival?.request else { return }
        entry.arrival?.request = nil
        nri?.answer(request)
    }

    /// What its annotations say is done, or its mark says it from now on.
    func endArrival(of entry: Watched) {
        answer(entry)
        entry.arrival = nil
    }

    func leaveAlone(_ entry: Watched, _ namespace: consuming NetworkNamespace) throws(KernelError) {
        do throws(KernelError) { try host.markAsLeftAlone(namespace, .notWaiting) } catch {
            guard error.errno == .busy else { throw error }
            return lookLater(entry)
        }
        endArrival(of: entry)
        entry.state = .left
        report(entry, "is \(entry.state.rawValue)", event: "state")
    }
}
