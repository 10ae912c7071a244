import CKernel
import Firewall
package import LinuxSystem
package import Netlink

/// A chain of any nftables table, and how many rules it has.
package struct ChainSummary: Hashable, Sendable {
    /// As `nft(8)` writes it.
    package let family: String
    package let table: String
    package let name: String
    /// `type nat hook 0 priority -100`; nil for a chain without a hook.
    package let entrance: String?
    package var rules = 0
}

extension ChainSummary {
    init?(_ message: Message) {
        guard let header = message.familyHeader(nfgenmsg.self) else { return nil }
        let attributes = message.attributes(after: nfgenmsg.self)
        let data = ExpressionData(attributes)
        guard let table = data.string(NFTA_CHAIN_TABLE), let name = data.string(NFTA_CHAIN_NAME) else { return nil }
        family = Self.familyName(header.nfgen_family)
        (self.table, self.name) = (table, name)
        let hook = attributes.first(NFTA_CHAIN_HOOK).map { ExpressionData($0.nested) }
        entrance = hook.map { hook in
            let priority = hook.number(NFTA_HOOK_PRIORITY).map { Int32(truncatingIfNeeded: $0) } ?? 0
            return "type \(data.string(NFTA_CHAIN_TYPE) ?? "?") hook "
                + "\(Self.hookName(hook.number(NFTA_HOOK_HOOKNUM), header.nfgen_family)) priority \(priority)"
        }
    }

    fileprivate static func familyName(_ family: UInt8) -> String {
        switch Int(family) {
        case Int(AF_INET): "ip"
        case Int(AF_INET6): "ip6"
        case NFPROTO_INET: "inet"
        case NFPROTO_ARP: "arp"
        case NFPROTO_BRIDGE: "bridge"
        case NFPROTO_NETDEV: "netdev"
        default: "family \(family)"
        }
    }

    private static func hookName(_ number: Int?, _ family: UInt8) -> String {
        let names = ["prerouting", "input", "forward", "output", "postrouting", "ingress"]
        let isIP = [UInt8(AF_INET), UInt8(AF_INET6), UInt8(NFPROTO_INET)].contains(family)
        guard let number, names.indices.contains(number), isIP else { return "\(number ?? -1)" }
        return names[number]
    }
}

extension Socket {
    /// Every chain of every table in the socket's namespace, in the kernel's order. The rules are counted, not read.
    package mutating func chainSummaries() throws(KernelError) -> [ChainSummary] {
        var chains = try dump(.chains()) { ChainSummary($0) }
        var counts: [[String]: Int] = [:]
        _ = try read(.rules(), again: { counts = [:] }) { message in
            let data = ExpressionData(message.attributes(after: nfgenmsg.self))
            if let header = message.familyHeader(nfgenmsg.self), let table = data.string(NFTA_RULE_TABLE),
                let chain = data.string(NFTA_RULE_CHAIN)
            {
                counts[[ChainSummary.familyName(header.nfgen_family), table, chain], default: 0] += 1
            }
            return true
        }
        for index in chains.indices {
            chains[index].rules = counts[[chains[index].family, chains[index].table, chains[index].name]] ?? 0
        }
        return chains
    }
}
