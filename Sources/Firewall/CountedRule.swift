import CMnl
import CNftnl
public import LinuxSystem
public import Netlink

/// A rule as the kernel lists it, with the numbers of its `counter`.
public struct CountedRule: Hashable, Sendable {
    public struct Counter: Hashable, Sendable {
        public let packets: UInt64
        public let bytes: UInt64

        public init(packets: UInt64, bytes: UInt64) {
            self.packets = packets
            self.bytes = bytes
        }
    }

    public let chain: String
    /// The rule's comment; nil if it has none.
    public let comment: String?
    /// The rule's first counter; nil if it has none.
    public let counter: Counter?

    public init(chain: String, comment: String?, counter: Counter?) {
        self.chain = chain
        self.comment = comment
        self.counter = counter
    }
}

extension Socket {
    /// The table's rules in their order, with their counters; empty if there is no such table.
    public mutating func counters(of table: Table) throws(KernelError) -> [CountedRule] {
        try dump(.rules(of: table)) { CountedRule($0) }
    }
}

extension CountedRule {
    init?(_ message: Message) {
        var chain: String?
        var comment: String?
        var counter: Counter?
        for attribute in message.attributes(after: nfgenmsg.self) {
            switch attribute.type {
            case Int(NFTA_RULE_CHAIN.rawValue): chain = attribute.string
            case Int(NFTA_RULE_USERDATA.rawValue): comment = ruleComment(attribute.payload)
            case Int(NFTA_RULE_EXPRESSIONS.rawValue):
                for expression in attribute.nested where counter == nil {
                    counter = Counter(expression)
                }
            default: break
            }
        }
        guard let chain else { return nil }
        self.init(chain: chain, comment: comment, counter: counter)
    }
}

extension CountedRule.Counter {
    /// From one element of a rule's list of expressions; nil if it is not a counter.
    init?(_ expression: Attribute) {
        guard expression.nested.first(NFTA_EXPR_NAME)?.string == "counter",
            let data = expression.nested.first(NFTA_EXPR_DATA)?.nested,
            let packets = data.first(NFTA_COUNTER_PACKETS)?.bigEndian64,
            let bytes = data.first(NFTA_COUNTER_BYTES)?.bigEndian64
        else { return nil }
        self.init(packets: packets, bytes: bytes)
    }
}

extension Attribute {
    fileprivate var bigEndian64: UInt64? {
        payload.count == 8 ? UInt64(bigEndian: payload.loadUnaligned(as: UInt64.self)) : nil
    }
}
