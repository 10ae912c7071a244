import Discovery
import Firewall
import Keel

// Containers that Evenkeel would change though it is at work on this host: they were started before it was installed, or by
// an engine that passes it by.

extension ContainerObservation {
    /// `others` have been found of this container; what they would mend is not told twice.
    func guardFindings(_ host: HostObservation, _ policy: Policy, besides others: [Finding]) -> [Finding] {
        guard let snapshot = host.snapshot, isAtWork(snapshot) else { return [] }
        let guarded = Guarded(
            interfaces: entrances.map { $0.name },
            versions: [.v4, .v6].filter { self.snapshot.hasDefaultRoute($0) })
        let missing = snapshot.planInvalid(policy.invalid, guarded).changes.filter { $0.onlyAddsElements }
        let rest = others.isEmpty ? plan.filter { !policy.keeps($0.remedy) } : []
        guard !missing.isEmpty || !rest.isEmpty else { return [] }
        return [
            Finding(
                .containerNotGuarded, missing.isEmpty ? .information : .warning, at: place,
                missing.isEmpty
                    ? "it has not passed through Evenkeel, and needs little of it"
                    : "it has not passed through Evenkeel, which guards other containers of this host",
                evidence: (missing + rest).map { "evenkeel \($0.proposed)" },
                consequence: missing.isEmpty
                    ? "nothing now; with another network it would have two default routes or a strict filter"
                    : "INVALID segments that it sends leave with its private address, and what else a container is spared "
                        + "here, it is not",
                remedy: apply)
        ]
    }

    private func isAtWork(_ snapshot: HostSnapshot) -> Bool {
        [snapshot.ipv4, snapshot.ipv6].contains { $0.state == .active }
    }
}

extension Policy {
    fileprivate func keeps(_ remedy: Remedy) -> Bool {
        switch remedy {
        case .defaultRoute: defaultRoute.mode == .keep
        case .rpFilter: rpFilter == .keep
        case .invalid: invalid.mode == .keep
        case .conntrack: conntrack.max == .keep
        }
    }
}

extension Change {
    /// Whether it is about a set's elements alone, so that all else is there.
    fileprivate var onlyAddsElements: Bool {
        guard case .commit(let commands, _) = action else { return false }
        return commands.allSatisfy { if case .addElements = $0 { true } else { false } }
    }
}
