import CMnl
import CNftnl
public import LinuxSystem
public import Netlink

/// What identifies a rule that the kernel lists.
public struct ListedRule: Hashable, Sendable {
    public let chain: String
    /// Nil if the rule has none.
    public let comment: String?

    public init(chain: String, comment: String?) {
        self.chain = chain
        self.comment = comment
    }
}

/// The state of a table.
public enum TableState: String, Hashable, Sendable {
    case absent
    /// It exists, but its chains see no packets.
    case dormant
    case active
}

extension Request {
    static func nftables(
        _ attempt: Attempt, _ type: nf_tables_msg_types, family: UInt8, flags: Int32 = 0
    ) -> Request {
        let type = Int(NFNL_SUBSYS_NFTABLES) << 8 | Int(type.rawValue)
        var request = Request(attempt, type: type, flags: flags)
        request.append(nfgenmsg(nfgen_family: family, version: UInt8(NFNETLINK_V0), res_id: 0))
        return request
    }

    package static func generation() -> Request {
        nftables("read the ruleset's generation", NFT_MSG_GETGEN, family: UInt8(AF_UNSPEC))
    }

    package static func table(_ table: Table) -> Request {
        var request = nftables(
            Attempt("look up nftables table", .name(table.name)), NFT_MSG_GETTABLE, family: table.version.addressFamily)
        request.put(Int(NFTA_TABLE_NAME.rawValue), table.name)
        return request
    }

    package static func rules(of table: Table) -> Request {
        var request = nftables(
            Attempt("list rules of nftables table", .name(table.name)), NFT_MSG_GETRULE,
            family: table.version.addressFamily)
        // The kernel filters by table, so the rules of others cost nothing, however many there are.
        request.put(Int(NFTA_RULE_TABLE.rawValue), table.name)
        return request
    }

    /// The rules of one table of any family.
    package static func rules(_ family: UInt8, _ table: String) -> Request {
        var request = nftables(Attempt("list rules of nftables table", .name(table)), NFT_MSG_GETRULE, family: family)
        request.put(Int(NFTA_RULE_TABLE.rawValue), table)
        return request
    }

    /// The rules of one chain. Old kernels list those of all the table's chains.
    package static func rules(_ family: UInt8, _ table: String, _ chain: String) -> Request {
        var request = nftables(Attempt("list rules of nftables chain", .name(chain)), NFT_MSG_GETRULE, family: family)
        request.put(Int(NFTA_RULE_TABLE.rawValue), table)
        request.put(Int(NFTA_RULE_CHAIN.rawValue), chain)
        return request
    }

    /// The rules of all tables of all families.
    package static func rules() -> Request {
        nftables("list rules of nftables", NFT_MSG_GETRULE, family: UInt8(AF_UNSPEC))
    }

    package static func elements(_ family: UInt8, _ table: String, _ set: String) -> Request {
        var request = nftables(Attempt("list nftables set", .name(set)), NFT_MSG_GETSETELEM, family: family)
        request.put(Int(NFTA_SET_ELEM_LIST_TABLE.rawValue), table)
        request.put(Int(NFTA_SET_ELEM_LIST_SET.rawValue), set)
        return request
    }

    package static func elements(of set: InterfaceSet) -> Request {
        elements(set.table.version.addressFamily, set.table.name, set.name)
    }

    package static func tables() -> Request {
        nftables("list nftables tables", NFT_MSG_GETTABLE, family: UInt8(AF_UNSPEC))
    }

    package static func chains() -> Request {
        nftables("list nftables chains", NFT_MSG_GETCHAIN, family: UInt8(AF_UNSPEC))
    }
}

extension Socket {
    /// The ruleset's generation: a number that grows with every change in the namespace, whoever makes it.
    public mutating func generation() throws(KernelError) -> UInt32 {
        let generation: UInt32?
        do throws(KernelError) {
            generation = try get(.generation()) { message in
                for attribute in message.attributes(after: nfgenmsg.self)
                where attribute.type == Int(NFTA_GEN_ID.rawValue) {
                    return attribute.uint32.map { UInt32(bigEndian: $0) }
                }
                return nil
            }
        } catch { throw error.namingAbsence }
        guard let generation else { throw KernelError("read the ruleset's generation", .badMessage) }
        return generation
    }

    public mutating func state(of table: Table) throws(KernelError) -> TableState { try states(of: [table])[0] }

    /// The state of each table, in their order.
    public mutating func states(of tables: [Table]) throws(KernelError) -> [TableState] {
        var states = [TableState](repeating: .absent, count: tables.count)
        do throws(KernelError) {
            try getAll(tables.count, absences: [.noEntry]) {
                .table(tables[$0])
            } _: { place, message in
                states[place] = .active
                for attribute in message.attributes(after: nfgenmsg.self)
                where attribute.type == Int(NFTA_TABLE_FLAGS.rawValue) {
                    let flags = attribute.uint32.map { UInt32(bigEndian: $0) } ?? 0
                    if flags & NFT_TABLE_F_DORMANT.rawValue != 0 { states[place] = .dormant }
                }
            }
        } catch { throw error.namingAbsence }
        return states
    }

    /// The table's rules in their order; empty if there is no such table.
    public mutating func rules(of table: Table) throws(KernelError) -> [ListedRule] {
        try dump(.rules(of: table)) { message in
            var chain: String?
            var comment: String?
            for attribute in message.attributes(after: nfgenmsg.self) {
                switch attribute.type {
                case Int(NFTA_RULE_CHAIN.rawValue): chain = attribute.string
                case Int(NFTA_RULE_USERDATA.rawValue): comment = ruleComment(attribute.payload)
                default: break
                }
            }
            return chain.map { ListedRule(chain: $0, comment: comment) }
        }
    }

    /// The names in a set; nil if there is no such set.
    public mutating func elements(of set: InterfaceSet) throws(KernelError) -> [InterfaceName]? {
        do {
            return try dump(.elements(of: set)) { interfaceNames($0) }.flatMap { $0 }
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }

    /// Carries out the commands, all or none.
    ///
    /// - Throws: the first refusal, with the command's place in `batchIndex`. `ERESTART`: the ruleset does not have that
    ///   generation any more.
    public mutating func commit(
        _ commands: [Command], generation: UInt32? = nil, _ attempt: String
    ) throws(KernelError) {
        let batch = try Batch(commands, generation: generation, sequence: nextSequence(), attempt)
        explainRefusals()
        skipSequences(commands.count + 1)
        try send(batch.bytes, Attempt(attempt))
        // The kernel has queued every answer when sending returns, so there is nothing to wait for.
        var acknowledged = false
        var refusal: KernelError?
        while let datagram = try receiveDatagram(Attempt(attempt), waiting: false) {
            for message in Messages(datagram) {
                let place = Int(message.sequence &- batch.firstSequence)
                // The batch's own begin is one before the first command. Other numbers are left-over answers.
                guard place <= commands.count || place == Int(UInt32.max) else { continue }
                switch message.acknowledgement(Attempt(attempt)) {
                case .failure(let error)? where refusal == nil:
                    refusal = KernelError(
                        attempt, error.errno, explanation: error.explanation,
                        batchIndex: place < commands.count ? place : nil)
                case .success?: acknowledged = acknowledged || message.sequence == batch.lastSequence
                default: break
                }
            }
        }
        if let refusal { throw refusal }
        guard acknowledged else { throw KernelError(attempt, .inputOutput, explanation: "the kernel did not answer") }
    }
}

extension KernelError {
    /// Where the kernel has nfnetlink without nf_tables, it refuses every request to it with `EINVAL`, as if it were malformed.
    fileprivate var namingAbsence: KernelError {
        guard errno == .invalid else { return self }
        return KernelError(attempt, .notSupported, explanation: "this kernel has no nf_tables")
    }
}

/// The comment in a rule's user data: type, length, value, as nft and libnftnl write it (`libnftnl/udata.h`).
package func ruleComment(_ data: UnsafeRawBufferPointer) -> String? {
    var rest = data
    while rest.count >= 2 {
        let length = Int(rest[1])
        guard rest.count >= 2 + length else { return nil }
        let value = UnsafeRawBufferPointer(rebasing: rest[2..<(2 + length)])
        if UInt32(rest[0]) == NFTNL_UDATA_RULE_COMMENT.rawValue {
            return String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[(2 + length)...])
    }
    return nil
}

/// The names in one message of a dump of set elements.
private func interfaceNames(_ message: Message) -> [InterfaceName]? {
    var names: [InterfaceName] = []
    for list in message.attributes(after: nfgenmsg.self)
    where list.type == Int(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) {
        for element in list.nested {
            for part in element.nested where part.type == Int(NFTA_SET_ELEM_KEY.rawValue) {
                for value in part.nested where value.type == Int(NFTA_DATA_VALUE.rawValue) {
                    if let name = value.interfaceName { names.append(name) }
                }
            }
        }
    }
    return names
}
