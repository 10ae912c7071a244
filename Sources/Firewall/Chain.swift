public import Netlink

/// An nftables table, `nft(8)`, of the family `ip` or `ip6`.
public struct Table: Hashable, Sendable {
    public let version: IPVersion
    public let name: String

    public init(_ version: IPVersion, _ name: String) {
        self.version = version
        self.name = name
    }
}

/// A base chain: type filter, policy accept, at a hook of netfilter.
public struct Chain: Hashable, Sendable {
    public enum Hook: Hashable, Sendable {
        case prerouting
        case input
        case forward
        case output
    }

    public let table: Table
    public let name: String
    public let hook: Hook
    /// Its order among the chains of the hook; "priority filter" is 0.
    public let priority: Int32

    public init(_ table: Table, _ name: String, _ hook: Hook, priority: Int32 = 0) {
        self.table = table
        self.name = name
        self.hook = hook
        self.priority = priority
    }
}

/// A set of interface names, `type ifname`.
public struct InterfaceSet: Hashable, Sendable {
    public let table: Table
    public let name: String

    public init(_ table: Table, _ name: String) {
        self.table = table
        self.name = name
    }
}

/// A set of TCP segments, each identified by its addresses and ports. Rules add to it. An element expires after a few seconds. A
/// full set takes no more.
public struct SegmentSet: Hashable, Sendable {
    public let table: Table
    public let name: String
    /// How many seconds a segment stays in it.
    public let seconds: UInt32
    /// How many segments fit.
    public let size: UInt32

    public init(_ table: Table, _ name: String, seconds: UInt32, size: UInt32) {
        self.table = table
        self.name = name
        self.seconds = seconds
        self.size = size
    }
}

/// A rule: what it matches, what it does, and the comment that identifies it.
public struct Rule: Hashable, Sendable {
    public let chain: Chain
    public let expressions: [Expression]
    public let comment: String

    public init(_ chain: Chain, _ expressions: [Expression], comment: String) {
        self.chain = chain
        self.expressions = expressions
        self.comment = comment
    }
}
