import Firewall
public import LinuxSystem
import Netlink

/// The host: the namespace this program was started in, where packets of containers are translated.
public struct Host: ~Copyable {
    let home: NetworkNamespace
    var socket: Socket
    var firewall: Socket
    let identityOfInit: NetworkNamespace.Identity?
    /// Nil until it is asked.
    private var matchesSockets: Bool?
    /// Until the kernel says that it cannot.
    private var matchesRoutes = true

    /// Opens all that is the host's own, before any container is entered.
    public init() throws(KernelError) {
        // Locals first: a throw after the first field would leave them half made.
        let socket = try Socket(.route)
        let firewall = try Socket(.netfilter)
        let home = try Self.namespace(of: socket)
        self.init(home, socket, firewall)
    }

    /// Opens it in the namespace that plays the host, where the calling thread goes.
    init(in home: consuming NetworkNamespace) throws(KernelError) {
        try home.enter()
        let socket = try Socket(.route)
        let firewall = try Socket(.netfilter)
        self.init(home, socket, firewall)
    }

    private init(
        _ home: consuming NetworkNamespace, _ socket: consuming Socket, _ firewall: consuming Socket
    ) {
        self.home = home
        self.socket = socket
        self.firewall = firewall
        identityOfInit = NetworkNamespace.identityOfInit()
    }

    /// The socket knows it for less than /proc does, but tells only those who may change it.
    private static func namespace(of socket: borrowing Socket) throws(KernelError) -> NetworkNamespace {
        do { return try socket.namespace() } catch { return try NetworkNamespace.current() }
    }

    /// Brings the calling thread back; what the kernel said if it would not.
    func returnHome() -> KernelError? {
        do { try home.enter() } catch { return error }
        return nil
    }

    /// Whether a namespace is the host's own or process 1's, which is never to be treated as a container's.
    public func isOwn(_ namespace: borrowing NetworkNamespace) -> Bool {
        namespace.identity == home.identity || namespace.identity == identityOfInit
    }

    /// Whether this is the machine itself, and not an engine's namespace that plays its part.
    var isMachine: Bool { home.identity == identityOfInit }

    /// What a container asks of the host: where its packets enter, and in which families they may be translated.
    ///
    /// `leaving` is the index of a container's interface that is about to go.
    func guarded(_ entrances: [Entrance], _ snapshot: NamespaceSnapshot, leaving: UInt32?) -> Guarded {
        var guarded = Guarded()
        for version in IPVersion.allCases where snapshot.hasDefaultRoute(version) { guarded.versions.append(version) }
        for entrance in entrances {
            if entrance.interface.index != leaving {
                _ = guarded.interfaces.appendIfNew(entrance.name)
            } else {
                guarded.leaving.append(entrance.end.index)
            }
        }
        return guarded
    }

    /// Looks at the host, as far as `guarded` and the policy ask. Nothing is changed.
    ///
    /// `again`: somebody else has changed the ruleset since the last look.
    package mutating func observe(
        _ guarded: Guarded, _ policy: Policy.Invalid, again: Bool = false
    ) throws(KernelError) -> HostSnapshot {
        var snapshot = HostSnapshot()
        if policy.mode == .liberal || guarded.isForHost { snapshot.beLiberal = try Sysctl.beLiberal.readIfPresent() }
        let makesRules = policy.mode == .drop || policy.mode == .input
        if !makesRules {
            guard guarded.isForHost, try hasFirewall() else { return snapshot }
        }
        if again || guarded.isForHost { snapshot.generation = try firewall.generation() }
        try observeRulesets(&snapshot)
        // At every start: while it is 0 nothing of ours may be there, and it may have been set at any time.
        snapshot.loose = try Sysctl.loose.readIfPresent()
        if guarded.isForHost || !snapshot.isComplete(guarded, policy) {
            try observeIncomplete(&snapshot, guarded, policy)
        }
        try observeGone(&snapshot, guarded)
        return snapshot
    }

    private mutating func observeGone(_ snapshot: inout HostSnapshot, _ guarded: Guarded) throws(KernelError) {
        for name in ((snapshot.ipv4.containers ?? []) + (snapshot.ipv6.containers ?? [])).unique
        where !guarded.interfaces.contains(name) {
            let isGone = guarded.isCollecting ? try isIdle(name, guarded.leaving) : try socket.link(name: name) == nil
            if isGone { snapshot.gone.append(name) }
        }
    }

    private mutating func observeRulesets(_ snapshot: inout HostSnapshot) throws(KernelError) {
        let states = try firewall.states(of: IPVersion.allCases.map { InvalidDrop(version: $0).table })
        (snapshot.ipv4, snapshot.ipv6) = (try ruleset(.v4, states[0]), try ruleset(.v6, states[1]))
    }

    /// What decides about chains that are not there or not whole.
    private mutating func observeIncomplete(
        _ snapshot: inout HostSnapshot, _ guarded: Guarded, _ policy: Policy.Invalid
    ) throws(KernelError) {
        let isForHost = guarded.isForHost
        if isForHost || (snapshot.loose != 0 && policy.place == .translated) {
            let versions = IPVersion.allCases.filter { isForHost || !snapshot.isSettled($0, guarded, policy) }
            try observeTracking(&snapshot, versions)
        }
        snapshot.matchesRoutes = matchesRoutes
        if policy.mode == .input {
            let known = matchesSockets ?? KernelRelease.running.map { $0 >= KernelRelease(5, 10) } ?? true
            (matchesSockets, snapshot.matchesSockets) = (known, known)
            try observeServices(&snapshot)
        }
        // A change goes with the generation of the rules it was planned for, which is read before them.
        if snapshot.generation == 0 && !snapshot.isComplete(guarded, policy) {
            snapshot.generation = try firewall.generation()
            try observeRulesets(&snapshot)
        }
    }

    /// Whether the kernel has nftables; what it lacks cannot hold anything of ours.
    mutating func hasFirewall() throws(KernelError) -> Bool {
        do {
            _ = try firewall.generation()
            return true
        } catch {
            if [.notSupported, .familyNotSupported, .protocolNotSupported, .invalid].contains(error.errno) {
                return false
            }
            throw error
        }
    }

    /// Whether packets of guarded containers cannot come in by an interface: it is gone or going, or a bridge whose last
    /// port is.
    private mutating func isIdle(_ name: String, _ leaving: [UInt32]) throws(KernelError) -> Bool {
        guard let link = try socket.link(name: name) else { return true }
        guard link.kind == "bridge" else { return try isGoing(link, leaving) }
        for port in try socket.ports(of: link.index) {
            guard try isGoing(port, leaving) else { return false }
        }
        return true
    }

    private mutating func isGoing(_ end: Link, _ leaving: [UInt32]) throws(KernelError) -> Bool {
        if leaving.contains(end.index) { return true }
        guard end.kind == "veth", let id = end.peerNamespaceID else { return false }
        return try !socket.isNamespaceAlive(id)
    }

    private mutating func ruleset(
        _ version: IPVersion, _ state: TableState
    ) throws(KernelError) -> HostSnapshot.Ruleset {
        let drop = InvalidDrop(version: version)
        guard state != .absent else { return HostSnapshot.Ruleset() }
        return HostSnapshot.Ruleset(
            state: state, rules: try firewall.rules(of: drop.table),
            containers: try firewall.elements(of: drop.containers))
    }

    /// Brings the host about, looking again whenever somebody else changes the ruleset meanwhile.
    mutating func apply(_ changes: [Change], _ guarded: Guarded, _ policy: Policy.Invalid) -> (
        steps: [Step], notes: [String]
    ) {
        var steps: [Step] = []
        var notes: [String] = []
        var changes = changes
        // Of no ruleset there is: what was planned before may have been overtaken by now.
        var generation: UInt32 = 0
        for attempt in 0..<Self.attempts {
            let now = attempt < Self.patience ? changes : changes.map { $0.forAnyRuleset }
            let refused = carryOut(now, guarded.leaving, &steps)
            if refused.isEmpty { return (steps, notes) }
            do throws(KernelError) {
                let snapshot = try observe(guarded, policy, again: true)
                let plan = snapshot.planInvalid(policy, guarded)
                if plan.changes.isEmpty { return (steps, plan.notes) }
                // The same change of the same ruleset would be refused again: nobody was in the way.
                if snapshot.generation == generation && plan.changes.elementsEqual(changes, by: { $0.isSame(as: $1) }) {
                    return (steps + refused, notes)
                }
                (changes, notes, generation) = (plan.changes, plan.notes, snapshot.generation)
            } catch { return (steps + refused + [.failed(changes[0], error)], notes) }
        }
        return (
            steps
                + changes.map {
                    .failed($0, KernelError($0.attempt, .restart, explanation: "others keep changing the ruleset"))
                }, notes
        )
    }

    /// Each attempt fails only if somebody else's change succeeded in between.
    private static let attempts = 64
    /// After so many the ruleset is too busy a place to say which one a change is for, where that only saves time.
    private static let patience = 8

    /// Returns those that were refused.
    private mutating func carryOut(_ changes: [Change], _ leaving: [UInt32], _ steps: inout [Step]) -> [Step] {
        if changes.count > 1, let (commands, generation) = Self.together(changes) {
            do throws(KernelError) {
                try firewall.commit(commands, generation: generation, changes[0].attempt)
                for change in changes { note(change, leaving, &steps) }
                return []
            } catch {
                // Each by itself was thought out for the same ruleset.
                if error.errno == .restart { return changes.map { .failed($0, error.attempting($0.attempt)) } }
            }
        }
        var refused: [Step] = []
        for change in changes {
            do {
                try apply(change)
                note(change, leaving, &steps)
            } catch {
                switch change.unknown(at: error) {
                case .sockets?: matchesSockets = false
                case .routes?: matchesRoutes = false
                case nil: break
                }
                refused.append(.failed(change, error.attempting(change.attempt)))
            }
        }
        return refused
    }

    /// Several changes as one transaction, which costs the kernel less than one each, and changes its generation once; nil if
    /// they are not all of that kind.
    private static func together(_ changes: [Change]) -> (commands: [Command], generation: UInt32?)? {
        var together: [Command] = []
        var generation: UInt32?
        for change in changes {
            guard case .commit(let commands, let planned) = change.action else { return nil }
            together += commands
            generation = planned ?? generation
        }
        return (together, generation)
    }

    /// Of what is done. A bridge or its ports may have come back between the look that missed them and the removal of the
    /// element; whoever guards a container there may have seen the element still in the set.
    private mutating func note(_ change: Change, _ leaving: [UInt32], _ steps: inout [Step]) {
        steps.append(.done(change))
        guard case .commit(let commands, _) = change.action else { return }
        for command in commands {
            guard case .deleteElements(let set, let names) = command else { continue }
            do { try restoreReturned(names, to: set, leaving) } catch {
                // The set went as well.
                if error.errno != .noEntry { steps.append(.failed(change, error)) }
            }
        }
    }

    private mutating func restoreReturned(
        _ names: [String], to set: InterfaceSet, _ leaving: [UInt32]
    ) throws(KernelError) {
        var returned: [String] = []
        for name in names where try !isIdle(name, leaving) { returned.append(name) }
        guard !returned.isEmpty else { return }
        try firewall.commit([.addElements(set, returned)], "keep \(returned.map(printable).joined(separator: ", "))")
    }

    mutating func apply(_ change: Change) throws(KernelError) {
        switch change.action {
        case .commit(let commands, let generation):
            try firewall.commit(commands, generation: generation, change.attempt)
        case .set(let sysctl, let value): try sysctl.write(value)
        default: throw KernelError(change.attempt, .invalid)
        }
    }
}
