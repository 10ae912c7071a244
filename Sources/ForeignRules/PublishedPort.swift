import CKernel
import Firewall
public import LinuxSystem
public import Netlink

/// A TCP port of this host that a rule leads to another address.
public struct PublishedPort: Hashable, Sendable {
    public let port: UInt16
    /// The address of the host's that it is published on; nil for any.
    public let hostAddress: IPAddress?
    public let destination: IPAddress

    public init(port: UInt16, hostAddress: IPAddress?, destination: IPAddress) {
        self.port = port
        self.hostAddress = hostAddress
        self.destination = destination
    }
}

extension Socket {
    /// The ports that rules of nftables, iptables-nft's among them, lead to one of these addresses, for connections that this host
    /// opens itself. Ranges and sets of ports are left out, and rules beyond so many. The socket must not be used
    /// afterwards.
    public mutating func publishedPorts(
        leadingTo addresses: [IPAddress], readingAtMost most: Int = 20_000
    ) throws(KernelError) -> [PublishedPort] {
        var chains: [HookedChain] = []
        do { chains = try dump(.chains()) { HookedChain($0) } } catch {
            let isMissing = [.notSupported, .familyNotSupported, .protocolNotSupported, .invalid].contains(error.errno)
            guard isMissing else { throw error }
        }
        let entrances = chains.filter { $0.translates && $0.hook == Int(NF_INET_LOCAL_OUT.rawValue) }
        var ports: [PublishedPort] = []
        var read: [HookedChain] = []
        for chain in entrances where !read.contains(where: { $0.isOfSameTable(as: chain) }) {
            read.append(chain)
            var table: [String: [PublishingRule]] = [:]
            var count = 0
            let again = { (table, count) = ([:], 0) }
            let isComplete = try self.read(.rules(chain.family, chain.table), again: again) { message in
                count += 1
                let attributes = message.attributes(after: nfgenmsg.self)
                if let name = attributes.first(NFTA_RULE_CHAIN)?.string {
                    table[name, default: []].append(PublishingRule(attributes))
                }
                return count <= most
            }
            let own = entrances.filter { $0.isOfSameTable(as: chain) }.map { $0.name }
            for port in table.ports(from: own) where addresses.contains(port.destination) && !ports.contains(port) {
                ports.append(port)
            }
            if !isComplete { break }
        }
        return ports
    }
}

extension HookedChain {
    fileprivate func isOfSameTable(as other: HookedChain) -> Bool { (family, table) == (other.family, other.table) }
}

extension [String: [PublishingRule]] {
    /// What the rules publish that packets meet in these chains, and in those that the rules lead to.
    fileprivate func ports(from entrances: [String]) -> [PublishedPort] {
        var (waiting, seen) = (entrances, Set(entrances))
        var ports: [PublishedPort] = []
        while let chain = waiting.popLast() {
            for rule in self[chain] ?? [] {
                if let port = rule.published { ports.append(port) }
                for target in rule.goesAnywhere ? Array(keys) : rule.targets where seen.insert(target).inserted {
                    waiting.append(target)
                }
            }
        }
        return ports.sorted { ($0.port, $0.destination) < ($1.port, $1.destination) }
    }
}

/// What a rule says of the packets that it translates.
private struct PublishingRule {
    /// The names of chains that packets may go to.
    private(set) var targets: [String] = []
    /// Whether a map chooses the chain: it may be any chain of the table.
    private(set) var goesAnywhere = false
    private enum Loaded {
        case transportProtocol
        case port
        case address
        case inputInterface
        /// What the address tells already: the family, or whether the destination is the host's own.
        case matterOfCourse
    }

    private var isTCP = false
    /// Whether it also asks for something that the host's own connections may not have.
    private var isConditional = false
    private var port: UInt16?
    private var hostAddress: IPAddress?
    private var destination: IPAddress?
    private var loaded: [Int: Loaded] = [:]
    private var stored: [Int: [UInt8]] = [:]

    /// From a rule's attributes in a message of a dump.
    init(_ attributes: Attributes) {
        for expression in attributes.first(NFTA_RULE_EXPRESSIONS)?.nested ?? Attributes(.init(start: nil, count: 0)) {
            let name = expression.nested.first(NFTA_EXPR_NAME)?.string ?? ""
            guard let data = expression.nested.first(NFTA_EXPR_DATA)?.nested else { continue }
            follow(name, ExpressionData(data))
        }
    }

    /// Nil for a rule that publishes no single TCP port.
    var published: PublishedPort? {
        guard isTCP, !isConditional, let port, let destination else { return nil }
        return PublishedPort(port: port, hostAddress: hostAddress, destination: destination)
    }

    private mutating func follow(_ name: String, _ data: ExpressionData) {
        switch name {
        case "payload": load(data)
        case "meta":
            guard let register = data.number(NFTA_META_DREG) else { return }
            loaded[register] =
                switch data.number(NFTA_META_KEY) {
                case Int(NFT_META_L4PROTO.rawValue): .transportProtocol
                case Int(NFT_META_IIF.rawValue), Int(NFT_META_IIFNAME.rawValue): .inputInterface
                case Int(NFT_META_NFPROTO.rawValue), Int(NFT_META_PROTOCOL.rawValue): .matterOfCourse
                default: nil
                }
        case "fib":
            guard let register = data.number(NFTA_FIB_DREG) else { return }
            loaded[register] = .matterOfCourse
        case "cmp": compare(data)
        case "immediate":
            guard let register = data.number(NFTA_IMMEDIATE_DREG) else { return }
            switch data.verdict(NFTA_IMMEDIATE_DATA) {
            case .jump(let chain), .goto(let chain): targets.append(chain)
            default: stored[register] = data.value(NFTA_IMMEDIATE_DATA)
            }
        case "lookup" where data.number(NFTA_LOOKUP_DREG) == Int(NFT_REG_VERDICT.rawValue): goesAnywhere = true
        case "match":
            switch data.string(NFTA_MATCH_NAME) {
            case "tcp": match(data.bytes(NFTA_MATCH_INFO))
            case "addrtype", "comment": break
            default: isConditional = true
            }
        case "nat" where data.number(NFTA_NAT_TYPE) == Int(NFT_NAT_DNAT.rawValue):
            destination = data.number(NFTA_NAT_REG_ADDR_MIN).flatMap { stored[$0] }.flatMap(Self.address)
        case "target" where data.string(NFTA_TARGET_NAME) == "DNAT":
            destination = Self.destination(revision: data.number(NFTA_TARGET_REV) ?? 0, data.bytes(NFTA_TARGET_INFO))
        case "counter", "log", "target", "nat": break
        default: isConditional = true
        }
    }

    private mutating func load(_ data: ExpressionData) {
        guard let register = data.number(NFTA_PAYLOAD_DREG) else { return }
        let isTransport = data.number(NFTA_PAYLOAD_BASE) == Int(NFT_PAYLOAD_TRANSPORT_HEADER.rawValue)
        // RFC 9293 and RFC 768: the destination's port. RFC 791: protocol and destination; RFC 8200: next header and destination.
        loaded[register] =
            switch (isTransport, data.number(NFTA_PAYLOAD_OFFSET), data.number(NFTA_PAYLOAD_LEN)) {
            case (true, 2, 2): .port
            case (false, 9, 1), (false, 6, 1): .transportProtocol
            case (false, 16, 4), (false, 24, 16): .address
            default: nil
            }
    }

    private mutating func compare(_ data: ExpressionData) {
        guard let register = data.number(NFTA_CMP_SREG), let value = data.value(NFTA_CMP_DATA) else { return }
        let isEqual = data.number(NFTA_CMP_OP) == Int(NFT_CMP_EQ.rawValue)
        switch loaded[register] {
        case .transportProtocol where isEqual: isTCP = value == [UInt8(IPPROTO_TCP)]
        case .port where isEqual && value.count == 2: port = UInt16(value[0]) << 8 | UInt16(value[1])
        case .address where isEqual: hostAddress = Self.address(value)
        case .matterOfCourse: break
        // What the host itself sends came in by none: `! -i docker0`.
        case .inputInterface where !isEqual: break
        default: isConditional = true
        }
    }

    /// `struct xt_tcp`: ranges of source and destination ports, each of two numbers.
    private mutating func match(_ data: [UInt8]) {
        isTCP = true
        guard let first = data.uint16(at: 4), first == data.uint16(at: 6), data.uint8(at: 11) == 0 else { return }
        port = first
    }

    /// Revision 0 has `struct nf_nat_ipv4_multi_range_compat`, later ones `struct nf_nat_range` with room for either family.
    private static func destination(revision: Int, _ data: [UInt8]) -> IPAddress? {
        if revision == 0 { return data.count >= 12 ? address(Array(data[8..<12])) : nil }
        guard data.count >= 20 else { return nil }
        // An IPv4 address is followed by nothing.
        let isIPv4 = data[8..<20].allSatisfy { $0 == 0 }
        return address(Array(data[4..<(isIPv4 ? 8 : 20)]))
    }

    private static func address(_ bytes: [UInt8]) -> IPAddress? { bytes.withUnsafeBytes { IPAddress(bytes: $0) } }
}
