import CMnl
import CNftnl
public import Netlink

/// One step of a rule, as `nft(8)` writes it. Steps are carried out in order until one does not match.
public enum Expression: Hashable, Sendable {
    /// `iifname != "NAME"`
    case inputInterfaceIsNot(InterfaceName)
    /// `iifname @SET`
    case inputInterfaceIn(InterfaceSet)
    /// `oifname != "NAME"`
    case outputInterfaceIsNot(InterfaceName)
    /// `oifname != @SET`
    case outputInterfaceNotIn(InterfaceSet)
    /// `meta l4proto tcp`
    case isTCP
    /// `ct state invalid`
    case isInvalid
    /// `tcp flags & (fin|rst) != 0`
    case closesConnection
    /// `tcp flags & rst == 0`
    case isNoReset
    /// `tcp flags & (syn|rst) == 0`
    case isInMidstream
    /// `tcp flags & (rst|ack) == rst`
    case isBareReset
    /// `socket wildcard 0`: a socket of this host takes the packet and is bound to one address. Linux 5.10.
    case hasBoundSocket
    /// `fib saddr type local`
    case isFromThisHost
    /// `fib saddr . iif oif exists`: the sender lives behind the interface the packet came in by. In a chain of hook forward
    /// since Linux 5.16 or so.
    case isRoutedBack
    /// `update @SET { ip saddr . tcp sport . ip daddr . tcp dport }`
    case remember(SegmentSet)
    /// `ip saddr . tcp sport . ip daddr . tcp dport @SET`
    case isRemembered(SegmentSet)
    /// `ip daddr . tcp dport . ip saddr . tcp sport @SET`
    case answersRemembered(SegmentSet)
    /// `counter`
    case counter
    case accept
    case drop
}

extension Expression {
    /// Appends the kernel's expressions for this step, the same that nft makes, to a rule's message.
    @inline(never)
    func append(to rule: inout Request) {
        switch self {
        case .inputInterfaceIsNot(let name): rule.interface(NFT_META_IIFNAME, isNot: name)
        case .outputInterfaceIsNot(let name): rule.interface(NFT_META_OIFNAME, isNot: name)
        case .inputInterfaceIn(let set): rule.interface(NFT_META_IIFNAME, in: set)
        case .outputInterfaceNotIn(let set): rule.interface(NFT_META_OIFNAME, in: set, isInverted: true)
        case .isTCP:
            rule.meta(NFT_META_L4PROTO)
            rule.compare(NFT_CMP_EQ, [UInt8(IPPROTO_TCP)])
        case .isInvalid: rule.isInvalid()
        case .closesConnection: rule.tcpFlags(TCPFlags.fin | TCPFlags.rst, NFT_CMP_NEQ, 0)
        case .isNoReset: rule.tcpFlags(TCPFlags.rst, NFT_CMP_EQ, 0)
        case .isInMidstream: rule.tcpFlags(TCPFlags.syn | TCPFlags.rst, NFT_CMP_EQ, 0)
        case .isBareReset: rule.tcpFlags(TCPFlags.rst | TCPFlags.ack, NFT_CMP_EQ, TCPFlags.rst)
        case .hasBoundSocket: rule.hasBoundSocket()
        case .isFromThisHost:
            rule.route(NFT_FIB_RESULT_ADDRTYPE, NFTA_FIB_F_SADDR.rawValue)
            rule.compare(NFT_CMP_EQ, UInt32(RTN_LOCAL).bytes)
        case .isRoutedBack:
            let flags = NFTA_FIB_F_SADDR.rawValue | NFTA_FIB_F_IIF.rawValue | NFTA_FIB_F_PRESENT.rawValue
            rule.route(NFT_FIB_RESULT_OIF, flags)
            rule.compare(NFT_CMP_EQ, UInt32(1).bytes)
        case .remember(let set):
            rule.loadSegment(set.table.version, isReversed: false)
            rule.update(set)
        case .isRemembered(let set):
            rule.loadSegment(set.table.version, isReversed: false)
            rule.lookup(set.name, set.batchID)
        case .answersRemembered(let set):
            rule.loadSegment(set.table.version, isReversed: true)
            rule.lookup(set.name, set.batchID)
        case .counter: rule.add("counter") { _ in }
        case .accept: rule.verdict(NF_ACCEPT)
        case .drop: rule.verdict(NF_DROP)
        }
    }
}

/// An interface name as nftables compares it: all 16 bytes, zeros behind the name.
package func paddedInterfaceName(_ name: InterfaceName) -> [UInt8] { name.withPaddedBytes { [UInt8]($0) } }

extension UInt32 {
    /// In host byte order.
    fileprivate var bytes: [UInt8] { withUnsafeBytes(of: self) { [UInt8]($0) } }
}

/// The bits of byte 13 of the TCP header, RFC 9293 section 3.1.
private enum TCPFlags {
    static let fin: UInt8 = 1
    static let syn: UInt8 = 2
    static let rst: UInt8 = 4
    static let ack: UInt8 = 16
}

/// The few kernel expressions that the steps above consist of.
extension Request {
    fileprivate mutating func interface(_ key: nft_meta_keys, isNot name: InterfaceName) {
        meta(key)
        compare(NFT_CMP_NEQ, paddedInterfaceName(name))
    }

    fileprivate mutating func interface(_ key: nft_meta_keys, in set: InterfaceSet, isInverted: Bool = false) {
        meta(key)
        lookup(set.name, set.batchID, isInverted: isInverted)
    }

    /// `ct state invalid`
    fileprivate mutating func isInvalid() {
        add("ct") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_CT_KEY), NFT_CT_STATE.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_CT_DREG), NFT_REG_1.rawValue)
        }
        // NF_CT_STATE_INVALID_BIT of linux/netfilter/nf_conntrack_common.h, in host byte order.
        hasAnyBit(of: UInt32(1).bytes)
    }

    /// `socket wildcard 0`
    fileprivate mutating func hasBoundSocket() {
        add("socket") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_SOCKET_KEY), NFT_SOCKET_WILDCARD.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_SOCKET_DREG), NFT_REG_1.rawValue)
        }
        compare(NFT_CMP_EQ, [0])
    }

    fileprivate mutating func add(_ name: StaticString, _ configure: (OpaquePointer) -> Void) {
        // A static string ends with NUL.
        let characters = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        // NULL only if memory is short or libnftnl lacks the expression; without it the rule would mean something else.
        guard let expression = nftnl_expr_alloc(characters) else {
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

    fileprivate mutating func hasAnyBit(of mask: [UInt8]) {
        self.mask(mask)
        compare(NFT_CMP_NEQ, [UInt8](repeating: 0, count: mask.count))
    }

    /// Applies a mask to register 1.
    private mutating func mask(_ mask: [UInt8]) {
        let zeros = [UInt8](repeating: 0, count: mask.count)
        add("bitwise") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_BITWISE_SREG), NFT_REG_1.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_BITWISE_DREG), NFT_REG_1.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_BITWISE_LEN), UInt32(mask.count))
            nftnl_expr_set(expression, UInt16(NFTNL_EXPR_BITWISE_MASK), mask, UInt32(mask.count))
            nftnl_expr_set(expression, UInt16(NFTNL_EXPR_BITWISE_XOR), zeros, UInt32(zeros.count))
        }
    }

    fileprivate mutating func tcpFlags(_ mask: UInt8, _ operation: nft_cmp_ops, _ value: UInt8) {
        load(NFT_PAYLOAD_TRANSPORT_HEADER, offset: 13, length: 1, slot: 0)
        self.mask([mask])
        compare(operation, [value])
    }

    /// Loads a part of the packet. `slot` counts units of 32 bits from register 1.
    private mutating func load(_ base: nft_payload_bases, offset: UInt32, length: UInt32, slot: UInt32) {
        // The kernel has two names for every fourth slot; nft uses the older.
        let register = slot % 4 == 0 ? NFT_REG_1.rawValue + slot / 4 : UInt32(NFT_REG32_00.rawValue) + slot
        add("payload") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_PAYLOAD_BASE), base.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_PAYLOAD_OFFSET), offset)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_PAYLOAD_LEN), length)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_PAYLOAD_DREG), register)
        }
    }

    /// Loads addresses and ports, the source's first: a key of a `SegmentSet`. Reversed, it is the key of the segment that this
    /// one answers.
    fileprivate mutating func loadSegment(_ version: IPVersion, isReversed: Bool) {
        let length = UInt32(version.bits) / 8
        // RFC 791 and RFC 8200: the destination's address follows the source's, as its port does in TCP.
        let source: UInt32 = version == .v4 ? 12 : 8
        var slot: UInt32 = 0
        for isDestination in isReversed ? [true, false] : [false, true] {
            load(
                NFT_PAYLOAD_NETWORK_HEADER, offset: isDestination ? source + length : source, length: length, slot: slot
            )
            slot += length / 4
            load(NFT_PAYLOAD_TRANSPORT_HEADER, offset: isDestination ? 2 : 0, length: 2, slot: slot)
            slot += 1
        }
    }

    fileprivate mutating func lookup(_ set: String, _ id: UInt32, isInverted: Bool = false) {
        add("lookup") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_LOOKUP_SREG), NFT_REG_1.rawValue)
            set.withCString { _ = nftnl_expr_set_str(expression, UInt16(NFTNL_EXPR_LOOKUP_SET), $0) }
            // A set of the same batch is known by its id alone.
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_LOOKUP_SET_ID), id)
            if isInverted {
                nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_LOOKUP_FLAGS), UInt32(NFT_LOOKUP_F_INV.rawValue))
            }
        }
    }

    fileprivate mutating func route(_ result: nft_fib_result, _ flags: UInt32) {
        add("fib") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_FIB_DREG), NFT_REG_1.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_FIB_RESULT), result.rawValue)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_FIB_FLAGS), flags)
        }
    }

    fileprivate mutating func update(_ set: SegmentSet) {
        add("dynset") { expression in
            set.name.withCString { _ = nftnl_expr_set_str(expression, UInt16(NFTNL_EXPR_DYNSET_SET_NAME), $0) }
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_DYNSET_SET_ID), set.batchID)
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_DYNSET_OP), UInt32(NFT_DYNSET_OP_UPDATE.rawValue))
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_DYNSET_SREG_KEY), NFT_REG_1.rawValue)
        }
    }

    fileprivate mutating func verdict(_ code: Int32) {
        add("immediate") { expression in
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_IMM_DREG), UInt32(NFT_REG_VERDICT.rawValue))
            nftnl_expr_set_u32(expression, UInt16(NFTNL_EXPR_IMM_VERDICT), UInt32(code))
        }
    }
}
