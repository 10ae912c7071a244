import Discovery
import Firewall
import Keel
import Netlink

// Containers that Evenkeel would change though it is at work on this host and nothing else is wrong with them: they were
// started before it was installed, or by an engine that is not set up for it, or have changed since.

extension ContainerObservation {
    /// `others` have been found of this container; what they would mend is not told twice.
    func guardFindings(_ host: HostObservation, _ policy: Policy, besides others: [Finding]) -> [Finding] {
        guard let snapshot = host.snapshot, isAtWork(snapshot), !others.contains(where: { $0.remedy == apply })
        else { return [] }
        let scope = HostScope.container(
            interfaces: attachments.filter { host.mayRoute($0, of: self) }.map { $0.name },
            versions: [.v4, .v6].filter { self.snapshot.hasDefaultRoute($0) })
        let missing = snapshot.planInvalid(policy.invalid, scope).changes.filter { $0.onlyAddsElements }
        let rest = others.isEmpty ? plan.filter { !policy.keeps($0.remedy) } : []
        guard !missing.isEmpty || !rest.isEmpty else { return [] }
        return [
            Finding(
                .containerNotGuarded, missing.isEmpty ? .information : .warning, at: place,
                summary(isUnguarded: !missing.isEmpty), evidence: (missing + rest).map { "evenkeel \($0.proposed)" },
                consequence: missing.isEmpty
                    ? consequence(of: rest)
                    : "INVALID segments that it sends leave with its private address, and what else a container is spared "
                        + "here, it is not",
                remedy: apply)
        ]
    }

    private func summary(isUnguarded: Bool) -> String {
        if hasPassed {
            return isUnguarded
                ? "INVALID segments are let out where it enters the host"
                : "it is not as Evenkeel would have it any more"
        }
        return isUnguarded
            ? "it has not passed through Evenkeel, which guards other containers of this host"
            : "it has not passed through Evenkeel, and does well without so far"
    }

    /// Whether Evenkeel left something there that tells.
    private var hasPassed: Bool {
        snapshot.rules?.contains { $0.isOurs } ?? false
            || snapshot.links.contains { link in
                IPVersion.allCases.contains { snapshot.isSetAside($0, link.index) }
            }
    }

    private func consequence(of changes: [Change]) -> String {
        let sources = changes.compactMap { change -> String? in
            guard case .deleteRule(let rule) = change.action, rule.source != nil else { return nil }
            // A link that goes down loses its IPv6 addresses, and the rule for their prefix stays.
            let addresses = text(of: rule)
            return addresses.isEmpty ? nil : addresses
        }
        let isDefaultGone = !sources.isEmpty && changes.allSatisfy { $0.verb == .remove || $0.isWithdrawal }
        if isDefaultGone {
            return "packets from \(sources.joined(separator: ", ")) leave by the default's interface, since their own "
                + "network's default route has gone; only connecting it again, or starting the container again, brings that back"
        }
        if changes.contains(where: { $0.remedy == .defaultRoute }) {
            return "nothing breaks by that: it still goes by what was wanted before"
        }
        return "nothing now; what is connected to it later may bring a second default route or a strict filter"
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
