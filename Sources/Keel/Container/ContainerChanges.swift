import LinuxSystem
import Netlink

// How the changes of a plan are carried out in a container.

extension Container {
    /// Carries the changes out in order. A change that fails takes along those that build on it, and no others.
    public mutating func apply(_ changes: [Change], from host: borrowing Host) -> [Step] {
        guard !changes.isEmpty else { return [] }
        do { try namespace.enter() } catch { return changes.map { .failed($0, error) } }
        defer { _ = host.returnHome() }
        var steps: [Step] = []
        var failed: [Change] = []
        steps.reserveCapacity(changes.count)
        var start = 0
        while start < changes.count {
            let stage = changes[start].stage
            var possible: [Change] = []
            while start < changes.count, possible.isEmpty || (stage != .alone && changes[start].stage == stage) {
                if !failed.isEmpty, failed.contains(where: { $0.isFollowed(by: changes[start]) }) {
                    steps.append(.skipped(changes[start]))
                } else {
                    possible.append(changes[start])
                }
                start += 1
            }
            attempt(possible, &steps, &failed)
        }
        return steps
    }

    /// Sends changes that are the socket's in one message; those that were refused. What is there or gone already is none of them.
    private mutating func execute(_ changes: [Change]) throws(KernelError) -> [(place: Int, error: KernelError)] {
        var refusals: [(place: Int, error: KernelError)] = []
        try socket.executeAll(changes.count) {
            changes[$0].request
        } refused: { place, error in
            let isThere = error.errno != changes[place].errnoIfDone || changes[place].mayHaveAnotherProtocol
            if isThere { refusals.append((place, error)) }
        }
        for index in refusals.indices.reversed() {
            let change = changes[refusals[index].place]
            guard change.mayHaveAnotherProtocol, refusals[index].error.errno == change.errnoIfDone else {
                continue
            }
            refusals.remove(at: index)
            // What is not there at all is as it should be.
            try socket.executeAll(1) { _ in
                change.requestForAnyProtocol
            } refused: { _, _ in
            }
        }
        return refusals
    }

    /// Whether the interface of a sysctl exists though its file does not: then the write was not needless but impossible.
    private mutating func isStillThere(_ change: Change) -> Bool {
        guard case .set(let sysctl, _) = change.action else { return false }
        do throws(KernelError) {
            return try socket.links().contains { link in link.name.withBytes { sysctl.isIn(folder: $0) } }
        } catch { return true }
    }

    /// Carries the changes of one stage out, together where they are the socket's.
    private mutating func attempt(_ changes: [Change], _ steps: inout [Step], _ failed: inout [Change]) {
        guard let first = changes.first else { return }
        var refusals: [(place: Int, error: KernelError)] = []
        do throws(KernelError) {
            switch first.action {
            case .set(let sysctl, let value): try sysctl.write(value)
            // Rulesets are the host's.
            case .commit: throw KernelError(first.attempt, .invalid)
            default:
                refusals = try execute(changes)
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

extension Change {
    fileprivate enum Stage {
        /// Not the socket's.
        case alone
        case together
        /// Waits until the kernel has said that what stands in for it was done.
        case takesFromMain
    }

    fileprivate var stage: Stage {
        switch action {
        case .set, .commit: .alone
        case .deleteRoute(let route): route.table == Route.mainTable ? .takesFromMain : .together
        default: .together
        }
    }

    /// A leg of an IPv6 route: the kernel lists legs that it has merged under the protocol of the first, and deletes each by its own.
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

    /// What the kernel answers if somebody else was faster or the thing is gone: then all is as it should be.
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
