import CMnl
import CNftnl
import LinuxSystem
public import Netlink

/// One change to the ruleset. The kernel carries out a batch of them whole or not at all.
public enum Command: Hashable, Sendable {
    /// Creates the table unless it exists. A dormant one is woken.
    case addTable(Table)
    case deleteTable(Table)
    /// Creates the chain. `exclusive`: if it exists, the kernel refuses the whole batch with `EEXIST`.
    case addChain(Chain, exclusive: Bool)
    /// Removes every rule of the chain.
    case flushChain(Chain)
    /// Adds the rule after the chain's others.
    case addRule(Rule)
    /// Creates the set unless it exists.
    case addSet(InterfaceSet)
    /// Creates the set unless it exists.
    case addSegments(SegmentSet)
    /// Adds elements to a set; existing ones stay as they are.
    case addElements(InterfaceSet, [InterfaceName])
    /// Removes elements from a set. A missing one is `ENOENT`.
    case deleteElements(InterfaceSet, [InterfaceName])
}

// Rules refer to a set of the same batch by a number. A table has one set of either kind.

extension InterfaceSet {
    var batchID: UInt32 { UInt32(table.version.rawValue) + 1 }
}

extension SegmentSet {
    var batchID: UInt32 { UInt32(table.version.rawValue) + 3 }
}

/// The messages of one nftables transaction, `NFNL_MSG_BATCH_BEGIN` to `…_END` (linux/netfilter/nfnetlink.h).
struct Batch {
    private(set) var bytes: [UInt8] = []
    private var sequence: UInt32
    /// The sequence number of the first command's message; the others follow.
    let firstSequence: UInt32

    private static let largest = 131_072

    /// `generation`: that of the ruleset this change was planned for. If another is in force the kernel refuses (`ERESTART`).
    ///
    /// - Throws: `EMSGSIZE` for more than 128 KiB, the most that is sent at once.
    init(
        _ commands: [Command], generation: UInt32?, sequence: UInt32, _ attempt: String
    ) throws(KernelError) {
        self.sequence = sequence
        firstSequence = sequence &+ 1
        bytes.reserveCapacity(4096)
        var begin = Self.bound(NFNL_MSG_BATCH_BEGIN, attempt)
        if let generation { begin.put(Int(NFNL_BATCH_GENID.rawValue), generation.bigEndian) }
        try append(begin)
        for (index, command) in commands.enumerated() {
            try append(command.request(attempt, acknowledge: index == commands.count - 1))
        }
        try append(Self.bound(NFNL_MSG_BATCH_END, attempt))
        guard bytes.count <= Self.largest else {
            throw KernelError(attempt, .messageSize, explanation: "the batch outgrew \(Self.largest) bytes")
        }
    }

    /// The sequence number of the last command's message, which asks for an acknowledgement.
    var lastSequence: UInt32 { sequence &- 2 }

    private static func bound(_ type: Int32, _ attempt: String) -> Request {
        var request = Request(Attempt(attempt), type: Int(type), flags: 0)
        let subsystem = UInt16(NFNL_SUBSYS_NFTABLES).bigEndian
        request.append(nfgenmsg(nfgen_family: UInt8(AF_UNSPEC), version: UInt8(NFNETLINK_V0), res_id: subsystem))
        return request
    }

    private mutating func append(_ request: borrowing Request) throws(KernelError) {
        try request.validate()
        request.sequence = sequence
        sequence &+= 1
        request.append(to: &bytes)
    }
}

extension Command {
    private var table: Table {
        switch self {
        case .addTable(let table), .deleteTable(let table): table
        case .addChain(let chain, _), .flushChain(let chain): chain.table
        case .addRule(let rule): rule.chain.table
        case .addSet(let set), .addElements(let set, _), .deleteElements(let set, _): set.table
        case .addSegments(let set): set.table
        }
    }

    private var kind: (type: nf_tables_msg_types, flags: Int32) {
        switch self {
        case .addTable: (NFT_MSG_NEWTABLE, NLM_F_CREATE)
        case .deleteTable: (NFT_MSG_DELTABLE, 0)
        case .addChain(_, let exclusive): (NFT_MSG_NEWCHAIN, NLM_F_CREATE | (exclusive ? NLM_F_EXCL : 0))
        case .flushChain: (NFT_MSG_DELRULE, 0)
        case .addRule: (NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND)
        case .addSet, .addSegments: (NFT_MSG_NEWSET, NLM_F_CREATE)
        case .addElements: (NFT_MSG_NEWSETELEM, NLM_F_CREATE)
        case .deleteElements: (NFT_MSG_DELSETELEM, 0)
        }
    }

    /// The command's message. The attributes are those of linux/netfilter/nf_tables.h; numbers in them are big-endian.
    fileprivate func request(_ attempt: String, acknowledge: Bool) -> Request {
        var request = Request.nftables(
            Attempt(attempt), kind.type, family: table.version.addressFamily,
            flags: kind.flags | (acknowledge ? NLM_F_ACK : 0))
        switch self {
        case .addTable(let table), .deleteTable(let table):
            request.put(Int(NFTA_TABLE_NAME.rawValue), table.name)
            // Explicit: without NFT_TABLE_F_DORMANT a sleeping table wakes.
            request.put(Int(NFTA_TABLE_FLAGS.rawValue), UInt32(0))
        case .addChain(let chain, _): request.put(chain)
        case .flushChain(let chain):
            request.put(Int(NFTA_RULE_TABLE.rawValue), chain.table.name)
            request.put(Int(NFTA_RULE_CHAIN.rawValue), chain.name)
        case .addRule(let rule): request.put(rule)
        case .addSet(let set): request.put(set)
        case .addSegments(let set): request.put(set)
        case .addElements(let set, let names), .deleteElements(let set, let names): request.put(names, of: set)
        }
        return request
    }
}

extension Request {
    /// A nested attribute with `NLA_F_NESTED` set, as nft sends it.
    mutating func nest(flagged type: Int, _ body: (inout Request) -> Void) {
        nest(type | Int(NLA_F_NESTED), body)
    }

    fileprivate mutating func put(_ chain: Chain) {
        let hook =
            switch chain.hook {
            case .prerouting: NF_INET_PRE_ROUTING
            case .input: NF_INET_LOCAL_IN
            case .forward: NF_INET_FORWARD
            case .output: NF_INET_LOCAL_OUT
            }
        put(Int(NFTA_CHAIN_TABLE.rawValue), chain.table.name)
        put(Int(NFTA_CHAIN_NAME.rawValue), chain.name)
        nest(flagged: Int(NFTA_CHAIN_HOOK.rawValue)) { request in
            request.put(Int(NFTA_HOOK_HOOKNUM.rawValue), hook.rawValue.bigEndian)
            request.put(Int(NFTA_HOOK_PRIORITY.rawValue), UInt32(bitPattern: chain.priority).bigEndian)
        }
        put(Int(NFTA_CHAIN_POLICY.rawValue), UInt32(NF_ACCEPT).bigEndian)
        put(Int(NFTA_CHAIN_TYPE.rawValue), "filter")
    }

    fileprivate mutating func put(_ rule: Rule) {
        put(Int(NFTA_RULE_TABLE.rawValue), rule.chain.table.name)
        put(Int(NFTA_RULE_CHAIN.rawValue), rule.chain.name)
        nest(flagged: Int(NFTA_RULE_EXPRESSIONS.rawValue)) { request in
            for expression in rule.expressions { expression.append(to: &request) }
        }
        if rule.comment.isEmpty { return }
        // As nft writes it: type, length, text and its NUL (libnftnl/udata.h).
        let text = Array(rule.comment.utf8.prefix(254)) + [0]
        put(Int(NFTA_RULE_USERDATA.rawValue), [UInt8(NFTNL_UDATA_RULE_COMMENT.rawValue), UInt8(text.count)] + text)
    }

    /// Puts one expression of a rule, as libnftnl encodes it.
    mutating func put(_ expression: OpaquePointer) {
        nest(flagged: Int(NFTA_LIST_ELEM.rawValue)) { request in
            // More than any expression needs.
            request.put(room: 256) { nftnl_expr_build_payload($0, expression) }
        }
    }

    fileprivate mutating func put(_ set: InterfaceSet) {
        // 41 is nft's own number for the type ifname; the kernel only keeps it.
        putSet(set.table.name, set.name, id: set.batchID, flags: 0, keyType: 41, keyLength: 16)
        // Without the keys' byte order in the user data (1, the host's), nft lists every name as "".
        let hostOrder: [UInt8] = withUnsafeBytes(of: UInt32(1)) { [UInt8]($0) }
        put(Int(NFTA_SET_USERDATA.rawValue), [UInt8(NFTNL_UDATA_SET_KEYBYTEORDER.rawValue), 4] + hostOrder)
    }

    fileprivate mutating func put(_ set: SegmentSet) {
        // nft's numbers for ipv4_addr, ipv6_addr and inet_service. A concatenated type has six bits for each.
        let address: UInt32 = set.table.version == .v4 ? 7 : 8
        let end = address << 6 | 13
        putSet(
            set.table.name, set.name, id: set.batchID, flags: NFT_SET_EVAL.rawValue | NFT_SET_TIMEOUT.rawValue,
            keyType: end << 12 | end, keyLength: 2 * (UInt32(set.table.version.bits) / 8 + 4))
        nest(flagged: Int(NFTA_SET_DESC.rawValue)) { $0.put(Int(NFTA_SET_DESC_SIZE.rawValue), set.size.bigEndian) }
        // Milliseconds, as a 64-bit number.
        put(Int(NFTA_SET_TIMEOUT.rawValue), [0, 0, 0, 0] + (set.seconds * 1000).bigEndianBytes)
    }

    private mutating func putSet(
        _ table: String, _ name: String, id: UInt32, flags: UInt32, keyType: UInt32, keyLength: UInt32
    ) {
        put(Int(NFTA_SET_TABLE.rawValue), table)
        put(Int(NFTA_SET_NAME.rawValue), name)
        if flags != 0 { put(Int(NFTA_SET_FLAGS.rawValue), flags.bigEndian) }
        put(Int(NFTA_SET_KEY_TYPE.rawValue), keyType.bigEndian)
        put(Int(NFTA_SET_KEY_LEN.rawValue), keyLength.bigEndian)
        put(Int(NFTA_SET_ID.rawValue), id.bigEndian)
    }

    fileprivate mutating func put(_ names: [InterfaceName], of set: InterfaceSet) {
        put(Int(NFTA_SET_ELEM_LIST_TABLE.rawValue), set.table.name)
        put(Int(NFTA_SET_ELEM_LIST_SET.rawValue), set.name)
        put(Int(NFTA_SET_ELEM_LIST_SET_ID.rawValue), set.batchID.bigEndian)
        nest(flagged: Int(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)) { request in
            for name in names {
                request.nest(flagged: Int(NFTA_LIST_ELEM.rawValue)) { request in
                    request.nest(flagged: Int(NFTA_SET_ELEM_KEY.rawValue)) { request in
                        request.put(Int(NFTA_DATA_VALUE.rawValue), paddedInterfaceName(name))
                    }
                }
            }
        }
    }
}

extension UInt32 {
    fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { [UInt8]($0) } }
}
