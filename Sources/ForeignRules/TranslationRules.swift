import Firewall
public import LinuxSystem
import LinuxTools
public import Netlink

/// The rules that translate addresses in one network namespace, reduced to tell whether one may match a packet.
///
/// A condition that is not understood counts as one that may hold: "no" is certain, "yes" is not.
public struct TranslationRules: Sendable {
    /// The addresses of a packet that a rule translates.
    struct Action: OptionSet {
        let rawValue: UInt8
        static let source = Action(rawValue: 1)
        static let destination = Action(rawValue: 2)
    }

    /// The hook at which packets enter.
    enum Hook: Sendable {
        case prerouting
        case postrouting
    }

    struct Rule: Sendable {
        /// Whether a packet from a source address may meet the conditions; nil if none is about that address.
        var admits: (@Sendable (IPAddress) -> Bool)?
        var action: Action = []
        /// The names of chains that packets may go to.
        var targets: [String] = []
        /// Whether a map chooses the chain: it may be any chain of the table.
        var goesAnywhere = false
    }

    struct Table: Sendable {
        var versions: [IPVersion]
        var chains: [String: [Rule]] = [:]
        var entrances: [(hook: Hook, chain: String)] = []
    }

    var tables: [Table] = []

    init() {}

    /// Whether a rule may translate the source of outgoing packets from an address.
    public func mayTranslate(source: IPAddress) -> Bool {
        tables.contains { table in
            table.versions.contains(source.version) && table.reaches(.source, from: .postrouting, source)
        }
    }

    /// Whether a rule may translate the destination of incoming packets, as for a published port.
    public func mayTranslateArrivals(_ version: IPVersion) -> Bool {
        tables.contains { $0.versions.contains(version) && $0.reaches(.destination, from: .prerouting, nil) }
    }
}

extension TranslationRules.Action: Sendable {}

extension TranslationRules.Table {
    /// Whether a packet from a hook may meet a rule with that action. `source` is its source address, nil if unknown.
    func reaches(_ action: TranslationRules.Action, from hook: TranslationRules.Hook, _ source: IPAddress?) -> Bool {
        var waiting = entrances.filter { $0.hook == hook }.map { $0.chain }
        var seen = Set(waiting)
        while let chain = waiting.popLast() {
            for rule in chains[chain] ?? [] {
                if let source, rule.admits?(source) == false { continue }
                if rule.action.contains(action) { return true }
                for target in rule.goesAnywhere ? Array(chains.keys) : rule.targets
                where seen.insert(target).inserted { waiting.append(target) }
            }
        }
        return false
    }
}

extension Socket {
    /// The most rules that are read.
    private static let mostRules = 20_000

    /// The rules of nftables in the socket's namespace and of iptables-legacy in the calling thread's, which must be the same.
    /// Nil if there are too many. No table is made and no module loaded.
    ///
    /// `hasLegacyTables`: whether the running kernel has iptables-legacy at all, if the caller knows. The socket must not be
    /// used afterwards.
    public mutating func translationRules(hasLegacyTables: Bool = true) throws(KernelError) -> TranslationRules? {
        var rules = TranslationRules()
        guard let tables = try translationTables(unlessMoreThan: Self.mostRules) else { return nil }
        rules.tables = tables
        guard hasLegacyTables else { return rules }
        for version in IPVersion.allCases where try LegacyTable.names(isIPv6: version == .v6).contains("nat") {
            let table = try LegacyTable(reading: "nat", isIPv6: version == .v6)
            rules.tables.append(try TranslationRules.Table(legacy: table, version))
        }
        return rules
    }
}
