import Firewall
import Keel
import Netlink

// INVALID segments: whether the host answers them with RST, and whether they leave it with a private address.

extension HostObservation {
    func invalidFindings(_ containers: [ContainerObservation], _ policy: Policy) -> [Finding] {
        guard let snapshot else { return [] }
        let versions = bypasses.isEmpty ? translatedVersions(of: containers, snapshot) : []
        let conflicts = invalidConflicts(snapshot, policy, isNeeded: !versions.isEmpty)
        // A liberal kernel translates segments outside the window. Incomplete rules are already reported as a conflict.
        guard !versions.isEmpty, snapshot.beLiberal != 1, snapshot.omission(policy.invalid) == nil else {
            return conflicts
        }
        let missing = plan.invalid.filter { $0.verb != .remove && $0.verb != .restore }
        // The first version's rule drops these segments as well, and more.
        let bare = versions.filter { !snapshot.ruleset($0).dropsInInput }
        if missing.contains(where: { $0.makesRules(of: ["input", "output"], bare) || $0.isSysctl }) {
            return conflicts + [notDropped(missing)]
        }
        if missing.contains(where: { $0.makesRules(of: ["forward"], bare) }) { return conflicts + [leaks(missing)] }
        return conflicts
    }

    /// The families in which this host translates containers' addresses; without that it has no connection to reset. Rootless
    /// containers' packets are translated before they get here, if they do.
    private func translatedVersions(of containers: [ContainerObservation], _ snapshot: HostSnapshot) -> [IPVersion] {
        IPVersion.allCases.filter { version in
            snapshot.tracking(version) == .translated
                && containers.contains { routedEntrance(of: $0, version) != nil }
        }
    }

    private func notDropped(_ missing: [Change]) -> Finding {
        let others = evidence.foreignRules.filter {
            $0.effect == .dropsInvalid && !$0.isLimited && $0.versions.contains(.v4)
        }
        return Finding(
            .invalidNotDroppedInput, others.isEmpty ? .warning : .information, at: .host,
            others.isEmpty
                ? "INVALID TCP segments reach the host, which answers them with RST"
                : "INVALID TCP segments are dropped by other rules, not by Evenkeel's",
            evidence: missing.map { "evenkeel \($0.proposed)" } + others.map { "dropped by \($0)" } + declined
                + counters,
            consequence:
                "a segment for a container that conntrack misjudges (far outside the window, damaged, or an acknowledgement of what "
                + "it never saw) makes the host reset the connection: \"connection reset by peer\", now and then",
            remedy: apply)
    }

    private func leaks(_ missing: [Change]) -> Finding {
        Finding(
            .invalidLeaksForward, .warning, at: .host,
            "INVALID TCP segments of containers leave the host untranslated",
            evidence: missing.map { "evenkeel \($0.proposed)" } + declined + counters,
            consequence:
                "packets leave with private source addresses; the far end cannot tell whose they are and keeps sending",
            remedy: apply)
    }

    private var counters: [String] {
        var lines: [String] = []
        if let statistics = evidence.statistics {
            lines.append("conntrack has called \(statistics.invalid) packets INVALID")
        }
        if let resets = resetsSent { lines.append("the host has sent \(resets) RST (TcpOutRsts)") }
        return lines
    }

    /// The command that carries out the host's plan.
    var apply: String {
        "sudo evenkeel host apply" + (policyPath.map { " --policy \($0.quotedForShell)" } ?? "")
    }
}

extension Change {
    var isSysctl: Bool {
        if case .set = action { true } else { false }
    }

    /// Whether it adds rules to these chains of ours, in a table of one of these families.
    fileprivate func makesRules(of chains: [String], _ versions: [IPVersion]) -> Bool {
        guard case .commit(let commands, _) = action else { return false }
        return commands.contains { command in
            guard case .addRule(let rule) = command else { return false }
            return chains.contains(rule.chain.name) && versions.contains(rule.chain.table.version)
        }
    }
}
