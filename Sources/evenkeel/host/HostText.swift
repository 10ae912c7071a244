import Diagnosis
import Firewall
import HostCare
import Keel
import LinuxSystem
import LinuxTools
import Netlink

/// The report for people.
extension HostReport {
    var text: String {
        let sections = [summary, invalidSection, conntrackSection, noteLines]
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private var summary: [String] {
        var lines: [String] = []
        if isNearlyFull, let fill = state.conntrack?.fill {
            let consequence = "new connections fail, with \"Operation not permitted\" or silently"
            lines.append(
                fill.isFull
                    ? "The connection tracking table is FULL: \(fill.text); \(consequence)."
                    : "The connection tracking table is nearly full: \(fill.text). At the limit \(consequence).")
        }
        if !plan.changes.isEmpty {
            lines.append("The host is not as the policy says. `evenkeel host apply`:")
            lines += plan.changes.map { "  \($0.proposed)" }
        }
        if !lines.isEmpty { return lines }
        return [failures.isEmpty ? "The host is as the policy says." : "Not all of the host could be looked at."]
    }

    private var invalidSection: [String] {
        guard let invalid = state.invalid else { return [] }
        var lines = ["INVALID TCP segments (policy: \(policy.invalid.mode.rawValue))"]
        lines += tableLines("ip", invalid.ipv4, evidence.ipv4Rules)
        lines += tableLines("ip6", invalid.ipv6, evidence.ipv6Rules)
        lines += evidence.foreignRules.map { rule in
            rule.effect == .dropsInvalid
                ? "  also dropped by others: \(rule)" : "  kept from connection tracking by others: \(rule)"
        }
        if let liberal = invalid.beLiberal { lines.append("  nf_conntrack_tcp_be_liberal  \(liberal)") }
        if invalid.loose == 0 { lines.append("  nf_conntrack_tcp_loose  0") }
        return lines
    }

    private func tableLines(_ family: String, _ ruleset: HostSnapshot.Ruleset, _ rules: [CountedRule]) -> [String] {
        let name = "table \(family) evenkeel"
        guard ruleset.state != .absent else {
            return ["  \(name)  not there\(reason(family == "ip" ? .v4 : .v6))"]
        }
        let dormant = ruleset.state == .dormant ? "  dormant, so it does nothing" : ""
        return ["  \(name)\(dormant)"]
            + rules.map { line(of: $0) }
            + (ruleset.containers.map { ["    containers  \(names($0))"] } ?? [])
    }

    /// Why a table is rightly missing.
    private func reason(_ version: IPVersion) -> String {
        guard let invalid = state.invalid, policy.invalid.mode == .drop || policy.invalid.mode == .input else {
            return ""
        }
        if invalid.loose == 0 { return ": nf_conntrack_tcp_loose is 0" }
        let isIdle = policy.invalid.place == .translated && invalid.tracking(version) == .unused
        return isIdle ? ": nothing here translates or tracks \(version)" : ""
    }

    private func line(of rule: CountedRule) -> String {
        let counted = rule.counter.map { "\($0.packets) packets, \($0.bytes) bytes" } ?? "not counted"
        return "    \(printable(rule.chain))  \(counted)  \(printable(rule.comment ?? ""))"
    }

    private func names(_ interfaces: [InterfaceName]) -> String {
        interfaces.isEmpty ? "none" : interfaces.joined(separator: ", ")
    }

    private var conntrackSection: [String] {
        guard let table = state.conntrack else {
            return failures.isEmpty ? ["Connection tracking is not loaded, so there is no table."] : []
        }
        var lines = ["Connection tracking (policy: max \(policy.conntrack.max.text))"]
        let cost = table.max > 0 ? "; up to \(ConntrackSnapshot.memoryWhenFull(table.max)) when full" : ""
        lines.append("  entries  \(table.fill.text)\(cost)")
        lines.append("  buckets  \(table.buckets)")
        if let seconds = table.tcpEstablishedTimeout { lines.append("  timeout of established TCP  \(seconds) s") }
        if let seconds = table.genericTimeout { lines.append("  timeout of other protocols  \(seconds) s") }
        for trouble in troubles {
            lines.append("  \(trouble.name)  \(trouble.count)")
            if trouble.count > 0 { lines += ["    \(trouble.meaning)", "    what helps: \(trouble.remedy)"] }
        }
        if let last = evidence.tableFull?.last {
            lines.append(
                "  kernel log  \"table full\" \(evidence.tableFull?.count ?? 0) times, last \(ago(last.time)): \(printable(last.text))"
            )
        }
        return lines
    }

    private func ago(_ time: Int) -> String {
        let seconds = max(Machine.secondsSinceBoot - time, 0)
        if seconds < 120 { return "\(seconds) seconds ago" }
        return seconds < 7200 ? "\(seconds / 60) minutes ago" : "\(seconds / 3600) hours ago"
    }

    private var noteLines: [String] { (notes + evidence.conflicts).map { "note: \($0)" } }
}

extension Policy.Conntrack.Size {
    /// As the policy document writes it.
    var text: String {
        switch self {
        case .automatic: "auto"
        case .entries(let entries): "\(entries)"
        case .keep: "keep"
        }
    }
}
