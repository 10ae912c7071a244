import CMnl
import CNftnl
import LinuxSystem
import Netlink

/// One change to the ruleset. A batch of them is carried out whole or not at all.
public enum Command: Hashable, Sendable {
    /// Makes the table unless it is there; one that is dormant is woken.
    case addTable(Table)
    case deleteTable(Table)
    /// Makes the chain. `exclusive`: one that is there already is `EEXIST`, which refuses the whole batch.
    case addChain(Chain, exclusive: Bool)
    /// Removes every rule of the chain.
    case flushChain(Chain)
    /// Behind the chain's other rules.
    case addRule(Rule)
    /// Makes the set unless it is there.
    case addSet(InterfaceSet)
    /// Those that are there already stay as they are.
    case addElements(InterfaceSet, [String])
    /// One that is not there is `ENOENT`.
    case deleteElements(InterfaceSet, [String])
}

extension InterfaceSet {
    /// Names the set for rules of the same batch. One set a table is all this program makes.
    var batchID: UInt32 { UInt32(table.version.rawValue) + 1 }
}

/// The messages of one nftables transaction, `NFNL_MSG_BATCH_BEGIN` to `…_END`.
struct Batch: ~Copyable {
    private var storage: UnsafeMutableRawPointer
    private var capacity = 8192
    private(set) var count = 0
    private var sequence: UInt32
    /// Of the first command's message; those of the others follow.
    let firstSequence: UInt32
    private var overflowed = false

    private static let largest = 131_072
    /// More than a command takes, beside `roomForElement` for each of a set's: libnftnl writes without looking where its
    /// buffer ends.
    private static let roomForOne = 2048
    private static let roomForElement = 96
    private static let elementsPerMessage = 128

    /// `generation`: the ruleset this change was thought out for; if another is in force the kernel refuses it (`ERESTART`).
    init(_ commands: [Command], generation: UInt32?, sequence: UInt32) {
        // Zeroed: libnftnl leaves padding as it finds it.
        guard let memory = calloc(1, capacity) else { preconditionFailure("out of memory") }
        storage = memory
        self.sequence = sequence &+ 1
        firstSequence = sequence &+ 1
        let begin = nftnl_batch_begin(storage.assumingMemoryBound(to: CChar.self), sequence)
        if let generation { mnl_attr_put_u32(begin, UInt16(NFNL_BATCH_GENID.rawValue), generation.bigEndian) }
        close(begin)
        for (index, command) in commands.enumerated() { append(command, isLast: index == commands.count - 1) }
        close(nftnl_batch_end((storage + count).assumingMemoryBound(to: CChar.self), self.sequence))
    }

    deinit { free(storage) }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage, count: count) }

    /// Of the last command's message, which is the one that asks for an acknowledgement.
    var lastSequence: UInt32 { sequence &- 1 }

    func validate(_ attempt: String) throws(KernelError) {
        if overflowed {
            throw KernelError(attempt, .messageSize, explanation: "the batch outgrew \(Self.largest) bytes")
        }
    }

    private mutating func close(_ message: UnsafeMutablePointer<nlmsghdr>?) {
        count += (Int(message?.pointee.nlmsg_len ?? 0) + 3) & ~3
    }

    /// Whether there is room for a message and the batch's end behind it.
    private mutating func makeRoom(elements: Int) -> Bool {
        let needed = count + 2 * Self.roomForOne + elements * Self.roomForElement
        guard needed <= Self.largest else { return false }
        if needed <= capacity { return true }
        let larger = max(needed, 2 * capacity)
        guard let memory = calloc(1, larger) else { return false }
        memory.copyMemory(from: storage, byteCount: count)
        free(storage)
        (storage, capacity) = (memory, larger)
        return true
    }

    private mutating func message(
        _ type: nf_tables_msg_types, _ table: Table, _ flags: Int32, isLast: Bool, elements: Int = 0,
        _ fill: (UnsafeMutablePointer<nlmsghdr>) -> Void
    ) {
        guard makeRoom(elements: elements) else { return overflowed = true }
        let message = nftnl_nlmsg_build_hdr(
            (storage + count).assumingMemoryBound(to: CChar.self), UInt16(truncatingIfNeeded: type.rawValue),
            UInt16(table.version.addressFamily), UInt16(truncatingIfNeeded: flags | (isLast ? NLM_F_ACK : 0)), sequence)
        guard let message else { return }
        fill(message)
        sequence &+= 1
        close(message)
    }

    private mutating func append(_ command: Command, isLast: Bool) {
        switch command {
        case .addTable(let table): append(table, NFT_MSG_NEWTABLE, isLast)
        case .deleteTable(let table): append(table, NFT_MSG_DELTABLE, isLast)
        case .addChain(let chain, let exclusive):
            append(chain, NFT_MSG_NEWCHAIN, NLM_F_CREATE | (exclusive ? NLM_F_EXCL : 0), isLast)
        case .flushChain(let chain): append(Rule(chain, [], comment: ""), NFT_MSG_DELRULE, 0, isLast)
        case .addRule(let rule): append(rule, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, isLast)
        case .addSet(let set): append(set, isLast)
        case .addElements(let set, let names): append(set, names, NFT_MSG_NEWSETELEM, NLM_F_CREATE, isLast)
        case .deleteElements(let set, let names): append(set, names, NFT_MSG_DELSETELEM, 0, isLast)
        }
    }

    private mutating func append(_ table: Table, _ type: nf_tables_msg_types, _ isLast: Bool) {
        let object = nftnl_table_alloc()
        defer { nftnl_table_free(object) }
        table.name.withCString { _ = nftnl_table_set_str(object, UInt16(NFTNL_TABLE_NAME.rawValue), $0) }
        // Flags said outright: without NFT_TABLE_F_DORMANT a sleeping table wakes.
        nftnl_table_set_u32(object, UInt16(NFTNL_TABLE_FLAGS.rawValue), 0)
        let flags = type == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0
        message(type, table, flags, isLast: isLast) { nftnl_table_nlmsg_build_payload($0, object) }
    }

    private mutating func append(_ chain: Chain, _ type: nf_tables_msg_types, _ flags: Int32, _ isLast: Bool) {
        let object = nftnl_chain_alloc()
        defer { nftnl_chain_free(object) }
        chain.table.name.withCString { _ = nftnl_chain_set_str(object, UInt16(NFTNL_CHAIN_TABLE.rawValue), $0) }
        chain.name.withCString { _ = nftnl_chain_set_str(object, UInt16(NFTNL_CHAIN_NAME.rawValue), $0) }
        if type == NFT_MSG_NEWCHAIN {
            let hook =
                switch chain.hook {
                case .input: NF_INET_LOCAL_IN
                case .forward: NF_INET_FORWARD
                }
            nftnl_chain_set_u32(object, UInt16(NFTNL_CHAIN_HOOKNUM.rawValue), hook.rawValue)
            nftnl_chain_set_s32(object, UInt16(NFTNL_CHAIN_PRIO.rawValue), chain.priority)
            nftnl_chain_set_str(object, UInt16(NFTNL_CHAIN_TYPE.rawValue), "filter")
            nftnl_chain_set_u32(object, UInt16(NFTNL_CHAIN_POLICY.rawValue), UInt32(NF_ACCEPT))
        }
        message(type, chain.table, flags, isLast: isLast) { nftnl_chain_nlmsg_build_payload($0, object) }
    }

    private mutating func append(_ rule: Rule, _ type: nf_tables_msg_types, _ flags: Int32, _ isLast: Bool) {
        guard let object = nftnl_rule_alloc() else { return overflowed = true }
        defer { nftnl_rule_free(object) }
        rule.chain.table.name.withCString { _ = nftnl_rule_set_str(object, UInt16(NFTNL_RULE_TABLE.rawValue), $0) }
        rule.chain.name.withCString { _ = nftnl_rule_set_str(object, UInt16(NFTNL_RULE_CHAIN.rawValue), $0) }
        for expression in rule.expressions { expression.append(to: object) }
        if !rule.comment.isEmpty, let data = nftnl_udata_buf_alloc(256) {
            rule.comment.withCString { _ = nftnl_udata_put_strz(data, UInt8(NFTNL_UDATA_RULE_COMMENT.rawValue), $0) }
            nftnl_rule_set_data(
                object, UInt16(NFTNL_RULE_USERDATA.rawValue), nftnl_udata_buf_data(data), nftnl_udata_buf_len(data))
            nftnl_udata_buf_free(data)
        }
        message(type, rule.chain.table, flags, isLast: isLast) { nftnl_rule_nlmsg_build_payload($0, object) }
    }

    private mutating func append(_ set: InterfaceSet, _ isLast: Bool) {
        let object = nftnl_set_alloc()
        defer { nftnl_set_free(object) }
        set.table.name.withCString { _ = nftnl_set_set_str(object, UInt16(NFTNL_SET_TABLE.rawValue), $0) }
        set.name.withCString { _ = nftnl_set_set_str(object, UInt16(NFTNL_SET_NAME.rawValue), $0) }
        nftnl_set_set_u32(object, UInt16(NFTNL_SET_ID.rawValue), set.batchID)
        // 41 is nft's own number for the type ifname; the kernel only keeps it.
        nftnl_set_set_u32(object, UInt16(NFTNL_SET_KEY_TYPE.rawValue), 41)
        nftnl_set_set_u32(object, UInt16(NFTNL_SET_KEY_LEN.rawValue), 16)
        // Without the keys' byte order in the user data, nft lists every name as "".
        if let data = nftnl_udata_buf_alloc(64) {
            nftnl_udata_put_u32(data, UInt8(NFTNL_UDATA_SET_KEYBYTEORDER.rawValue), 1)
            nftnl_set_set_data(
                object, UInt16(NFTNL_SET_USERDATA.rawValue), nftnl_udata_buf_data(data), nftnl_udata_buf_len(data))
            nftnl_udata_buf_free(data)
        }
        message(NFT_MSG_NEWSET, set.table, NLM_F_CREATE, isLast: isLast) {
            nftnl_set_nlmsg_build_payload($0, object)
        }
    }

    private mutating func append(
        _ set: InterfaceSet, _ names: [String], _ type: nf_tables_msg_types, _ flags: Int32, _ isLast: Bool
    ) {
        guard let object = nftnl_set_alloc(), names.count <= Self.elementsPerMessage else { return overflowed = true }
        defer { nftnl_set_free(object) }
        set.table.name.withCString { _ = nftnl_set_set_str(object, UInt16(NFTNL_SET_TABLE.rawValue), $0) }
        set.name.withCString { _ = nftnl_set_set_str(object, UInt16(NFTNL_SET_NAME.rawValue), $0) }
        nftnl_set_set_u32(object, UInt16(NFTNL_SET_ID.rawValue), set.batchID)
        for name in names {
            let key = paddedInterfaceName(name)
            guard let element = nftnl_set_elem_alloc() else { return overflowed = true }
            nftnl_set_elem_set(element, UInt16(NFTNL_SET_ELEM_KEY), key, UInt32(key.count))
            nftnl_set_elem_add(object, element)
        }
        message(type, set.table, flags, isLast: isLast, elements: names.count) {
            nftnl_set_elems_nlmsg_build_payload($0, object)
        }
    }
}
