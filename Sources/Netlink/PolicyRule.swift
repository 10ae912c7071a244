import CMnl
public import LinuxSystem

/// A rule that selects a routing table, `ip-rule(8)`, with the few selectors used here.
public struct PolicyRule: Hashable, Sendable {
    public var version: IPVersion
    /// `FRA_PRIORITY`; lower rules are tried first. 0 if the kernel names none.
    public var priority: UInt32
    public var table: UInt32
    /// Who made it: `FRA_PROTOCOL`, numbered like a route's.
    public var `protocol`: UInt8
    /// `from`; nil for all.
    public var source: IPPrefix?
    /// `iif`: only for packets that came in by it; "lo" means packets sent by this host.
    public var inputInterface: InterfaceName?
    /// `oif`: only for sockets bound to it.
    public var outputInterface: InterfaceName?
    /// Whether it has a selector not listed here, such as a mark, or does something else than look up a table.
    public var asksForMore = false
    /// `suppress_prefixlength`: routes of that length in bits or shorter do not count.
    public var suppressedPrefixLength: Int32?
    /// `suppress_ifgroup`: routes through interfaces of that device group do not count.
    public var suppressedGroup: UInt32?

    /// Whether it has more selectors than a source.
    public var isQualified: Bool { asksForMore || inputInterface != nil || outputInterface != nil }

    public init(
        _ version: IPVersion, priority: UInt32, table: UInt32, protocol: UInt8, source: IPPrefix? = nil,
        suppressedPrefixLength: Int32? = nil
    ) {
        self.version = version
        self.priority = priority
        self.table = table
        self.protocol = `protocol`
        self.source = source
        self.suppressedPrefixLength = suppressedPrefixLength
    }
}

extension PolicyRule {
    package init?(_ message: Message) {
        guard let header = message.familyHeader(fib_rule_hdr.self),
            let version = IPVersion(addressFamily: header.family)
        else { return nil }
        self.init(version, priority: 0, table: UInt32(header.table), protocol: 0)
        asksForMore =
            header.dst_len > 0 || header.tos != 0 || header.action != UInt8(FR_ACT_TO_TBL)
            || header.flags & UInt32(FIB_RULE_INVERT) != 0
        for attribute in message.attributes(after: fib_rule_hdr.self) {
            switch attribute.type {
            case Int(FRA_PRIORITY): priority = attribute.uint32 ?? 0
            case Int(FRA_TABLE): table = attribute.uint32 ?? table
            case Int(FRA_PROTOCOL): self.protocol = attribute.uint8 ?? 0
            case Int(FRA_SRC): source = attribute.address.flatMap { IPPrefix($0, length: header.src_len) }
            // The kernel writes -1 if nothing is suppressed.
            case Int(FRA_SUPPRESS_PREFIXLEN): suppressedPrefixLength = attribute.int32.flatMap { $0 < 0 ? nil : $0 }
            case Int(FRA_SUPPRESS_IFGROUP): suppressedGroup = attribute.uint32.flatMap { $0 == .max ? nil : $0 }
            case Int(FRA_IIFNAME): inputInterface = attribute.interfaceName
            case Int(FRA_OIFNAME): outputInterface = attribute.interfaceName
            case Int(FRA_FWMARK), Int(FRA_TUN_ID), Int(FRA_UID_RANGE), Int(FRA_IP_PROTO), Int(FRA_SPORT_RANGE),
                Int(FRA_DPORT_RANGE), Int(FRA_L3MDEV):
                asksForMore = true
            default: break
            }
        }
    }
}

extension Request {
    package static func listRules() -> Request {
        var request = Request("list policy rules", type: RTM_GETRULE, flags: 0)
        request.append(fib_rule_hdr())
        return request
    }

    /// Adds the rule after those of its priority. `NLM_F_EXCL`: an equal rule is `EEXIST`.
    package static func add(_ rule: PolicyRule) -> Request {
        var request = Request("add policy rule", type: RTM_NEWRULE, flags: NLM_F_CREATE | NLM_F_EXCL)
        request.put(rule)
        return request
    }

    package static func delete(_ rule: PolicyRule) -> Request {
        var request = Request("delete policy rule", type: RTM_DELRULE, flags: 0)
        request.put(rule)
        return request
    }

    private mutating func put(_ rule: PolicyRule) {
        var header = fib_rule_hdr()
        header.family = rule.version.addressFamily
        header.src_len = rule.source?.length ?? 0
        header.table = UInt8(exactly: rule.table) ?? UInt8(RT_TABLE_UNSPEC.rawValue)
        header.action = UInt8(FR_ACT_TO_TBL)
        append(header)
        put(Int(FRA_PRIORITY), rule.priority)
        put(Int(FRA_TABLE), rule.table)
        put(Int(FRA_PROTOCOL), rule.protocol)
        if let source = rule.source { put(Int(FRA_SRC), source.address) }
        if let name = rule.inputInterface { put(Int(FRA_IIFNAME), name) }
        if let name = rule.outputInterface { put(Int(FRA_OIFNAME), name) }
        if let length = rule.suppressedPrefixLength { put(Int(FRA_SUPPRESS_PREFIXLEN), UInt32(bitPattern: length)) }
        if let group = rule.suppressedGroup { put(Int(FRA_SUPPRESS_IFGROUP), group) }
    }
}

extension Socket {
    /// Every rule of both families, in the order in which the kernel tries them. `EOPNOTSUPP` if the kernel has no policy routing
    /// (`CONFIG_IP_MULTIPLE_TABLES`).
    public mutating func rules() throws(KernelError) -> [PolicyRule] {
        try dump(.listRules()) { PolicyRule($0) }
    }

    public mutating func add(_ rule: PolicyRule) throws(KernelError) { try execute(.add(rule)) }

    /// Deletes the first rule that matches this one; `ENOENT` if there is none.
    public mutating func delete(_ rule: PolicyRule) throws(KernelError) { try execute(.delete(rule)) }
}
