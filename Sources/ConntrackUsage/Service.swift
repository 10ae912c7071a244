import CKernel
import Netlink

/// The service that a connection's first packet asked for: the protocol, with its port or ICMP type if it has one.
public struct Service: Hashable, Sendable {
    /// The number in the IP header, `IPPROTO_…`.
    public var `protocol`: UInt8
    /// The destination port in host byte order; nil for protocols without ports.
    public var port: UInt16?
    /// The type of ICMP and ICMPv6; nil for others.
    public var icmpType: UInt8?

    public init(`protocol`: UInt8, port: UInt16? = nil, icmpType: UInt8? = nil) {
        self.protocol = `protocol`
        self.port = port
        self.icmpType = icmpType
    }
}

extension Service {
    /// From the attributes in `CTA_TUPLE_PROTO`.
    init(_ attributes: Attributes) {
        self.init(protocol: 0)
        for attribute in attributes {
            switch attribute.type {
            case Int(CTA_PROTO_NUM.rawValue): `protocol` = attribute.uint8 ?? 0
            case Int(CTA_PROTO_DST_PORT.rawValue): port = attribute.uint16.map { UInt16(bigEndian: $0) }
            case Int(CTA_PROTO_ICMP_TYPE.rawValue), Int(CTA_PROTO_ICMPV6_TYPE.rawValue): icmpType = attribute.uint8
            default: break
            }
        }
        // GRE has its keys there, which tell tunnels apart and are no service.
        if !hasPorts { port = nil }
    }

    private var hasPorts: Bool {
        switch Int(`protocol`) {
        case Int(IPPROTO_TCP), Int(IPPROTO_UDP), Int(IPPROTO_DCCP), Int(IPPROTO_SCTP), Int(IPPROTO_UDPLITE): true
        default: false
        }
    }
}

extension Service: CustomStringConvertible {
    /// The protocol's name in lower case, as tools print it; nil for protocols that containers hardly use.
    public var protocolName: String? {
        switch Int(`protocol`) {
        case Int(IPPROTO_ICMP): "icmp"
        case Int(IPPROTO_IGMP): "igmp"
        case Int(IPPROTO_IPIP): "ipip"
        case Int(IPPROTO_TCP): "tcp"
        case Int(IPPROTO_UDP): "udp"
        case Int(IPPROTO_DCCP): "dccp"
        case Int(IPPROTO_IPV6): "ipv6"
        case Int(IPPROTO_GRE): "gre"
        case Int(IPPROTO_ESP): "esp"
        case Int(IPPROTO_AH): "ah"
        case Int(IPPROTO_ICMPV6): "icmpv6"
        case Int(IPPROTO_SCTP): "sctp"
        case Int(IPPROTO_UDPLITE): "udplite"
        default: nil
        }
    }

    /// `tcp/443`, `icmp type 8`, `gre`, `protocol 89`.
    public var description: String {
        let name = protocolName ?? "protocol \(`protocol`)"
        if let port { return "\(name)/\(port)" }
        if let icmpType { return "\(name) type \(icmpType)" }
        return name
    }
}
