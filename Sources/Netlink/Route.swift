import CMnl
public import LinuxSystem

/// A default route: destination and source of length 0, `rtnetlink(7)`. Kept whole, so that it can be added elsewhere.
public struct Route: Hashable, Sendable {
    public var version: IPVersion
    /// The table's whole number, from `RTA_TABLE`.
    public var table: UInt32
    public var typeOfService: UInt8
    /// `RTN_UNICAST` and so on.
    public var type: UInt8
    public var scope: UInt8
    /// Who made it: `RTPROT_…`.
    public var `protocol`: UInt8
    /// `RTA_PRIORITY`; lower is better. 0 if an IPv4 route has none.
    public var metric: UInt32
    public var preferredSource: IPAddress?
    /// `RTA_METRICS`, the kernel's bytes: MTU, window and the like.
    public var metrics: [UInt8]?
    /// `RTA_PREF`, RFC 4191.
    public var preference: UInt8?
    /// Remaining lifetime in seconds, rounded up; nil if unlimited. Not positive: over, but not yet collected.
    public var lifetime: Int32?
    /// `RTA_NH_ID`: the next-hop object it refers to. `nextHops` then holds that object's content.
    public var nextHopObject: UInt32?
    public var nextHops: [NextHop]

    public static let mainTable = UInt32(RT_TABLE_MAIN.rawValue)
    /// The scope of IPv4 routes without a gateway.
    public static let linkScope = UInt8(RT_SCOPE_LINK.rawValue)

    public init(_ version: IPVersion, table: UInt32 = mainTable, metric: UInt32 = 0, nextHops: [NextHop]) {
        self.version = version
        self.table = table
        self.metric = metric
        self.nextHops = nextHops
        typeOfService = 0
        type = UInt8(RTN_UNICAST)
        scope = UInt8(RT_SCOPE_UNIVERSE.rawValue)
        self.protocol = UInt8(RTPROT_STATIC)
    }

    /// An IPv4 default route that discards packets without a word, `RTN_BLACKHOLE`.
    package init(blackholeIn table: UInt32, metric: UInt32) {
        self.init(.v4, table: table, metric: metric, nextHops: [NextHop(interface: 0, gateway: nil)])
        type = UInt8(RTN_BLACKHOLE)
    }

    public var isUnicast: Bool { type == UInt8(RTN_UNICAST) }

    package var isBlackhole: Bool { type == UInt8(RTN_BLACKHOLE) }

    /// Made by a routing daemon, which manages its routes itself. These are the protocol numbers of iproute2 (rt_protos) and
    /// FRRouting without those of the kernel, administrators, engines, advertisements and DHCP.
    public var isOfRoutingDaemon: Bool {
        switch self.protocol {
        case 8, 10...15, 17, 18, 42, 84, 99, 186...199: true
        default: false
        }
    }

    /// Learnt from a router advertisement, RFC 4861.
    public var isFromRouterAdvertisement: Bool { self.protocol == UInt8(RTPROT_RA) }
}

extension Route {
    /// Nil for every route that is no default route. The attributes of those are not read.
    package init?(default message: Message) {
        guard let header = message.familyHeader(rtmsg.self), header.rtm_dst_len == 0, header.rtm_src_len == 0,
            header.rtm_flags & UInt32(RTM_F_CLONED) == 0, let version = IPVersion(addressFamily: header.rtm_family)
        else { return nil }
        self.init(version, message, header)
    }

    /// A route to anywhere; its destination is not read.
    init(_ version: IPVersion, _ message: Message, _ header: rtmsg) {
        self.init(version, table: UInt32(header.rtm_table), nextHops: [])
        typeOfService = header.rtm_tos
        type = header.rtm_type
        scope = header.rtm_scope
        self.protocol = header.rtm_protocol
        var hop = NextHop(interface: 0, gateway: nil)
        hop.isOnLink = header.rtm_flags & UInt32(RTNH_F_ONLINK) != 0
        hop.isDead = header.rtm_flags & UInt32(RTNH_F_DEAD) != 0
        var encapsulationType: UInt16?
        for attribute in message.attributes(after: rtmsg.self) {
            hop.read(attribute, encapsulationType: &encapsulationType)
            read(attribute)
        }
        if nextHops.isEmpty { nextHops = [hop] }
    }

    private mutating func read(_ attribute: Attribute) {
        switch attribute.type {
        case Int(RTA_TABLE.rawValue): table = attribute.uint32 ?? table
        case Int(RTA_PRIORITY.rawValue): metric = attribute.uint32 ?? 0
        case Int(RTA_PREFSRC.rawValue): preferredSource = attribute.address
        case Int(RTA_METRICS.rawValue): metrics = attribute.payload.isEmpty ? nil : attribute.bytes
        case Int(RTA_PREF.rawValue): preference = attribute.uint8
        case Int(RTA_NH_ID.rawValue): nextHopObject = attribute.uint32
        case Int(RTA_MULTIPATH.rawValue): nextHops = NextHop.legs(attribute.payload)
        case Int(RTA_CACHEINFO.rawValue): readLifetime(attribute.payload)
        default: break
        }
    }

    private mutating func readLifetime(_ payload: UnsafeRawBufferPointer) {
        guard payload.count >= MemoryLayout<rta_cacheinfo>.size else { return }
        // Hundredths of a second (USER_HZ) on every architecture Swift runs on; 0 means no lifetime.
        let expires = payload.loadUnaligned(as: rta_cacheinfo.self).rta_expires
        if expires != 0 { lifetime = expires / 100 + (expires % 100 > 0 ? 1 : 0) }
    }
}

extension Request {
    /// Adds the route beside others of its metric and replaces none: `NLM_F_APPEND`.
    package static func add(_ route: Route) -> Request {
        var request = Request("add default route", type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_APPEND)
        request.put(route)
        if let metrics = route.metrics { request.put(Int(RTA_METRICS.rawValue), metrics) }
        if let preference = route.preference { request.put(Int(RTA_PREF.rawValue), preference) }
        if let lifetime = route.lifetime { request.put(Int(RTA_EXPIRES.rawValue), UInt32(max(lifetime, 1))) }
        return request
    }

    package static func delete(_ route: Route) -> Request {
        var request = Request("delete default route", type: RTM_DELROUTE, flags: 0)
        request.put(route)
        return request
    }

    /// Puts what identifies a route, for adding and for deleting it.
    private mutating func put(_ route: Route) {
        var header = rtmsg()
        header.rtm_family = route.version.addressFamily
        header.rtm_tos = route.typeOfService
        // The header holds only small table numbers; RTA_TABLE holds all.
        header.rtm_table = UInt8(exactly: route.table) ?? UInt8(RT_TABLE_UNSPEC.rawValue)
        header.rtm_protocol = route.protocol
        header.rtm_scope = route.scope
        header.rtm_type = route.type
        let single = route.nextHops.count == 1 && route.nextHopObject == nil ? route.nextHops[0] : nil
        header.rtm_flags = single?.isOnLink == true ? UInt32(RTNH_F_ONLINK) : 0
        append(header)
        put(Int(RTA_TABLE.rawValue), route.table)
        put(Int(RTA_PRIORITY.rawValue), route.metric)
        if let source = route.preferredSource { put(Int(RTA_PREFSRC.rawValue), source) }
        if let object = route.nextHopObject {
            // Either the object or its content: the kernel refuses both.
            put(Int(RTA_NH_ID.rawValue), object)
        } else if let single {
            if single.interface != 0 { put(Int(RTA_OIF.rawValue), single.interface) }
            put(single)
        } else {
            putLegs(route.nextHops)
        }
    }
}

extension Socket {
    /// Adds the route beside others of its metric. `EEXIST` if it exists.
    public mutating func add(_ route: Route) throws(KernelError) { try execute(.add(route)) }

    /// Deletes exactly this route. `ESRCH` if it does not exist.
    public mutating func delete(_ route: Route) throws(KernelError) { try execute(.delete(route)) }
}
