import Firewall
import Keel
import Netlink

// INVALID segments: whether the host drops them where it would answer them with RST, and where they would leave with a private
// address.

extension HostObservation {
    func invalidFindings(_ containers: [ContainerObservation], _ policy: Policy) -> [Finding] {
        guard let snapshot else { return [] }
        let versions = bypasses.isEmpty ? translatedVersions(of: containers, snapshot) : []
        let conflicts = invalidConflicts(snapshot, policy, isNeeded: !versions.isEmpty)
        // A liberal kernel translates what is late, and what cannot be dropped is told as a conflict.
        guard !versions.isEmpty, snapshot.beLiberal != 1, omissions.isEmpty else { return conflicts }
        let missing = plan.invalid.filter { $0.verb != .remove && $0.verb != .restore }
        if missing.contains(where: { $0.makesRules(of: "input", versions) || $0.isSysctl }) {
            return conflicts + [notDropped(missing)]
        }
        if missing.contains(where: { $0.makesRules(of: "forward", versions) }) { return conflicts + [leaks(missing)] }
        return conflicts
    }

    /// Those in which addresses of containers are translated here: without that there is nothing to reset. Rootless containers'
    /// packets are translated before they come here, if they come at all.
    private func translatedVersions(of containers: [ContainerObservation], _ snapshot: HostSnapshot) -> [IPVersion] {
        IPVersion.allCases.filter { version in
            translates(version, snapshot) && containers.contains { routedEntrance(of: $0, version) != nil }
        }
    }

    private func translates(_ version: IPVersion, _ snapshot: HostSnapshot) -> Bool {
        switch version {
        case .v4: evidence.translatesIPv4
        // Where our own table is, nobody asks.
        case .v6: snapshot.translatesIPv6 || snapshot.ipv6.state != .absent
        }
    }

    private func notDropped(_ missing: [Change]) -> Finding {
        let others = evidence.others.filter { $0.effect == .dropsInvalid && !$0.isLimited && $0.versions.contains(.v4) }
        return Finding(
            .invalidNotDroppedInput, others.isEmpty ? .warning : .information, at: .host,
            others.isEmpty
                ? "INVALID TCP segments reach the host, which answers them with RST"
                : "INVALID TCP segments are dropped by somebody else, not by Evenkeel",
            evidence: missing.map { "evenkeel \($0.proposed)" } + others.map { "dropped by \($0)" } + counters,
            consequence:
                "a late segment of a container's download makes the host reset the connection: \"connection reset by peer\" in "
                + "big transfers, now and then",
            remedy: apply)
    }

    private func leaks(_ missing: [Change]) -> Finding {
        Finding(
            .invalidLeaksForward, .warning, at: .host,
            "INVALID TCP segments of containers leave the host untranslated",
            evidence: missing.map { "evenkeel \($0.proposed)" } + counters,
            consequence:
                "packets with private source addresses on the wire; the far end keeps sending what nobody has asked for",
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

    /// What mends what belongs to the host.
    var apply: String {
        "sudo evenkeel host apply" + (policyPath.map { " --policy \($0.quotedForShell)" } ?? "")
    }
}

extension Change {
    var isSysctl: Bool {
        if case .set = action { true } else { false }
    }

    /// Whether it puts rules into one of our chains, in a table of one of these families.
    fileprivate func makesRules(of chain: String, _ versions: [IPVersion]) -> Bool {
        guard case .commit(let commands, _) = action else { return false }
        return commands.contains { command in
            guard case .addRule(let rule) = command else { return false }
            return rule.chain.name == chain && versions.contains(rule.chain.table.version)
        }
    }
}
