import LinuxSystem
import Netlink

// Carries out the changes of a plan in a container.

extension Container {
    /// Carries the changes out in order. When a change fails, those that build on it are skipped; the others are not.
    public mutating func apply(_ changes: [Change], from host: borrowing Host) -> [Step] {
        var nothing = PendingMark(mark: nil)
        return apply(changes, &nothing, from: host)
    }

    /// The same, and leaves a mark. Returns also why the kernel refused the mark.
    mutating func apply(
        _ changes: [Change], leaving mark: Mark?, from host: borrowing Host
    ) -> (steps: [Step], markRefusal: KernelError?) {
        var pending = PendingMark(mark: mark)
        let steps = apply(changes, &pending, from: host)
        if let mark = pending.mark {
            do { try leave(mark) } catch { pending.refusal = error }
        }
        return (steps, pending.refusal)
    }

    /// The mark goes with the last changes that are sent, where it costs no exchange of its own. It stays pending if none are.
    private mutating func apply(
        _ changes: [Change], _ pending: inout PendingMark, from host: borrowing Host
    ) -> [Step] {
        guard !changes.isEmpty else { return [] }
        // The socket is inside already.
        let isEntered = changes.contains { $0.isWrittenToFile }
        if isEntered { do { try namespace.enter() } catch { return changes.map { .failed($0, error) } } }
        defer { if isEntered { _ = host.returnHome() } }
        var steps: [Step] = []
        var failed: [Change] = []
        steps.reserveCapacity(changes.count)
        let lastSent = changes.lastIndex { $0.stage != .alone }
        var start = 0
        while start < changes.count {
            let stage = changes[start].stage
            let first = start
            var possible: [Change] = []
            possible.reserveCapacity(changes.count - start)
            while start < changes.count, possible.isEmpty || (stage != .alone && changes[start].stage == stage) {
                if !failed.isEmpty, failed.contains(where: { $0.isFollowed(by: changes[start]) }) {
                    steps.append(.skipped(changes[start]))
                } else {
                    possible.append(changes[start])
                }
                start += 1
            }
            if let lastSent, first <= lastSent, lastSent < start {
                attempt(possible, &pending, &steps, &failed)
            } else {
                var nothing = PendingMark(mark: nil)
                attempt(possible, &nothing, &steps, &failed)
            }
        }
        return steps
    }

    /// Sends changes that go over the socket in one message, and the mark behind them. Returns the changes that were refused,
    /// without what is there or gone already.
    private mutating func execute(
        _ changes: [Change], _ pending: inout PendingMark
    ) throws(KernelError) -> [(place: Int, error: KernelError)] {
        let mark = pending.mark
        pending.mark = nil
        var markRefusal: KernelError?
        var refusals: [(place: Int, error: KernelError)] = []
        try socket.executeAll(changes.count + (mark == nil ? 0 : 1)) { place in
            if place == changes.count, let mark { return .add(mark.route) }
            return changes[place].request
        } refused: { place, error in
            guard place < changes.count else {
                if error.errno != .exists { markRefusal = error.attempting(Mark.attempt) }
                return
            }
            let isThere = error.errno != changes[place].errnoIfDone || changes[place].mayHaveAnotherProtocol
            if isThere { refusals.append((place, error)) }
        }
        pending.refusal = markRefusal
        for index in refusals.indices.reversed() {
            let change = changes[refusals[index].place]
            guard change.mayHaveAnotherProtocol, refusals[index].error.errno == change.errnoIfDone else {
                continue
            }
            refusals.remove(at: index)
            // A route that does not exist needs no deletion.
            try socket.executeAll(1) { _ in
                change.requestForAnyProtocol
            } refused: { _, _ in
            }
        }
        return refusals
    }

    /// Whether a sysctl's interface exists though its file does not: then the write was impossible, not needless.
    private mutating func isStillThere(_ change: Change) -> Bool {
        guard case .set(let sysctl, _) = change.action else { return false }
        do throws(KernelError) {
            return try socket.links().contains { link in link.name.withBytes { sysctl.isIn(folder: $0) } }
        } catch { return true }
    }

    /// Carries out the changes of one stage, those that go over the socket together.
    private mutating func attempt(
        _ changes: [Change], _ pending: inout PendingMark, _ steps: inout [Step], _ failed: inout [Change]
    ) {
        guard let first = changes.first else { return }
        var refusals: [(place: Int, error: KernelError)] = []
        do throws(KernelError) {
            switch first.action {
            case .set(let sysctl, let value): try sysctl.write(value)
            // Rulesets are changed on the host only.
            case .commit: throw KernelError(first.attempt, .invalid)
            default:
                refusals = try execute(changes, &pending)
            }
        } catch {
            refusals = changes.indices.filter { error.errno != changes[$0].errnoIfDone || isStillThere(changes[$0]) }
                .map { ($0, error) }
        }
        for (place, change) in changes.enumerated() {
            if let refusal = refusals.first(where: { $0.place == place }) {
                failed.append(change)
                steps.append(.failed(change, refusal.error.attempting(change.attempt)))
            } else {
                steps.append(.done(change))
            }
        }
    }
}

/// A mark that a run has yet to leave, or why the kernel refused it.
private struct PendingMark {
    var mark: Mark?
    var refusal: KernelError?
}

extension Change {
    fileprivate enum Stage {
        /// Does not go over the socket.
        case alone
        case together
        /// Removes a route from main: waits until the kernel has confirmed what replaces it.
        case takesFromMain
    }

    /// Whether it is a sysctl, whose file shows the namespace of the thread that opens it.
    fileprivate var isWrittenToFile: Bool { if case .set = action { true } else { false } }

    fileprivate var stage: Stage {
        switch action {
        case .set, .commit: .alone
        case .deleteRoute(let route): route.table == Route.mainTable ? .takesFromMain : .together
        default: .together
        }
    }

    /// A leg of an IPv6 route: the kernel lists merged legs under the protocol of the first, but deletes each by its own.
    fileprivate var mayHaveAnotherProtocol: Bool {
        if case .deleteRoute(let route) = action { route.version == .v6 && route.protocol != 0 } else { false }
    }

    fileprivate var requestForAnyProtocol: Request {
        guard case .deleteRoute(var route) = action else { return .nothing }
        route.protocol = 0
        return .delete(route)
    }

    /// The message for the container's own socket.
    fileprivate var request: Request {
        switch action {
        case .addRoute(let route): .add(route)
        case .deleteRoute(let route): .delete(route)
        case .addRule(let rule): .add(rule)
        case .deleteRule(let rule): .delete(rule)
        case .setGroup(let link, let group): .setGroup(group, ofInterface: link.index)
        case .set, .commit: .nothing
        }
    }

    /// The kernel's answer if somebody else was faster or the thing is gone: then the change counts as done.
    fileprivate var errnoIfDone: Errno {
        switch action {
        case .set: .noEntry
        case .setGroup: .noDevice
        case .addRoute, .addRule: .exists
        case .deleteRoute: .noSuchProcess
        case .deleteRule: .noEntry
        case .commit: .exists
        }
    }
}
