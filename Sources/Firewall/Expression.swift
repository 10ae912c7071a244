import CNftnl
import Netlink

/// One step of a rule, as `nft(8)` writes it. Steps are carried out in order until one does not match.
public enum Expression: Hashable, Sendable {
    /// `iifname != "NAME"`
    case inputInterfaceIsNot(String)
    /// `iifname @SET`
    case inputInterfaceIn(InterfaceSet)
    /// `meta l4proto tcp`
    case isTCP
    /// `ct state invalid`
    case isInvalid
    /// `tcp flags & (fin|rst) != 0`
    case closesConnection
    /// `socket wildcard 0`: a socket of this host takes the packet and is bound to one address. Linux 5.10.
    case hasBoundSocket
    /// `counter`
    case counter
    case accept
    case drop
}

extension Expression {
    /// Appends the kernel's expressions for this step, the same that nft makes, to the list in a rule's message.
    func append(to rule: inout Request) {
        switch self {
        case .inputInterfaceIsNot(let name):
            rule.meta(NFT_META_IIFNAME)
            rule.compare(NFT_CMP_NEQ, paddedInterfaceName(name))
        case .inputInterfaceIn(let set):
            rule.meta(NFT_META_IIFNAME)
            rule.add("lookup") { expression in
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_LOOKUP_SREG), NFT_REG_1.rawValue)
                set.name.withCString { _ = nftnl_expr_set_str(expression, UInt16(NFTNL_EXPR_LOOKUP_SET), $0) }
                // A set made in the same batch is known by its id alone.
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_LOOKUP_SET_ID), set.batchID)
            }
        case .isTCP:
            rule.meta(NFT_META_L4PROTO)
            rule.compare(NFT_CMP_EQ, [UInt8(IPPROTO_TCP)])
        case .isInvalid:
            rule.add("ct") { expression in
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_CT_KEY), NFT_CT_STATE.rawValue)
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_CT_DREG), NFT_REG_1.rawValue)
            }
            // NF_CT_STATE_INVALID_BIT of linux/netfilter/nf_conntrack_common.h, in host byte order.
            rule.hasAnyBit(of: UInt32(1).bytes)
        case .closesConnection:
            rule.add("payload") { expression in
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_PAYLOAD_BASE), NFT_PAYLOAD_TRANSPORT_HEADER.rawValue)
                // The flags are byte 13 of the TCP header, FIN bit 0 and RST bit 2: RFC 9293 section 3.1.
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_PAYLOAD_OFFSET), 13)
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_PAYLOAD_LEN), 1)
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_PAYLOAD_DREG), NFT_REG_1.rawValue)
            }
            rule.hasAnyBit(of: [0x05])
        case .hasBoundSocket:
            rule.add("socket") { expression in
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_SOCKET_KEY), NFT_SOCKET_WILDCARD.rawValue)
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_SOCKET_DREG), NFT_REG_1.rawValue)
            }
            rule.compare(NFT_CMP_EQ, [0])
        case .counter: rule.add("counter") { _ in }
        case .accept: rule.verdict(NF_ACCEPT)
        case .drop: rule.verdict(NF_DROP)
        }
    }
}

/// An interface name as nftables compares it: all 16 bytes, zeros behind the name.
func paddedInterfaceName(_ name: String) -> [UInt8] {
    let bytes = Array(name.utf8.prefix(15))
    return bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
}

extension UInt32 {
    /// In host byte order.
    fileprivate var bytes: [UInt8] { withUnsafeBytes(of: self) { [UInt8]($0) } }
}

/// The few kernel expressions the steps above are made of.
extension Request {
    fileprivate mutating func add(_ name: String, _ configure: (OpaquePointer) -> Void) {
        // NULL only when memory is out or libnftnl lacks the expression, and then the rule would mean something else.
        guard let expression = name.withCString({ nftnl_expr_alloc($0) }) else {
            preconditionFailure("libnftnl has no \(name)")
        }
        defer { nftnl_expr_free(expression) }
        configure(expression)
        put(expression)
    }

    fileprivate mutating func meta(_ key: nft_meta_keys) {
        add("meta") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_META_KEY), key.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_META_DREG), NFT_REG_1.rawValue)
        }
    }

    fileprivate mutating func compare(_ operation: nft_cmp_ops, _ value: [UInt8]) {
        add("cmp") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_CMP_SREG), NFT_REG_1.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_CMP_OP), operation.rawValue)
            nftnl_expr_set(expression, UInt16(NFTNL_EXPR_CMP_DATA), value, UInt32(value.count))
        }
    }

    /// Masks register 1 and compares what is left with zero.
    fileprivate mutating func hasAnyBit(of mask: [UInt8]) {
        let zeros = [UInt8](repeating: 0, count: mask.count)
        add("bitwise") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_BITWISE_SREG), NFT_REG_1.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_BITWISE_DREG), NFT_REG_1.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_BITWISE_LEN), UInt32(mask.count))
            nftnl_expr_set(expression, UInt16(NFTNL_EXPR_BITWISE_MASK), mask, UInt32(mask.count))
            nftnl_expr_set(expression, UInt16(NFTNL_EXPR_BITWISE_XOR), zeros, UInt32(zeros.count))
        }
        compare(NFT_CMP_NEQ, zeros)
    }

    fileprivate mutating func verdict(_ code: Int32) {
        add("immediate") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_IMM_DREG), UInt32(NFT_REG_VERDICT.rawValue))
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_IMM_VERDICT), UInt32(code))
        }
    }
}
