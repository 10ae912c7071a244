import Firewall
import Keel
import Netlink

// INVALID segments: whether the host drops them where it would answer them with RST, and where they would leave with a private
// address; and what makes the drop pointless.

extension HostObservation {
    func invalidFindings(_ containers: [ContainerObservation], _ policy: Policy) -> [Finding] {
        guard let snapshot else { return [] }
        var findings = conflicts(snapshot, policy)
        // Rootless containers' packets are translated before they come here, if they come at all.
        guard bypasses.isEmpty, containers.contains(where: isRouter) else { return findings }
        let missing = plan.invalid.filter { $0.verb != .remove && $0.verb != .restore }
        if missing.contains(where: { $0.makesRules(of: "input") || $0.isSysctl }) {
            findings.append(notDropped(missing))
        } else if missing.contains(where: { $0.makesRules(of: "forward") }) {
            findings.append(leaks(missing))
        }
        return findings
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

    private func conflicts(_ snapshot: HostSnapshot, _ policy: Policy) -> [Finding] {
        var evidence: [String] = []
        var remedy = ""
        let isDropping = [snapshot.ipv4, snapshot.ipv6].contains { $0.state == .active && !$0.rules.isEmpty }
        if isDropping && snapshot.beLiberal == 1 {
            evidence.append("nf_conntrack_tcp_be_liberal is 1, and there are rules that drop INVALID segments")
            let isOurs = plan.invalid.contains { $0.isSysctl || $0.verb == .remove }
            remedy = isOurs ? apply : "sudo sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=0"
        }
        if isDropping && policy.invalid.mode == .drop {
            let omission = plan.notes.filter { $0.hasPrefix("INVALID segments are not dropped in input") }
            evidence += omission
            if !omission.isEmpty && remedy.isEmpty {
                remedy = "(see to that, or choose \"liberal\" or \"keep\" for the policy's invalid.mode)"
            }
        }
        let untracking = self.evidence.others.filter { $0.effect == .doesNotTrack && !$0.isLimited }
        if isDropping && !untracking.isEmpty {
            evidence += untracking.map { "TCP is kept from connection tracking by \($0)" }
            if remedy.isEmpty { remedy = "(track connections again, or choose \"keep\" for the policy's invalid.mode)" }
        }
        if isDropping && !bypasses.isEmpty {
            evidence += bypasses.map { "packets of containers bypass netfilter: there is the interface \($0)" }
            if remedy.isEmpty {
                remedy = "(choose \"keep\" for the policy's invalid.mode: the data plane in eBPF looks after it)"
            }
        }
        guard !evidence.isEmpty else { return [] }
        return [
            Finding(
                .invalidPolicyConflict, .warning, at: .host,
                "the drop of INVALID segments is moot, or cannot be whole here",
                evidence: evidence,
                consequence:
                    "the drop finds little or nothing to drop, and what it does drop may be somebody else's traffic",
                remedy: remedy)
        ]
    }

    private func isRouter(of container: ContainerObservation) -> Bool {
        IPVersion.allCases.contains { routedEntrance(of: container, $0) != nil }
    }

    /// What mends what belongs to the host.
    var apply: String {
        "sudo evenkeel host apply" + (policyPath.map { " --policy \($0.quotedForShell)" } ?? "")
    }
}

extension Change {
    fileprivate var isSysctl: Bool {
        if case .set = action { true } else { false }
    }

    /// Whether it puts rules into one of our chains.
    fileprivate func makesRules(of chain: String) -> Bool {
        guard case .commit(let commands, _) = action else { return false }
        return commands.contains { if case .addRule(let rule) = $0 { rule.chain.name == chain } else { false } }
    }
}
