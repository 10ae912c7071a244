public import Netlink

/// How a probe asks for an answer.
public enum ProbeProtocol: String, CaseIterable, Sendable {
    /// An ICMP or ICMPv6 echo request; the answer is its reply.
    case ping
    /// A connection; the answer is its acceptance or its refusal.
    case tcp = "TCP"
    /// A datagram; the answer is a datagram, or that the port is unreachable.
    case udp = "UDP"
}

/// What a probe's socket is bound to.
public enum ProbeSource: Hashable, Sendable {
    /// Nothing: the kernel chooses the interface and the address.
    case unbound
    case address(IPAddress)
    /// `SO_BINDTODEVICE`, socket(7).
    case device(InterfaceName)
    /// A socket of the host's, bound to nothing.
    case host
}

/// An address that is asked for answers.
public struct ProbeTarget: Hashable, Sendable {
    public enum Kind: String, Sendable {
        /// A gateway of the container, or the host's address on its network.
        case gateway
        /// The host's own address on another network.
        case host
        /// What the user named.
        case named
        /// A port of the host that leads to the container.
        case published = "published port"
    }

    public let kind: Kind
    public let address: IPAddress
    /// The container's interface by which it is reached; nil if the routes decide.
    public let interface: UInt32?
    /// The index of the host's interface that has the address; nil if it is not known to be the host's.
    public let hostInterface: UInt32?
    public let port: UInt16

    public init(
        _ kind: Kind, _ address: IPAddress, port: UInt16, interface: UInt32? = nil, hostInterface: UInt32? = nil
    ) {
        self.kind = kind
        self.address = address
        self.port = port
        self.interface = interface
        self.hostInterface = hostInterface
    }

    /// An IPv6 address of a link says nothing without the interface.
    var scope: UInt32 { address.isLinkLocal ? interface ?? 0 : 0 }
}

/// A row of the test: probes of one kind, which should all be answered or none.
public struct ProbeRow: Hashable, Sendable {
    public let source: ProbeSource
    public let `protocol`: ProbeProtocol
    public let target: ProbeTarget

    public init(_ source: ProbeSource, _ `protocol`: ProbeProtocol, _ target: ProbeTarget) {
        self.source = source
        self.protocol = `protocol`
        self.target = target
    }

    public var version: IPVersion { target.address.version }
}
