import CMnl
public import LinuxSystem

/// How a packet would leave: the answer to `RTM_GETROUTE`, as `ip route get` shows it.
public struct RouteLookup: Hashable, Sendable {
    public var interface: UInt32
    /// Nil if the destination is on the link.
    public var gateway: IPAddress?
    /// `RTN_LOCAL`: the destination is an address of this host.
    public var isLocal = false

    public init(interface: UInt32, gateway: IPAddress?) {
        self.interface = interface
        self.gateway = gateway
    }
}

extension RouteLookup {
    init?(_ message: Message) {
        guard let header = message.familyHeader(rtmsg.self) else { return nil }
        self.init(interface: 0, gateway: nil)
        isLocal = header.rtm_type == UInt8(RTN_LOCAL)
        for attribute in message.attributes(after: rtmsg.self) {
            switch attribute.type {
            case Int(RTA_OIF.rawValue): interface = attribute.uint32 ?? 0
            case Int(RTA_GATEWAY.rawValue): gateway = attribute.address
            default: break
            }
        }
    }
}

extension Request {
    package static func route(to destination: IPAddress, from source: IPAddress?, by interface: UInt32?) -> Request {
        var request = Request(Attempt("look up the route to", .address(destination)), type: RTM_GETROUTE, flags: 0)
        var header = rtmsg()
        header.rtm_family = destination.version.addressFamily
        header.rtm_dst_len = destination.version.bits
        header.rtm_src_len = source?.version.bits ?? 0
        request.append(header)
        request.put(Int(RTA_DST.rawValue), destination)
        if let source { request.put(Int(RTA_SRC.rawValue), source) }
        if let interface { request.put(Int(RTA_OIF.rawValue), interface) }
        return request
    }
}

extension Socket {
    /// Asks the kernel how a packet to `destination` would leave, from `source` or by `interface` if they are given. Nil if no
    /// route leads there.
    ///
    /// Nothing is sent over IPv4. The kernel alternates between default routes of one metric, and each lookup counts. Over IPv6
    /// it may probe a router that it has not heard of for a while.
    public mutating func route(
        to destination: IPAddress, from source: IPAddress? = nil, by interface: UInt32? = nil
    ) throws(KernelError) -> RouteLookup? {
        do {
            return try get(.route(to: destination, from: source, by: interface)) { RouteLookup($0) }
        } catch {
            if Self.noRoute.contains(error.errno) { return nil }
            throw error
        }
    }

    /// The kernel's answers if no route leads there.
    private static let noRoute: [Errno] = [.networkUnreachable, .hostUnreachable, .accessDenied, .invalid]

    /// Whether each of these is an address of the socket's own host. A link-local one is looked up on its interface.
    package mutating func areLocal(
        _ destinations: [(address: IPAddress, interface: UInt32)]
    ) throws(KernelError) -> [Bool] {
        var areLocal = [Bool](repeating: false, count: destinations.count)
        try getAll(destinations.count, absences: Self.noRoute + [.noDevice]) { place in
            let (address, interface) = destinations[place]
            return .route(to: address, from: nil, by: address.isLinkLocal ? interface : nil)
        } _: { place, message in
            areLocal[place] = RouteLookup(message)?.isLocal ?? false
        }
        return areLocal
    }
}
