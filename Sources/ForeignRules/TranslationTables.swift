import CKernel
import Firewall
import LinuxSystem
import Netlink

// Translation in nftables: base chains of type nat, and the chains that packets reach from them.

/// A base chain of type nat.
private struct TranslationChain {
    let family: UInt8
    let table: String
    let name: String
    let hook: TranslationRules.Hook

    /// From one message of a dump of chains; nil for every other chain.
    init?(_ message: Message) {
        guard let chain = HookedChain(message), chain.translates else { return nil }
        switch UInt32(truncatingIfNeeded: chain.hook) {
        case NF_INET_PRE_ROUTING.rawValue: hook = .prerouting
        case NF_INET_POST_ROUTING.rawValue: hook = .postrouting
        default: return nil
        }
        family = chain.family
        table = chain.table
        name = chain.name
    }

    var versions: [IPVersion] { HookedChain.versions(family) }
}

extension Socket {
    /// The nftables tables that translate. Empty if the kernel has no nftables, nil if they have more than `most` rules.
    mutating func translationTables(unlessMoreThan most: Int) throws(KernelError) -> [TranslationRules.Table]? {
        var chains: [TranslationChain] = []
        do { chains = try dump(.chains()) { TranslationChain($0) } } catch {
            let isMissing = [.notSupported, .familyNotSupported, .protocolNotSupported, .invalid].contains(error.errno)
            guard isMissing else { throw error }
        }
        var tables: [TranslationRules.Table] = []
        var rest = chains
        while let first = rest.first {
            let own = rest.filter { ($0.family, $0.table) == (first.family, first.table) }
            rest.removeAll { ($0.family, $0.table) == (first.family, first.table) }
            var table = TranslationRules.Table(versions: first.versions)
            table.entrances = own.map { ($0.hook, $0.name) }
            var count = 0
            let again = {
                table.chains = [:]
                count = 0
            }
            let isComplete = try read(.rules(first.family, first.table), again: again) { message in
                count += 1
                let attributes = message.attributes(after: nfgenmsg.self)
                if let chain = attributes.first(NFTA_RULE_CHAIN)?.string {
                    table.chains[chain, default: []].append(TranslationRules.Rule(attributes))
                }
                return count <= most
            }
            guard isComplete else { return nil }
            tables.append(table)
        }
        return tables
    }
}

extension TranslationRules.Rule {
    /// From a rule's attributes in a message of a dump.
    init(_ attributes: Attributes) {
        var steps: [RuleStep] = []
        for expression in attributes.first(NFTA_RULE_EXPRESSIONS)?.nested ?? Attributes(.init(start: nil, count: 0)) {
            let name = expression.nested.first(NFTA_EXPR_NAME)?.string ?? ""
            let data = (expression.nested.first(NFTA_EXPR_DATA)?.nested).map { ExpressionData($0) } ?? ExpressionData()
            if let action = TranslationRules.Action(expression: name, data) {
                self.action.formUnion(action)
                continue
            }
            let step = RuleStep(expression)
            switch step {
            case .verdict(.jump(let chain)), .verdict(.goto(let chain)): targets.append(chain)
            case .lookup(_, _, verdict: true, _): goesAnywhere = true
            default: break
            }
            steps.append(step)
        }
        if steps.contains(where: { $0.mayAskForSource }) { admits = { [steps] in steps.mayHold(for: $0) } }
    }
}

extension TranslationRules.Action {
    /// The addresses that an nftables expression translates; nil if none.
    fileprivate init?(expression name: String, _ data: ExpressionData) {
        switch name {
        case "masq": self = .source
        case "nat": self = data.number(NFTA_NAT_TYPE) == Int(NFT_NAT_DNAT.rawValue) ? .destination : .source
        case "target":
            guard let action = Self(target: data.string(NFTA_TARGET_NAME) ?? "") else { return nil }
            self = action
        default: return nil
        }
    }

    /// The addresses that an iptables target translates, `iptables-extensions(8)`; nil if none. `REDIRECT` does not count: it
    /// leads to this namespace's own sockets.
    init?(target name: String) {
        switch name {
        case "MASQUERADE", "SNAT": self = .source
        case "DNAT": self = .destination
        case "NETMAP": self = [.source, .destination]
        default: return nil
        }
    }
}

extension RuleStep {
    /// Whether it may load the source address, or the family, which follows from that address.
    fileprivate var mayAskForSource: Bool {
        switch self {
        case .loadHeader, .load(.family, _): true
        default: false
        }
    }
}

extension [RuleStep] {
    /// Whether a packet from that address may meet the conditions on the source address.
    fileprivate func mayHold(for source: IPAddress) -> Bool {
        var registers = Registers()
        // The offset of the source address in the header: RFC 791, RFC 8200.
        let place = source.version == .v4 ? 12 : 8
        let bytes = source.bytes
        for step in self {
            switch step {
            case .loadHeader(place, let length, let register) where (1...bytes.count).contains(length):
                registers.store(.bytes(Array<UInt8>(bytes.prefix(length)), isState: false), into: register)
            case .mask(let from, let to, let and, let xor):
                guard case .bytes(let known, _) = registers.content(of: from, count: and.count) else {
                    registers.store(.unknown, into: to)
                    continue
                }
                let masked = zip(known, zip(and, xor)).map { $0 & $1.0 ^ $1.1 }
                registers.store(.bytes(masked, isState: false), into: to)
            case .compare(let register, NFT_CMP_EQ, let value):
                if case .bytes(let known, _) = registers.content(of: register, count: value.count), known != value {
                    return false
                }
            case .compare(let register, NFT_CMP_NEQ, let value):
                if case .bytes(let known, _) = registers.content(of: register, count: value.count), known == value {
                    return false
                }
            case .load(.family, let register): registers.load(.family, source.version, into: register)
            case .load(_, let register), .loadHeader(_, _, let register), .store(_, let register):
                registers.store(.unknown, into: register)
            case .unknown: registers.forget()
            case .compare, .lookup, .verdict, .effect, .pass: continue
            }
        }
        return true
    }
}
