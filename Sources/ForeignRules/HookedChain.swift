import CKernel
import Firewall
import LinuxSystem
import Netlink

/// A base chain for IP packets, from a dump of chains.
struct HookedChain {
    /// `NFPROTO_IPV4`, `NFPROTO_IPV6` or `NFPROTO_INET`.
    let family: UInt8
    let table: String
    let name: String
    /// `NF_INET_…`
    let hook: Int
    let priority: Int32?
    /// Whether its type is nat.
    let translates: Bool

    /// From one message; nil for a chain of another family, or without a hook.
    init?(_ message: Message) {
        guard let header = message.familyHeader(nfgenmsg.self),
            [UInt8(AF_INET), UInt8(AF_INET6), UInt8(NFPROTO_INET)].contains(header.nfgen_family)
        else { return nil }
        let attributes = message.attributes(after: nfgenmsg.self)
        let data = ExpressionData(attributes)
        guard let table = data.string(NFTA_CHAIN_TABLE), let name = data.string(NFTA_CHAIN_NAME),
            let place = attributes.first(NFTA_CHAIN_HOOK)?.nested
        else { return nil }
        let entrance = ExpressionData(place)
        guard let hook = entrance.number(NFTA_HOOK_HOOKNUM) else { return nil }
        family = header.nfgen_family
        self.table = table
        self.name = name
        self.hook = hook
        priority = entrance.number(NFTA_HOOK_PRIORITY).map { Int32(truncatingIfNeeded: $0) }
        translates = data.string(NFTA_CHAIN_TYPE) == "nat"
    }

    /// The IP versions whose packets pass through a family's chains.
    static func versions(_ family: UInt8) -> [IPVersion] {
        IPVersion.allCases.filter { $0.addressFamily == family || family == UInt8(NFPROTO_INET) }
    }
}
