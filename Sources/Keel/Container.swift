public import LinuxSystem
import Netlink

/// A container's network namespace, held open, with a socket inside.
public struct Container: ~Copyable {
    public let namespace: NetworkNamespace
    var socket: Socket
    /// Why the thread could not go back to the host: in a user namespace that is refused. What was opened there before
    /// still works; nothing more may be, since it would be the container's.
    let stranding: KernelError?

    /// Goes in to open the socket, and comes back to the host.
    ///
    /// - Throws: `EBUSY` if another run is at work there, unless that is to be waited for.
    public init(
        _ namespace: consuming NetworkNamespace, of host: borrowing Host, waiting: Bool = true
    ) throws(KernelError) {
        // Of two runs at once each would take the other's half-done work for somebody's purpose.
        if waiting {
            namespace.lock()
        } else if !namespace.tryToLock() {
            throw KernelError("lock network namespace \(namespace.name)", .busy)
        }
        try self.init(entering: namespace, of: host)
    }

    /// For who changes nothing. While another run is at work there, what is seen may be half done, but a process inside may
    /// hold the lock for ever.
    package init(
        onlyLookingAt namespace: consuming NetworkNamespace, of host: borrowing Host
    ) throws(KernelError) {
        _ = namespace.tryToLock()
        try self.init(entering: namespace, of: host)
    }

    private init(
        entering namespace: consuming NetworkNamespace, of host: borrowing Host
    ) throws(KernelError) {
        try namespace.enter()
        let socket: Socket
        do { socket = try Socket(.route) } catch {
            _ = host.returnHome()
            throw error
        }
        stranding = host.returnHome()
        self.socket = socket
        self.namespace = namespace
    }

    /// Looks at the namespace. Nothing is changed.
    ///
    /// `forPlan`: only as far as a plan asks, which of most containers' addresses it does not, nor of tables that mean
    /// nothing to it.
    public mutating func observe(
        from host: borrowing Host, forPlan: Bool = false
    ) throws(KernelError) -> NamespaceSnapshot {
        var snapshot = NamespaceSnapshot(links: try socket.links())
        for common in try socket.netconf() {
            switch common.scope {
            case .all: snapshot.reversePathFilterOfAll = common.reversePathFilter
            case .default: snapshot.reversePathFilterOfDefault = common.reversePathFilter
            }
        }
        snapshot.rules = try socket.rulesIfSupported()
        snapshot.routes = forPlan ? try routesOfConcern(to: snapshot, from: host) : try socket.defaultRoutes()
        if !forPlan || snapshot.planAsksForAddresses { snapshot.addresses = try socket.addresses() }
        snapshot.routedByOthers = try socket.leftMain(snapshot.networksRoutedBySource)
        return snapshot
    }

    /// From so many on, not every IPv4 route is looked at: a table at a time costs more than a few routes, and less than many.
    private static let mostIPv4Routes = 512

    private mutating func routesOfConcern(
        to snapshot: NamespaceSnapshot, from host: borrowing Host
    ) throws(KernelError) -> [Route] {
        if let routes = try socket.defaultRoutes(
            unlessMoreThan: Self.mostIPv4Routes, onlyUnicast: !snapshot.hasSeveralInterfaces)
        {
            return routes
        }
        var routes: [Route] = []
        for table in snapshot.tablesOfConcern {
            try reopen(from: host)
            routes += try socket.defaultRoutes(inIPv4Table: table)
        }
        try reopen(from: host)
        return routes + (try socket.defaultRoutes(.v6))
    }

    private mutating func reopen(from host: borrowing Host) throws(KernelError) {
        socket = try namespace.run(returningTo: host.home) { () throws(KernelError) in try Socket(.route) }
    }

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
            }
        } catch {
            refusals = changes.indices.filter { error.errno != changes[$0].errnoIfDone }.map { ($0, error) }
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

extension Socket {
    /// Nil from a kernel without policy routing.
    mutating func rulesIfSupported() throws(KernelError) -> [PolicyRule]? {
        do { return try rules() } catch {
            if error.errno == .notSupported || error.errno == .familyNotSupported { return nil }
            throw error
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

/// What became of a change.
public enum Step: Hashable, Sendable {
    case done(Change)
    case failed(Change, KernelError)
    /// Left out because one before it, on which it builds, failed.
    case skipped(Change)
}
