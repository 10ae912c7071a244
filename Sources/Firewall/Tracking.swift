import CMnl
import CNftnl
public import LinuxSystem
public import Netlink

// Who else uses connection tracking on this host.

extension Socket {
    /// The versions whose packets nftables translates anywhere: in a base chain of type nat.
    public mutating func translatedVersions() throws(KernelError) -> [IPVersion] {
        try versions(with: .chains()) { attributes in
            attributes.first(NFTA_CHAIN_TYPE)?.string == "nat"
        }
    }

    /// The versions for which a rule uses connection tracking, which switches it on. Rules of tables named `own` in the families
    /// `ip` and `ip6` are ours and do not count.
    public mutating func trackedVersions(besides own: String) throws(KernelError) -> [IPVersion] {
        try versions(with: .rules(), besides: own) { attributes in
            attributes.first(NFTA_RULE_EXPRESSIONS)?.nested.contains { $0.asksForTracking } ?? false
        }
    }

    /// The versions for which the listing has a message that counts, in their own family or in `inet`.
    private mutating func versions(
        with request: borrowing Request, besides own: String? = nil, _ counts: (Attributes) -> Bool
    ) throws(KernelError) -> [IPVersion] {
        let families = try dump(request) { message -> UInt8? in
            let attributes = message.attributes(after: nfgenmsg.self)
            guard counts(attributes), let family = message.familyHeader(nfgenmsg.self)?.nfgen_family else { return nil }
            let isOwn = family != NFPROTO_INET && own != nil && attributes.first(NFTA_RULE_TABLE)?.string == own
            return isOwn ? nil : family
        }
        return IPVersion.allCases.filter {
            families.contains($0.addressFamily) || families.contains(UInt8(NFPROTO_INET))
        }
    }
}

extension Attribute {
    /// Whether a rule's expression is nftables' `ct`, or an iptables match that needs tracking. `notrack` does not.
    fileprivate var asksForTracking: Bool {
        let name = nested.first(NFTA_EXPR_NAME)?.string
        if name == "ct" { return true }
        guard name == "match", let data = nested.first(NFTA_EXPR_DATA),
            let match = data.nested.first(NFTA_MATCH_NAME)?.string
        else { return false }
        // conntrack, connmark, connbytes, connlabel, connlimit.
        return match.begins(with: "conn") || match == "state"
    }
}

extension Attributes {
    /// The first attribute with that nftables type.
    package func first<Type: RawRepresentable<UInt32>>(_ type: Type) -> Attribute? {
        first { $0.type == Int(type.rawValue) }
    }
}
