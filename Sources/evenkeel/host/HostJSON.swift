import Firewall
import ForeignRules
import HostCare
import JSON
import Keel
import LinuxSystem

/// The report for programs.
extension HostReport {
    var answer: Answer {
        Answer(
            verdict,
            [
                .init("toDo", .array(plan.changes.map { ChangeLine($0).json() })),
                .init("invalid", state.invalid.map { json(of: $0) } ?? .null),
                .init("conntrack", state.conntrack.map { json(of: $0) } ?? .null),
                .init("conflicts", JSON(evidence.conflicts)), .init("notes", JSON(notes)),
                .init("errors", JSON(errors)),
            ], error: errors.isEmpty ? nil : errors.joined(separator: "; "))
    }

    /// The answer if nothing could be looked at.
    static func answer(failure: String) -> Answer {
        Answer(
            Verdict.unknown,
            [
                .init("toDo", .array([])), .init("invalid", .null), .init("conntrack", .null),
                .init("conflicts", .array([])), .init("notes", .array([])), .init("errors", JSON([failure])),
            ], error: failure)
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
            .init("tcpBeLiberal", JSON(invalid.beLiberal)), .init("tcpLoose", JSON(invalid.loose)),
        ])
    }

    private func table(
        _ family: String, _ ruleset: HostSnapshot.Ruleset, _ tracking: HostSnapshot.Tracking?, _ rules: [CountedRule]
    ) -> JSON {
        .object([
            .init("family", .string(family)), .init("state", .string(ruleset.state.rawValue)),
            // How others use connection tracking in this family: "translated", "tracked", "unused".
            .init("tracking", JSON(tracking?.rawValue)),
            .init(
                "rules",
                .array(
                    rules.map {
                        .object([
                            .init("chain", .string($0.chain)),
                            .init("comment", JSON($0.comment)),
                            .init("packets", JSON($0.counter.map { Int(clamping: $0.packets) })),
                            .init("bytes", JSON($0.counter.map { Int(clamping: $0.bytes) })),
                        ])
                    })),
            .init("containers", ruleset.containers.map { JSON($0.map { $0.text }) } ?? .null),
        ])
    }

    private func json(of rule: ForeignRule) -> JSON {
        let effect = rule.effect == .dropsInvalid ? "drops-invalid" : "does-not-track"
        return .object([.init("rule", .string(rule.description)), .init("effect", .string(effect))])
    }

    private func json(of table: ConntrackSnapshot) -> JSON {
        .object([
            .init("entries", JSON(table.entries)), .init("max", JSON(table.max)),
            .init("wantedMax", JSON(table.wantedMax(policy.conntrack.max))),
            .init("percent", JSON(table.fill.percent)), .init("nearlyFull", .boolean(isNearlyFull)),
            .init("buckets", JSON(table.buckets)),
            .init("tcpEstablishedTimeout", JSON(table.tcpEstablishedTimeout)),
            .init("genericTimeout", JSON(table.genericTimeout)),
            .init("statistics", .object(troubles.map { .init($0.name, .integer(Int64($0.count))) })),
            .init("tableFullInKernelLog", JSON(evidence.tableFull?.count)),
        ])
    }
}
