import CKernel
import LinuxSystem
import LinuxTools
import Netlink

@testable import Firewall
@testable import ForeignRules
@testable import HostCare

// Rules of others, which anybody with rights over a network namespace makes.

extension FuzzTarget {
    static let nftables = FuzzTarget(
        name: "nftables", input: "a datagram of nftables: chains, rules, elements of sets"
    ) { bytes in
        withMessages(bytes) { messages in
            var sets = VerdictSet()
            var bases: [BaseChain] = []
            for message in messages {
                let part = VerdictSet(message)
                sets.elements += part.elements
                sets.hasRanges = sets.hasRanges || part.hasRanges
                if let base = BaseChain(message) { bases.append(base) }
                _ = CountedRule(message)
            }
            for version in IPVersion.allCases { follow(messages, sets, version) }
            translate(messages)
            for base in bases { require(base.versions.isEmpty == (base.familyName == ""), "a chain of no family") }
        }
    }

    /// Reads each rule for an INVALID segment, and follows that segment through the chains.
    private static func follow(_ messages: [Message], _ set: VerdictSet, _ version: IPVersion) {
        var table = FilterTable()
        for message in messages {
            guard let chain = message.attributes(after: nfgenmsg.self).first(NFTA_RULE_CHAIN)?.string,
                let steps = [RuleStep](rule: message, of: chain)
            else { continue }
            let unread = RuleReading.effects(of: steps, version) { _ in nil }
            let read = RuleReading.effects(of: steps, version) { _ in set }
            require(read.missing.isEmpty, "a set that was read is missing")
            require(!read.effects.isEmpty && !unread.effects.isEmpty, "a rule without an effect")
            table.chains[chain, default: []] += read.effects
        }
        for chain in table.chains.keys.sorted().prefix(8) { _ = table.follow(from: chain) }
    }

    private static func translate(_ messages: [Message]) {
        var table = TranslationRules.Table(versions: IPVersion.allCases)
        for message in messages {
            let attributes = message.attributes(after: nfgenmsg.self)
            guard let chain = attributes.first(NFTA_RULE_CHAIN)?.string else { continue }
            table.chains[chain, default: []].append(TranslationRules.Rule(attributes))
        }
        table.entrances = table.chains.keys.sorted().map { (.postrouting, $0) }
        requireAnswers(table)
    }

    private static func requireAnswers(_ table: TranslationRules.Table) {
        var rules = TranslationRules()
        rules.tables = [table]
        for address in ["10.89.1.5", "fd00:89:1::5"].compactMap({ IPAddress($0) }) {
            let isSource = rules.mayTranslate(source: address)
            // Whoever rules out one address has not ruled out all.
            require(!isSource || table.reaches(.source, from: .postrouting, nil), "only one address is translated")
        }
        for version in IPVersion.allCases { _ = rules.mayTranslateArrivals(version) }
    }

    static let legacy = FuzzTarget(
        name: "iptables-legacy", input: "five offsets of hooks, four bytes each, and the entries of a table"
    ) { input in
        for version in IPVersion.allCases {
            var choices = Choices(input)
            let hooks: [Int?] = (0..<5).map { _ in
                let offset: UInt32 = choices.number()
                return offset == .max ? nil : Int(offset)
            }
            let table = LegacyTable(name: "filter", hookEntries: hooks, entries: choices.remainder())
            if case .success(let rules) = reading({ () throws(KernelError) in
                try [ForeignRule].foreign(in: table, version)
            }) {
                require(rules.allSatisfy { $0.versions == [version] }, "a rule for another version")
            }
            if case .success(let table) = reading({ () throws(KernelError) in
                try TranslationRules.Table(legacy: table, version)
            }) {
                requireAnswers(table)
            }
        }
    }

    static let rulesets = [nftables, legacy]
}
