import CMnl

/// A next hop, one leg of a route, with what belongs to the leg and not to the whole route.
///
/// `via` and `encapsulation` are only ever copied, so they stay the kernel's bytes.
public struct NextHop: Hashable, Sendable {
    /// The interface's index; 0 if the kernel names none.
    public var interface: UInt32
    /// `RTA_GATEWAY`; nil for a route that is on-link.
    public var gateway: IPAddress?
    /// `RTA_VIA`, a gateway of the other family: `struct rtvia`.
    public var via: [UInt8]?
    /// `RTNH_F_ONLINK`: the gateway is on the link though no route says so.
    public var isOnLink: Bool
    /// `RTNH_F_DEAD`: its interface is down, and the kernel does not use it.
    public var isDead: Bool
    /// `RTA_FLOW`, the routing realms.
    public var realms: UInt32?
    /// `RTA_ENCAP_TYPE` and `RTA_ENCAP`, a lightweight tunnel.
    public var encapsulation: Encapsulation?
    /// `rtnh_hops`, one less than the weight.
    public var hops: UInt8

    public struct Encapsulation: Hashable, Sendable {
        public let type: UInt16
        public let parameters: [UInt8]
    }

    public init(interface: UInt32, gateway: IPAddress?) {
        self.interface = interface
        self.gateway = gateway
        isOnLink = false
        isDead = false
        hops = 0
    }
}

extension NextHop {
    /// Reads an attribute of the route or of a leg that belongs to the hop.
    package mutating func read(_ attribute: Attribute, encapsulationType: inout UInt16?) {
        switch attribute.type {
        case Int(RTA_OIF.rawValue): interface = attribute.uint32 ?? 0
        case Int(RTA_GATEWAY.rawValue): gateway = attribute.address
        case Int(RTA_VIA.rawValue): via = attribute.bytes
        case Int(RTA_FLOW.rawValue): realms = attribute.uint32
        case Int(RTA_ENCAP_TYPE.rawValue):
            encapsulationType = attribute.uint16
            if let type = encapsulationType, let known = encapsulation {
                encapsulation = Encapsulation(type: type, parameters: known.parameters)
            }
        case Int(RTA_ENCAP.rawValue):
            encapsulation = Encapsulation(type: encapsulationType ?? 0, parameters: attribute.bytes)
        default: break
        }
    }

    /// The legs of `RTA_MULTIPATH`: a run of `struct rtnexthop`, each followed by its attributes.
    package static func legs(_ payload: UnsafeRawBufferPointer) -> [NextHop] {
        let headerSize = MemoryLayout<rtnexthop>.size
        var legs: [NextHop] = []
        var rest = payload
        while rest.count >= headerSize {
            let header = rest.loadUnaligned(as: rtnexthop.self)
            let length = Int(header.rtnh_len)
            guard length >= headerSize, length <= rest.count else { break }
            var leg = NextHop(interface: UInt32(exactly: header.rtnh_ifindex) ?? 0, gateway: nil)
            leg.isOnLink = Int32(header.rtnh_flags) & RTNH_F_ONLINK != 0
            leg.isDead = Int32(header.rtnh_flags) & RTNH_F_DEAD != 0
            leg.hops = header.rtnh_hops
            var encapsulationType: UInt16?
            for attribute in Attributes(UnsafeRawBufferPointer(rebasing: rest[headerSize..<length])) {
                leg.read(attribute, encapsulationType: &encapsulationType)
            }
            legs.append(leg)
            rest = rest.dropping(aligned: length)
        }
        return legs
    }
}

extension Request {
    /// Puts the attributes of a hop except its interface, which a leg has in its header.
    mutating func put(_ hop: NextHop) {
        if let gateway = hop.gateway { put(Int(RTA_GATEWAY.rawValue), gateway) }
        if let via = hop.via { put(Int(RTA_VIA.rawValue), via) }
        if let realms = hop.realms { put(Int(RTA_FLOW.rawValue), realms) }
        if let encapsulation = hop.encapsulation {
            put(Int(RTA_ENCAP_TYPE.rawValue), encapsulation.type)
            put(Int(RTA_ENCAP.rawValue), encapsulation.parameters)
        }
    }

    mutating func putLegs(_ hops: [NextHop]) {
        nest(Int(RTA_MULTIPATH.rawValue)) { request in
            for hop in hops {
                var leg = rtnexthop()
                leg.rtnh_ifindex = Int32(truncatingIfNeeded: hop.interface)
                leg.rtnh_hops = hop.hops
                leg.rtnh_flags = hop.isOnLink ? UInt8(RTNH_F_ONLINK) : 0
                request.putLeg(leg) { $0.put(hop) }
            }
        }
    }
}
