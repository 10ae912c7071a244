import Firewall
import Keel
import Netlink

// What makes the drop of INVALID segments pointless, or keeps it from being whole.

/// One thing that is at odds with the drop.
private struct InvalidConflict {
    let severity: Finding.Severity
    let evidence: [String]
    let consequence: String
    let remedy: String

    static let isMoot = "the drop finds little or nothing to drop, and what it does drop may be somebody else's traffic"
}

extension HostObservation {
    /// Why the plan leaves the drop in input out.
    var omissions: [String] { plan.notes.filter { $0.hasPrefix("INVALID segments are not dropped in input") } }

    /// One for all of them. `isNeeded`: there are containers whose addresses are translated here.
    func invalidConflicts(_ snapshot: HostSnapshot, _ policy: Policy, isNeeded: Bool) -> [Finding] {
        let isDropping = [snapshot.ipv4, snapshot.ipv6].contains { $0.state == .active && !$0.rules.isEmpty }
        var conflicts: [InvalidConflict] = []
        if snapshot.beLiberal != 1 && policy.invalid.mode == .drop && (isDropping || isNeeded) {
            conflicts += incompleteness
        }
        if isDropping { conflicts += untracked + bypassed + (snapshot.beLiberal == 1 ? [liberality] : []) }
        guard let gravest = conflicts.first else { return [] }
        return [
            Finding(
                .invalidPolicyConflict, gravest.severity, at: .host,
                "the drop of INVALID segments is moot, or cannot be whole here",
                evidence: conflicts.flatMap { $0.evidence }, consequence: gravest.consequence, remedy: gravest.remedy)
        ]
    }

    private var incompleteness: [InvalidConflict] {
        guard !omissions.isEmpty else { return [] }
        return [
            InvalidConflict(
                severity: .warning, evidence: omissions,
                consequence:
                    "a late segment of a container's download may make the host reset the connection, and Evenkeel cannot keep "
                    + "it from that here",
                remedy: "(see to that, or choose \"liberal\" for the policy's invalid.mode and then: \(apply))")
        ]
    }

    private var untracked: [InvalidConflict] {
        let rules = evidence.others.filter { $0.effect == .doesNotTrack && !$0.isLimited }
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
                evidence: bypasses.map { "packets of containers bypass netfilter: there is the interface \($0)" },
                consequence: InvalidConflict.isMoot,
                remedy: "(choose \"keep\" for the policy's invalid.mode: the data plane in eBPF looks after it)")
        ]
    }

    /// Either by itself saves connections; together they are one more than it takes, and harm nobody.
    private var liberality: InvalidConflict {
        let isOurs = plan.invalid.contains { $0.isSysctl || $0.verb == .remove }
        return InvalidConflict(
            severity: .information,
            evidence: ["nf_conntrack_tcp_be_liberal is 1, and there are rules that drop INVALID segments"],
            consequence: "nothing bad: late segments are translated and delivered, and the drop finds next to nothing",
            remedy: isOurs ? apply : "sudo sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=0")
    }
}
