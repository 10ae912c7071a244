import Discovery
import Firewall
import Keel
import Netlink

// Containers that Evenkeel would change although it is active on this host and no other finding says so: they were started
// before it was installed or by an engine that does not call it, or they have changed since.

extension ContainerObservation {
    /// `others` are the container's other findings: what their remedy mends is not reported twice.
    func guardFindings(_ host: HostObservation, _ policy: Policy, besides others: [Finding]) -> [Finding] {
        guard let snapshot = host.snapshot, isAtWork(snapshot), !others.contains(where: { $0.remedy == apply })
        else { return [] }
        let scope = HostScope.container(
            interfaces: attachments.filter { host.mayRoute($0, of: self) }.map { $0.name },
            versions: [.v4, .v6].filter { self.snapshot.hasDefaultRoute($0) })
        let missing = snapshot.planInvalid(policy.invalid, scope).changes.filter { $0.onlyAddsElements }
        let rest = others.isEmpty ? plan.filter { !policy.keeps($0.remedy) } : []
        guard !missing.isEmpty || !rest.isEmpty else { return [] }
        if policy.leavesAlone(self.snapshot.mark) { return [leftAlone(missing + rest)] }
        return [
            Finding(
                .containerNotGuarded, missing.isEmpty ? .information : .warning, at: place,
                summary(isUnguarded: !missing.isEmpty), evidence: (missing + rest).map { "evenkeel \($0.proposed)" },
                consequence: missing.isEmpty
                    ? consequence(of: rest)
                    : "INVALID segments that it sends leave the host with its private address, and it lacks the other "
                        + "protection that guarded containers have",
                remedy: apply)
        ]
    }

    private func leftAlone(_ changes: [Change]) -> Finding {
        Finding(
            .containerNotGuarded, .information, at: place, "left alone, as it was started with evenkeel.skip",
            evidence: changes.map { "evenkeel \($0.proposed)" },
            consequence: "Evenkeel protects it from nothing; evenkeel apply --all leaves it alone, too",
            remedy: apply)
    }

    private func summary(isUnguarded: Bool) -> String {
        if hasPassed {
            return isUnguarded
                ? "INVALID segments from it are not dropped where it enters the host"
                : "it is no longer as Evenkeel would set it up"
        }
        return isUnguarded
            ? "not set up by Evenkeel, which guards other containers of this host"
            : "not set up by Evenkeel; nothing is wrong so far"
    }

    /// Whether the namespace holds anything that Evenkeel left: its mark; of older versions a rule, or a default route set aside.
    private var hasPassed: Bool {
        snapshot.mark != nil || snapshot.rules?.contains { $0.isOurs } ?? false
            || snapshot.links.contains { link in
                IPVersion.allCases.contains { snapshot.isSetAside($0, link.index) }
            }
    }

    private func consequence(of changes: [Change]) -> String {
        let sources = changes.compactMap { change -> String? in
            guard case .deleteRule(let rule) = change.action, rule.source != nil else { return nil }
            // An interface that goes down loses its IPv6 addresses, while the rule for their prefix stays.
            let addresses = text(of: rule)
            return addresses.isEmpty ? nil : addresses
        }
        let isDefaultGone = !sources.isEmpty && changes.allSatisfy { $0.verb == .remove || $0.isWithdrawal }
        if isDefaultGone {
            return
                "packets from \(sources.joined(separator: ", ")) leave by the default's interface, because their own "
                + "network's default route is gone; only reconnecting that network or restarting the container brings it back"
        }
        if changes.contains(where: { $0.remedy == .defaultRoute }) {
            return "nothing breaks: it still uses the default route that was wanted before"
        }
        return "nothing now; a network connected later may bring a second default route or a strict filter"
    }

    private func isAtWork(_ snapshot: HostSnapshot) -> Bool {
        [snapshot.ipv4, snapshot.ipv6].contains { $0.state == .active }
    }
}

extension Finding {
    /// The same of a container that asked to be left alone: whoever did so need not be alarmed.
    var leftAlone: Finding {
        guard severity != .information else { return self }
        return Finding(
            id, .information, at: place, summary, evidence: evidence,
            consequence: "\(consequence); it is left alone, as it was started with evenkeel.skip", remedy: remedy)
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
    /// Whether it only adds elements to sets: then the rules themselves are in place.
    fileprivate var onlyAddsElements: Bool {
        guard case .commit(let commands, _) = action else { return false }
        return commands.allSatisfy { if case .addElements = $0 { true } else { false } }
    }
}
