import CMnl
import CNftnl
public import LinuxSystem
public import Netlink

/// A change of nftables' ruleset, as its own notifications say it. Those of one transaction come together; `generation` ends it.
public enum RulesetEvent {
    /// A table was made or deleted, in a family of nftables': `NFPROTO_…`.
    case table(String, family: UInt8, isGone: Bool)
    /// A chain, a rule, a set or its elements were changed.
    case part(of: String, family: UInt8, isGone: Bool)
    /// A base chain that translates addresses was made.
    case translation
    /// The transaction's end: the process that made it, and its name.
    case generation(process: UInt32, program: String)
}

extension RulesetEvent {
    package init?(_ message: Message) {
        guard message.type >> 8 == UInt16(NFNL_SUBSYS_NFTABLES), let header = message.familyHeader(nfgenmsg.self)
        else { return nil }
        let attributes = message.attributes(after: nfgenmsg.self)
        let family = header.nfgen_family
        switch UInt32(message.type & 0xff) {
        case NFT_MSG_NEWTABLE.rawValue, NFT_MSG_DELTABLE.rawValue:
            guard let name = attributes.first(NFTA_TABLE_NAME)?.string else { return nil }
            let isGone = UInt32(message.type & 0xff) == NFT_MSG_DELTABLE.rawValue
            self = .table(name, family: family, isGone: isGone)
        case NFT_MSG_NEWCHAIN.rawValue:
            if attributes.first(NFTA_CHAIN_TYPE)?.string == "nat" {
                self = .translation
            } else {
                guard let name = attributes.first(NFTA_CHAIN_TABLE)?.string else { return nil }
                self = .part(of: name, family: family, isGone: false)
            }
        // The table's name is attribute 1 of all of them.
        case NFT_MSG_NEWRULE.rawValue, NFT_MSG_NEWSET.rawValue, NFT_MSG_NEWSETELEM.rawValue:
            guard let name = attributes.first(NFTA_RULE_TABLE)?.string else { return nil }
            self = .part(of: name, family: family, isGone: false)
        case NFT_MSG_DELCHAIN.rawValue, NFT_MSG_DELRULE.rawValue, NFT_MSG_DELSET.rawValue, NFT_MSG_DELSETELEM.rawValue:
            guard let name = attributes.first(NFTA_RULE_TABLE)?.string else { return nil }
            self = .part(of: name, family: family, isGone: true)
        case NFT_MSG_NEWGEN.rawValue:
            let process = attributes.first(NFTA_GEN_PROC_PID)?.uint32.map { UInt32(bigEndian: $0) } ?? 0
            self = .generation(process: process, program: attributes.first(NFTA_GEN_PROC_NAME)?.string ?? "")
        default: return nil
        }
    }
}

extension EventSocket {
    /// Reads what is there as events of the ruleset.
    public func drain(into events: inout [RulesetEvent]) throws(KernelError) -> Reading {
        try drain { message, _ in
            if let event = RulesetEvent(message) { events.append(event) }
        }
    }
}
