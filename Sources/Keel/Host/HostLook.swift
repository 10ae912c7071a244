import Firewall
package import LinuxSystem
import Netlink

// Observes the host, as far as a run's scope and the policy need it.

extension Host {
    /// Observes the host. Read-only.
    ///
    /// `again`: somebody else has changed the ruleset since the last observation.
    package mutating func observe(
        _ scope: HostScope, _ policy: Policy.Invalid, again: Bool = false
    ) throws(KernelError) -> HostSnapshot {
        var snapshot = HostSnapshot()
        if policy.mode == .liberal || scope.isHost { snapshot.beLiberal = try Sysctl.beLiberal.readIfPresent() }
        let makesRules = policy.mode == .drop || policy.mode == .input
        if !makesRules {
            guard scope.isHost, try hasFirewall() else { return snapshot }
        }
        if again || scope.isHost { snapshot.generation = try firewall.generation() }
        try observeRulesets(&snapshot)
        // Read at every start: while it is 0 our rules must not be there, and somebody may set it at any time.
        snapshot.loose = try Sysctl.loose.readIfPresent()
        let questions = snapshot.questions(scope, policy)
        if questions.areAny { try answer(questions, &snapshot) }
        // A change names the generation of the rules it was planned for, so the generation must be read before them.
        if questions.areAny && snapshot.generation == 0 && !snapshot.isComplete(scope, policy) {
            snapshot.generation = try firewall.generation()
            try observeRulesets(&snapshot)
        }
        try observeGone(&snapshot, scope)
        return snapshot
    }

    private mutating func answer(
        _ questions: HostQuestions, _ snapshot: inout HostSnapshot
    ) throws(KernelError) {
        if !questions.tracking.isEmpty { try observeTracking(&snapshot, questions.tracking) }
        snapshot.matchesRoutes = matches.routesInForward
        snapshot.misshapen = matches.misshapen
        if questions.asksForSocketsAndServices {
            snapshot.matchesSockets = matches.sockets()
            try observeServices(&snapshot)
        }
    }

    private mutating func observeRulesets(_ snapshot: inout HostSnapshot) throws(KernelError) {
        let states = try firewall.states(of: IPVersion.allCases.map { InvalidDrop(version: $0).table })
        (snapshot.ipv4, snapshot.ipv6) = (try ruleset(.v4, states[0]), try ruleset(.v6, states[1]))
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

    private mutating func observeGone(_ snapshot: inout HostSnapshot, _ scope: HostScope) throws(KernelError) {
        let interfaces = scope.interfaces
        for name in ((snapshot.ipv4.containers ?? []) + (snapshot.ipv6.containers ?? [])).unique
        where !interfaces.contains(name) {
            let isGone =
                scope.collectsIdleBridges ? try isIdle(name, scope.leaving) : try socket.link(name: name) == nil
            if isGone { snapshot.gone.append(name) }
        }
    }

    /// Whether no packets of guarded containers can come in by an interface: it is gone or going, or it is a bridge whose last
    /// port is.
    mutating func isIdle(_ name: InterfaceName, _ leaving: [UInt32]) throws(KernelError) -> Bool {
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
}
