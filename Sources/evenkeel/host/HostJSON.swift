import Firewall
import ForeignRules
import HostCare
import JSON
import Keel
import LinuxSystem

/// The report for programs. Its `version` rises when a key changes its meaning or is removed.
extension HostReport {
    var json: JSON {
        .object([
            .init("version", .integer(1)), .init("verdict", .string(verdict.rawValue)),
            .init("toDo", .array(plan.changes.map { ChangeLine($0).json })),
            .init("invalid", state.invalid.map { json(of: $0) } ?? .null),
            .init("conntrack", state.conntrack.map { json(of: $0) } ?? .null),
            .init("conflicts", strings(evidence.conflicts)), .init("notes", strings(notes)),
            .init("errors", strings(errors)),
        ])
    }

    /// The answer if nothing could be looked at.
    static func json(failure: String) -> JSON {
        .object([
            .init("version", .integer(1)), .init("verdict", .string(Verdict.unknown.rawValue)),
            .init("toDo", .array([])),
            .init("invalid", .null), .init("conntrack", .null), .init("conflicts", .array([])),
            .init("notes", .array([])),
            .init("errors", .array([.string(failure)])),
        ])
    }

    private func json(of invalid: HostSnapshot) -> JSON {
        .object([
            .init("mode", .string(policy.invalid.mode.rawValue)),
            .init("where", .string(policy.invalid.place.rawValue)),
            .init(
                "tables",
                .array([
                    table("ip", invalid.ipv4, invalid.trackingOfIPv4, evidence.ipv4Rules),
                    table("ip6", invalid.ipv6, invalid.trackingOfIPv6, evidence.ipv6Rules),
                ])),
            .init("others", .array(evidence.foreignRules.map { json(of: $0) })),
            .init("tcpBeLiberal", number(invalid.beLiberal)), .init("tcpLoose", number(invalid.loose)),
        ])
    }

    private func table(
        _ family: String, _ ruleset: HostSnapshot.Ruleset, _ tracking: HostSnapshot.Tracking?, _ rules: [CountedRule]
    ) -> JSON {
        .object([
            .init("family", .string(family)), .init("state", .string(ruleset.state.rawValue)),
            // How others use connection tracking in this family: "translated", "tracked", "unused".
            .init("tracking", tracking.map { .string($0.rawValue) } ?? .null),
            .init(
                "rules",
                .array(
                    rules.map {
                        .object([
                            .init("chain", .string($0.chain)),
                            .init("comment", $0.comment.map { .string($0) } ?? .null),
                            .init("packets", number($0.counter.map { Int(clamping: $0.packets) })),
                            .init("bytes", number($0.counter.map { Int(clamping: $0.bytes) })),
                        ])
                    })),
            .init("containers", ruleset.containers.map { strings($0.map { $0.text }) } ?? .null),
        ])
    }

    private func json(of rule: ForeignRule) -> JSON {
        let effect = rule.effect == .dropsInvalid ? "drops-invalid" : "does-not-track"
        return .object([.init("rule", .string(rule.description)), .init("effect", .string(effect))])
    }

    private func json(of table: ConntrackSnapshot) -> JSON {
        .object([
            .init("entries", number(table.entries)), .init("max", number(table.max)),
            .init("wantedMax", number(table.wantedMax(policy.conntrack.max))),
            .init("percent", number(table.fill.percent)), .init("nearlyFull", .boolean(isNearlyFull)),
            .init("buckets", number(table.buckets)),
            .init("tcpEstablishedTimeout", number(table.tcpEstablishedTimeout)),
            .init("genericTimeout", number(table.genericTimeout)),
            .init("statistics", .object(troubles.map { .init($0.name, .integer(Int64($0.count))) })),
            .init("tableFullInKernelLog", number(evidence.tableFull?.count)),
        ])
    }

    private func number(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }

    private func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
}
