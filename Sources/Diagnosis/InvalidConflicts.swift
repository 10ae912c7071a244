import Firewall
import Keel
import Netlink

// What makes the rules for INVALID segments pointless, harmful or incomplete.

/// One such conflict.
private struct InvalidConflict {
    let severity: Finding.Severity
    let evidence: [String]
    let consequence: String
    let remedy: String

    static let isMoot = "the rules find little or nothing to drop, and what they do drop may be somebody else's traffic"
}

extension HostObservation {
    /// One finding for all conflicts. `isNeeded`: this host translates containers' addresses.
    func invalidConflicts(_ snapshot: HostSnapshot, _ policy: Policy, isNeeded: Bool) -> [Finding] {
        let isDropping = [snapshot.ipv4, snapshot.ipv6].contains { $0.state == .active && !$0.rules.isEmpty }
        var conflicts = harmful(snapshot)
        if snapshot.beLiberal != 1 && (isDropping || isNeeded) {
            conflicts += incompleteness(snapshot.omission(policy.invalid))
        }
        if isDropping {
            conflicts +=
                outdated(snapshot, policy) + untracked + bypassed + (snapshot.beLiberal == 1 ? [liberality] : [])
        }
        guard let gravest = conflicts.first else { return [] }
        return [
            Finding(
                .invalidPolicyConflict, gravest.severity, at: .host,
                "the rules for INVALID segments are pointless, harmful or incomplete here",
                evidence: conflicts.flatMap { $0.evidence }, consequence: gravest.consequence, remedy: gravest.remedy)
        ]
    }

    /// Chains of ours that do harm while conntrack picks up no existing connections (`nf_conntrack_tcp_loose` is 0).
    private func harmful(_ snapshot: HostSnapshot) -> [InvalidConflict] {
        guard snapshot.loose == 0, plan.invalid.contains(where: { $0.verb == .remove }) else { return [] }
        let evidence = [("ip", snapshot.ipv4), ("ip6", snapshot.ipv6)].compactMap { family, ruleset -> String? in
            let chains = ruleset.chains
            guard ruleset.state == .active, !chains.isEmpty else { return nil }
            return
                "table \(family) evenkeel, chain\(chains.count > 1 ? "s" : "") \(chains.joined(separator: ", ")): should not be "
                + "there while nf_conntrack_tcp_loose is 0"
        }
        guard !evidence.isEmpty else { return [] }
        return [
            InvalidConflict(
                severity: .warning, evidence: evidence,
                consequence:
                    "the host's own connections that conntrack does not know are INVALID then: they are cut, or their peers "
                    + "do not hear that they ended; SYNPROXY, which needs INVALID segments, fails",
                remedy: apply)
        ]
    }

    private func incompleteness(_ omission: String?) -> [InvalidConflict] {
        guard let omission else { return [] }
        return [
            InvalidConflict(
                severity: .warning, evidence: [omission],
                consequence:
                    "an INVALID segment for a container may make the host reset the connection, and Evenkeel cannot prevent "
                    + "that here",
                remedy: "(change that, or choose \"liberal\" for the policy's invalid.mode and then: \(apply))")
        ]
    }

    /// The rule in chain input that an older version left.
    private func outdated(_ snapshot: HostSnapshot, _ policy: Policy) -> [InvalidConflict] {
        guard policy.invalid.mode == .drop, snapshot.loose != 0 else { return [] }
        let families = [("ip", snapshot.ipv4), ("ip6", snapshot.ipv6)].filter { $0.1.dropsInInput }.map { $0.0 }
        guard !families.isEmpty else { return [] }
        return [
            InvalidConflict(
                severity: .information,
                evidence: families.map {
                    "table \($0) evenkeel, chain input: drops INVALID segments, as an older version did"
                },
                consequence:
                    "where conntrack misjudges segments for the host's own sockets (SACK that a firewall did not translate, zones, "
                    + "notrack one way), they are dropped as well",
                remedy: apply)
        ]
    }

    private var untracked: [InvalidConflict] {
        let rules = evidence.foreignRules.filter { $0.effect == .doesNotTrack && !$0.isLimited }
        guard !rules.isEmpty else { return [] }
        return [
            InvalidConflict(
                severity: .warning, evidence: rules.map { "TCP is kept from connection tracking by \($0)" },
                consequence: InvalidConflict.isMoot,
                remedy: "(track connections again, or choose \"keep\" for the policy's invalid.mode)")
        ]
    }

    private var bypassed: [InvalidConflict] {
        guard !bypasses.isEmpty else { return [] }
        return [
            InvalidConflict(
                severity: .warning,
                evidence: bypasses.map { "containers' packets bypass netfilter: \($0) belongs to an eBPF data plane" },
                consequence: InvalidConflict.isMoot,
                remedy: "(choose \"keep\" for the policy's invalid.mode: the data plane tracks connections itself)")
        ]
    }

    /// A liberal kernel and our rules: either alone saves connections, and together they do no harm.
    private var liberality: InvalidConflict {
        let isOurs = plan.invalid.contains { $0.isSysctl || $0.verb == .remove }
        return InvalidConflict(
            severity: .information,
            evidence: ["nf_conntrack_tcp_be_liberal is 1, and there are rules for INVALID segments"],
            consequence:
                "nothing bad: segments outside the window are translated and delivered, so the rules drop next to nothing",
            remedy: isOurs ? apply : "sudo sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=0")
    }
}

extension HostSnapshot.Ruleset {
    /// The chains that hold rules.
    fileprivate var chains: [String] {
        rules.map { $0.chain }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Whether the first version's rule is there, which drops INVALID segments in chain input.
    var dropsInInput: Bool {
        state == .active
            && rules.contains { $0.chain == "input" && $0.comment?.hasPrefix("evenkeel 1: do not answer") == true }
    }
}
