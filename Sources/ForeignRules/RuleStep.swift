import CKernel
import Firewall
import LinuxSystem
import Netlink

/// One expression of an nftables rule, reduced to what an INVALID segment's way depends on.
enum RuleStep: Equatable {
    case load(Field, register: Int)
    /// Loads bytes at an offset of the network header; their meaning depends on the IP version.
    case loadHeader(offset: Int, length: Int, register: Int)
    case store([UInt8], register: Int)
    case mask(source: Int, destination: Int, and: [UInt8], xor: [UInt8])
    case compare(register: Int, nft_cmp_ops, [UInt8])
    /// `verdict`: the set maps its elements to verdicts.
    case lookup(set: String, register: Int, verdict: Bool, isInverted: Bool)
    case verdict(Verdict)
    /// An extension of iptables whose condition or effect is known.
    case effect(RuleEffect)
    /// A statement after which every packet continues, such as a counter.
    case pass
    /// An expression that may stop packets and may have changed registers.
    case unknown
}

extension nft_cmp_ops: @retroactive Equatable {}

extension RuleStep {
    /// From one element of a rule's list of expressions.
    init(_ expression: Attribute) {
        let name = expression.nested.first(NFTA_EXPR_NAME)?.string ?? ""
        let data = (expression.nested.first(NFTA_EXPR_DATA)?.nested).map { ExpressionData($0) } ?? ExpressionData()
        self = Self.statement(name, data) ?? Self.load(name, data) ?? Self.condition(name, data) ?? .unknown
    }

    private static func load(_ name: String, _ data: ExpressionData) -> RuleStep? {
        switch name {
        case "ct":
            guard let register = data.number(NFTA_CT_DREG), let key = data.number(NFTA_CT_KEY) else {
                return data.number(NFTA_CT_SREG) == nil ? nil : .pass
            }
            return .load(key == Int(NFT_CT_STATE.rawValue) ? .trackingState : .trackingEntry, register: register)
        case "meta":
            guard let register = data.number(NFTA_META_DREG), let key = data.number(NFTA_META_KEY) else {
                return data.number(NFTA_META_SREG) == nil ? nil : .pass
            }
            let field: Field =
                switch UInt32(truncatingIfNeeded: key) {
                case NFT_META_L4PROTO.rawValue: .transportProtocol
                case NFT_META_NFPROTO.rawValue: .family
                case NFT_META_IIFNAME.rawValue, NFT_META_IIF.rawValue: .inputInterface
                default: .other
                }
            return .load(field, register: register)
        case "payload":
            guard let register = data.number(NFTA_PAYLOAD_DREG) else {
                return data.number(NFTA_PAYLOAD_SREG) == nil ? nil : .pass
            }
            guard data.number(NFTA_PAYLOAD_BASE) == Int(NFT_PAYLOAD_NETWORK_HEADER.rawValue),
                let offset = data.number(NFTA_PAYLOAD_OFFSET), let length = data.number(NFTA_PAYLOAD_LEN)
            else { return .load(.other, register: register) }
            return .loadHeader(offset: offset, length: length, register: register)
        case "immediate":
            guard let register = data.number(NFTA_IMMEDIATE_DREG) else { return nil }
            if register == Int(NFT_REG_VERDICT.rawValue) { return .verdict(data.verdict(NFTA_IMMEDIATE_DATA)) }
            return data.value(NFTA_IMMEDIATE_DATA).map { .store($0, register: register) }
        default: return nil
        }
    }

    private static func condition(_ name: String, _ data: ExpressionData) -> RuleStep? {
        switch name {
        case "bitwise":
            guard let source = data.number(NFTA_BITWISE_SREG), let destination = data.number(NFTA_BITWISE_DREG),
                let and = data.value(NFTA_BITWISE_MASK), let xor = data.value(NFTA_BITWISE_XOR), and.count == xor.count
            else { return nil }
            return .mask(source: source, destination: destination, and: and, xor: xor)
        case "cmp":
            guard let register = data.number(NFTA_CMP_SREG), let operation = data.number(NFTA_CMP_OP),
                let value = data.value(NFTA_CMP_DATA)
            else { return nil }
            return .compare(register: register, nft_cmp_ops(rawValue: UInt32(truncatingIfNeeded: operation)), value)
        case "lookup":
            guard let register = data.number(NFTA_LOOKUP_SREG), let set = data.string(NFTA_LOOKUP_SET) else {
                return nil
            }
            let destination = data.number(NFTA_LOOKUP_DREG)
            // Only maps of verdicts are understood.
            guard destination == nil || destination == Int(NFT_REG_VERDICT.rawValue) else { return nil }
            let flags = data.number(NFTA_LOOKUP_FLAGS) ?? 0
            return .lookup(
                set: set, register: register, verdict: destination != nil,
                isInverted: flags & Int(NFT_LOOKUP_F_INV.rawValue) != 0)
        case "match":
            guard let name = data.string(NFTA_MATCH_NAME), let revision = data.number(NFTA_MATCH_REV) else {
                return nil
            }
            return .effect(RuleEffect(match: name, revision: revision, data.bytes(NFTA_MATCH_INFO)))
        default: return nil
        }
    }

    private static func statement(_ name: String, _ data: ExpressionData) -> RuleStep? {
        switch name {
        case "counter", "log", "last", "dup": .pass
        case "notrack": .effect(RuleEffect(untracks: true))
        case "reject": .verdict(.end)
        case "queue": .verdict(.unknown)
        case "target":
            data.string(NFTA_TARGET_NAME).map { .effect(RuleEffect(target: $0, data.bytes(NFTA_TARGET_INFO))) }
        default: nil
        }
    }
}
