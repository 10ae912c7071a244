import Firewall
public import LinuxSystem
import LinuxTools
public import Netlink

/// The rules that translate addresses in one network namespace, as far as it takes to tell whether there is one for a packet.
///
/// A condition that is not understood is taken for one that may hold: an answer "no" is certain, "yes" is not.
public struct TranslationRules: Sendable {
    /// What a rule does to a packet's addresses.
    struct Action: OptionSet {
        let rawValue: UInt8
        static let source = Action(rawValue: 1)
        static let destination = Action(rawValue: 2)
    }

    /// Where packets enter.
    enum Hook: Sendable {
        case prerouting
        case postrouting
    }

    struct Rule: Sendable {
        /// Whether a packet of a source address may meet its conditions; nil where it asks for no address.
        var admits: (@Sendable (IPAddress) -> Bool)?
        var action: Action = []
        /// The chains that packets may go on in, by their names.
        var targets: [String] = []
        /// Whether a map says in which chain, which may be every one of its table.
        var goesAnywhere = false
    }

    struct Table: Sendable {
        var versions: [IPVersion]
        var chains: [String: [Rule]] = [:]
        var entrances: [(hook: Hook, chain: String)] = []
    }

    var tables: [Table] = []

    init() {}

    /// Whether the source of packets from an address may be translated on their way out.
    public func mayTranslate(source: IPAddress) -> Bool {
        tables.contains { table in
            table.versions.contains(source.version) && table.reaches(.source, from: .postrouting, source)
        }
    }

    /// Whether the destination of packets that come in from elsewhere may be translated, as a published port's is.
    public func mayTranslateArrivals(_ version: IPVersion) -> Bool {
        tables.contains { $0.versions.contains(version) && $0.reaches(.destination, from: .prerouting, nil) }
    }
}

extension TranslationRules.Action: Sendable {}

extension TranslationRules.Table {
    /// Whether a rule with that action may be met from a hook by a packet, of a source address where that is known.
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
    /// More rules than that are looked at for nobody.
    private static let mostRules = 20_000

    /// Those of nftables in the socket's namespace and of iptables-legacy in the calling thread's, which is to be the same; nil
    /// where there are too many. Nothing is made and no module loaded that is not there.
    ///
    /// `hasLegacyTables`: whether the running kernel has iptables-legacy at all, for who has asked before. Afterwards the socket
    /// may be good for nothing more.
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
