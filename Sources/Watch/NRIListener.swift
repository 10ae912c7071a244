import LinuxSystem
import Metrics
import NRI

/// Hears of pods from a container runtime by NRI, before their containers start. Nothing here waits for the runtime; the runtime
/// waits for the answers, with all of its pods.
final class NRIListener {
    enum State: String, CaseIterable {
        /// There is no socket.
        case off
        case connecting
        case registering
        /// Registered, and not told of the pods that there are.
        case syncing
        case live
    }

    /// What has become known since.
    enum News {
        case live
        /// A pod that was there before.
        case present(NRIPod)
        /// A pod whose containers wait for an answer.
        case start(NRIPod, Request)
        case lost(KernelError)
    }

    /// A question that has yet to be answered.
    struct Request: Equatable {
        fileprivate let stream: UInt32
        /// By which connection it came.
        fileprivate let attempt: UInt64
        /// Nanoseconds.
        let since: UInt64
    }

    private(set) var state = State.off
    /// Since when it is not live, or is; nanoseconds.
    private(set) var since = Clock.now
    /// How often it has tried to connect, all in all, and in vain since it was last live.
    private var attempts: UInt64 = 0
    private(set) var failures: UInt64 = 0
    private(set) var lastFailure: KernelError?
    private(set) var (runtime, version) = ("", "")
    /// From a pod's question to its answer.
    private(set) var latency = Histogram()
    /// The pods that were answered before they were done.
    private(set) var late: UInt64 = 0

    private let isWanted: (String) -> Bool
    private var connection: NRIConnection?
    private var pending: [Request] = []
    /// When to connect again, or until when the runtime has time to go on; nanoseconds.
    private var connectDue: UInt64?
    private var due: UInt64?
    private var pause = shortestPause

    /// What is not done by then is answered first, and done afterwards; nanoseconds.
    static let patience: UInt64 = 50_000_000
    private static let (shortestPause, longestPause) = (Clock.second / 10, 5 * Clock.second)
    private static let runtimesTime = 5 * Clock.second
    /// How often is read before others have their turn, if no pod asks.
    private static let mostReads = 16

    init(isWanted: @escaping (String) -> Bool) { self.isWanted = isWanted }

    /// What to poll for; -1 without a connection.
    var descriptor: Int32 { connection?.number ?? -1 }

    /// When something is due without anything to read; nil if nothing is.
    var deadline: UInt64? {
        [connectDue, due, pending.first.map { $0.since + Self.patience }].compactMap { $0 }.min()
    }

    /// Connects if it is not connected and something is there; at once if it has just appeared, else not before a pause is over.
    func look(at now: UInt64, isNew: Bool = false) {
        guard connection == nil, isNew || connectDue == nil, NRIConnection.isThere else { return }
        if isNew { pause = Self.shortestPause }
        if state == .off { enter(.connecting, now) }
        connectDue = now
    }

    /// Reads and does what there is to.
    func attend(at now: UInt64) -> [News] {
        var news: [News] = []
        while let first = pending.first, first.since + Self.patience <= now {
            late += 1
            answer(first)
        }
        do throws(KernelError) {
            try connect(now)
            try listen(now, &news)
            if let due, due <= now { throw NRIConnection.silence }
        } catch {
            let isTold = state != .live && lastFailure?.errno == error.errno
            hangUp(now, error)
            if !isTold { news.append(.lost(error)) }
        }
        return news
    }

    /// Answers a pod's question, unless that has been done.
    func answer(_ request: Request) {
        guard let place = pending.firstIndex(of: request) else { return }
        pending.remove(at: place)
        // One that takes no answer is found to have ended at the next reading.
        do throws(KernelError) { try connection?.send(NRIAnswer.success(request.stream)) } catch {}
        latency.note(nanoseconds: Clock.now - request.since)
    }

    private func enter(_ new: State, _ now: UInt64) {
        if state == .off || state == .live || new == .live { since = now }
        state = new
    }

    private func hangUp(_ now: UInt64, _ error: KernelError) {
        (connection, pending, due) = (nil, [], nil)
        (lastFailure, failures) = (error, failures + 1)
        enter(.connecting, now)
        connectDue = now + pause
        pause = min(2 * pause, Self.longestPause)
    }

    private func connect(_ now: UInt64) throws(KernelError) {
        guard let dueNow = connectDue, dueNow <= now, connection == nil else { return }
        connectDue = nil
        // Gone: a name that appears, or the next look, tells when it is there again.
        guard NRIConnection.isThere else { return enter(.off, now) }
        attempts += 1
        connection = try NRIConnection(isWanted: isWanted)
        enter(.registering, now)
        due = now + Self.runtimesTime
    }

    private func listen(_ now: UInt64, _ news: inout [News]) throws(KernelError) {
        let asked = pending.count
        for _ in 0..<Self.mostReads where pending.count == asked {
            guard let messages = try connection?.receive() else { return }
            for message in messages { try take(message, now, &news) }
        }
    }

    private func take(_ message: NRIMessage, _ now: UInt64, _ news: inout [News]) throws(KernelError) {
        switch message {
        case .registered(let refusal?): throw NRIConnection.fault("it refuses the registration: \(printable(refusal))")
        case .registered(nil):
            guard state == .registering else { return }
            enter(.syncing, now)
            due = now + Self.runtimesTime
        case .configure(let stream, let runtime, let version):
            (self.runtime, self.version) = (printable(runtime), printable(version))
            try connection?.send(NRIAnswer.one(stream))
        case .present(let pod): news.append(.present(pod))
        case .synchronize(let stream, let isLast):
            try connection?.send(isLast ? NRIAnswer.success(stream) : NRIAnswer.one(stream))
            if isLast { begin(now, &news) }
        case .start(let stream, let pod):
            let request = Request(stream: stream, attempt: attempts, since: Clock.now)
            pending.append(request)
            news.append(.start(pod, request))
        case .other(let stream): try connection?.send(NRIAnswer.success(stream))
        }
    }

    private func begin(_ now: UInt64, _ news: inout [News]) {
        let wasLive = state == .live
        enter(.live, now)
        (due, pause, failures, lastFailure) = (nil, Self.shortestPause, 0, nil)
        if !wasLive { news.append(.live) }
    }
}
