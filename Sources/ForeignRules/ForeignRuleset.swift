import CKernel
import Firewall
public import LinuxSystem
public import Netlink

/// A chain that packets enter from a hook, `nft(8)`.
struct BaseChain: Equatable {
    let family: UInt8
    let table: String
    let name: String
    let hook: ForeignRule.Hook
    let priority: Int32
    /// Whether its type is nat. Such a chain sees only the first packet of a connection, so never an INVALID one.
    let translates: Bool

    var versions: [IPVersion] { HookedChain.versions(family) }

    var familyName: String {
        switch Int32(family) {
        case AF_INET: "ip"
        case AF_INET6: "ip6"
        default: "inet"
        }
    }
}

extension BaseChain {
    /// From one message of a dump of chains; nil if it is no base chain, or at a hook that does not matter here.
    init?(_ message: Message) {
        guard let chain = HookedChain(message), let hook = ForeignRule.Hook(number: chain.hook),
            let priority = chain.priority
        else { return nil }
        self.init(
            family: chain.family, table: chain.table, name: chain.name, hook: hook, priority: priority,
            translates: chain.translates)
    }
}

extension ForeignRule.Hook {
    /// `NF_INET_…` of `linux/netfilter.h`.
    init?(number: Int) {
        switch UInt32(truncatingIfNeeded: number) {
        case NF_INET_PRE_ROUTING.rawValue: self = .prerouting
        case NF_INET_LOCAL_IN.rawValue: self = .input
        case NF_INET_LOCAL_OUT.rawValue: self = .output
        default: return nil
        }
    }

    var number: Int {
        switch self {
        case .prerouting: Int(NF_INET_PRE_ROUTING.rawValue)
        case .input: Int(NF_INET_LOCAL_IN.rawValue)
        case .output: Int(NF_INET_LOCAL_OUT.rawValue)
        }
    }
}

extension Socket {
    /// The most readings of a ruleset that changes meanwhile.
    private static let readings = 16

    /// Finds the rules of others' nftables tables for INVALID TCP segments, in the order in which packets meet them.
    ///
    /// Reads only chains that such segments reach. `own`: tables of that name in the families ip and ip6 are left out. If
    /// somebody keeps changing the ruleset, the last reading may mix several moments.
    public mutating func foreignRules(besides own: String) throws(KernelError) -> [ForeignRule] {
        var latest: [ForeignRule]?
        for _ in 0..<Self.readings {
            let generation = try generation()
            do {
                let rules = try readForeignRules(besides: own)
                if try self.generation() == generation { return rules }
                latest = rules
            } catch {
                // ENOENT: a chain or set was deleted between the reading of its name and of its content.
                guard error.errno == .noEntry else { throw error }
            }
        }
        if let latest { return latest }
        throw KernelError(
            "read the rules of others", .interrupted,
            explanation: "the ruleset changed during each of \(Self.readings) readings")
    }

    private mutating func readForeignRules(besides own: String) throws(KernelError) -> [ForeignRule] {
        let asleep = try dump(.tables()) { SleepingTable($0) }
        let chains = try dump(.chains()) { BaseChain($0) }.filter { chain in
            !chain.translates && !asleep.contains(SleepingTable(family: chain.family, name: chain.table))
                && !(chain.table == own && chain.family != UInt8(NFPROTO_INET))
        }
        var rules: [ForeignRule] = []
        for chain in chains.sorted(by: { ($0.hook.number, $0.priority) < ($1.hook.number, $1.priority) }) {
            for version in chain.versions {
                for finding in try filterTable(of: chain, version).follow(from: chain.name)
                where finding.effect.matters(at: chain.hook) {
                    rules.merge(
                        ForeignRule(
                            finding.effect, [version], chain.hook,
                            .nftables(family: chain.familyName, table: chain.table, chain: finding.chain),
                            isLimited: finding.isLimited))
                }
            }
        }
        return rules
    }

    /// The chains that INVALID segments reach from a base chain.
    private mutating func filterTable(
        of base: BaseChain, _ version: IPVersion
    ) throws(KernelError) -> FilterTable {
        var table = FilterTable()
        var sets: [String: VerdictSet] = [:]
        var waiting = [base.name]
        while let chain = waiting.popLast() {
            guard table.chains[chain] == nil else { continue }
            var effects: [RuleEffect] = []
            for steps in try dump(.rules(base.family, base.table, chain), { [RuleStep](rule: $0, of: chain) }) {
                while true {
                    let known = sets
                    let reading = RuleReading.effects(of: steps, version) { known[$0] }
                    if reading.missing.isEmpty {
                        effects += reading.effects
                        break
                    }
                    for name in reading.missing { sets[name] = try verdictSet(base.family, base.table, name) }
                }
            }
            table.chains[chain] = effects
            for effect in effects where effect.share != .none {
                switch effect.verdict {
                case .jump(let target), .goto(let target): waiting.append(target)
                default: break
                }
            }
        }
        return table
    }

    private mutating func verdictSet(
        _ family: UInt8, _ table: String, _ name: String
    ) throws(KernelError) -> VerdictSet {
        var set = VerdictSet()
        for part in try dump(.elements(family, table, name), { VerdictSet($0) }) {
            set.elements += part.elements
            set.hasRanges = set.hasRanges || part.hasRanges
        }
        return set
    }
}

/// A dormant table, whose chains see no packets.
private struct SleepingTable: Equatable {
    let family: UInt8
    let name: String
}

extension SleepingTable {
    init?(_ message: Message) {
        let data = ExpressionData(message.attributes(after: nfgenmsg.self))
        guard let header = message.familyHeader(nfgenmsg.self), let name = data.string(NFTA_TABLE_NAME),
            (data.number(NFTA_TABLE_FLAGS) ?? 0) & Int(NFT_TABLE_F_DORMANT.rawValue) != 0
        else { return nil }
        self.init(family: header.nfgen_family, name: name)
    }
}

extension [RuleStep] {
    /// Nil if the rule is in another chain: kernels that do not filter by chain list those as well.
    init?(rule message: Message, of chain: String) {
        let attributes = message.attributes(after: nfgenmsg.self)
        guard attributes.first(NFTA_RULE_CHAIN)?.string == chain else { return nil }
        self = attributes.first(NFTA_RULE_EXPRESSIONS)?.nested.map { RuleStep($0) } ?? []
    }
}

extension VerdictSet {
    /// The elements in one message of a dump.
    init(_ message: Message) {
        for list in message.attributes(after: nfgenmsg.self)
        where list.type == Int(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) {
            for element in list.nested {
                let data = ExpressionData(element.nested)
                let flags = data.number(NFTA_SET_ELEM_FLAGS) ?? 0
                if flags & Int(NFT_SET_ELEM_INTERVAL_END.rawValue) != 0 || !data.bytes(NFTA_SET_ELEM_KEY_END).isEmpty {
                    hasRanges = true
                }
                let verdict = element.nested.first(NFTA_SET_ELEM_DATA).map { _ in data.verdict(NFTA_SET_ELEM_DATA) }
                elements.append(Element(key: data.value(NFTA_SET_ELEM_KEY), verdict: verdict))
            }
        }
    }
}
