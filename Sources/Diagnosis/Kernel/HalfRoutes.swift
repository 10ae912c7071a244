import CKernel
public import LinuxSystem
public import Netlink

/// A route in table main to one half of all addresses: 0.0.0.0/1, 128.0.0.0/1, ::/1 or 8000::/1. Both halves together act as a
/// default route and win over every real one, being more specific.
public struct HalfRoute: Hashable, Sendable {
    public var version: IPVersion
    /// Whether it is the half whose addresses have the highest bit set.
    public var isUpper: Bool
    public var metric: UInt32
    public var nextHops: [NextHop]

    public init(_ version: IPVersion, isUpper: Bool, metric: UInt32, nextHops: [NextHop]) {
        self.version = version
        self.isUpper = isUpper
        self.metric = metric
        self.nextHops = nextHops
    }

    /// The destination as `ip-route(8)` writes it.
    public var prefix: String {
        switch (version, isUpper) {
        case (.v4, false): "0.0.0.0/1"
        case (.v4, true): "128.0.0.0/1"
        case (.v6, false): "::/1"
        case (.v6, true): "8000::/1"
        }
    }
}

extension HalfRoute {
    /// From one message of a dump of routes; nil for any other route.
    init?(_ message: Message) {
        guard let header = message.familyHeader(rtmsg.self), let version = IPVersion(addressFamily: header.rtm_family),
            header.rtm_dst_len == 1, header.rtm_src_len == 0, header.rtm_tos == 0, header.rtm_type == UInt8(RTN_UNICAST)
        else { return nil }
        var hop = NextHop(interface: 0, gateway: nil)
        hop.isDead = header.rtm_flags & UInt32(RTNH_F_DEAD) != 0
        self.init(version, isUpper: false, metric: 0, nextHops: [])
        var encapsulation: UInt16?
        var table = Route.mainTable
        for attribute in message.attributes(after: rtmsg.self) {
            hop.read(attribute, encapsulationType: &encapsulation)
            switch attribute.type {
            case Int(RTA_DST.rawValue): isUpper = attribute.bytes.first == 0x80
            case Int(RTA_TABLE.rawValue): table = attribute.uint32 ?? table
            case Int(RTA_PRIORITY.rawValue): metric = attribute.uint32 ?? 0
            case Int(RTA_MULTIPATH.rawValue): nextHops = NextHop.legs(attribute.payload)
            default: break
            }
        }
        // Kernels that do not filter dumps list other tables' routes as well.
        guard table == Route.mainTable else { return nil }
        if nextHops.isEmpty { nextHops = [hop] }
    }
}

extension Socket {
    /// The halves among main's routes, in the order in which the kernel tries them. Nil if main has more than `most` routes;
    /// then the rest of the dump is unread, and the socket must not be used again.
    public mutating func halfRoutes(
        _ version: IPVersion, unlessMoreThan most: Int
    ) throws(KernelError) -> [HalfRoute]? {
        var halves: [HalfRoute] = []
        var count = 0
        let again = {
            halves = []
            count = 0
        }
        do {
            let request = Request.listRoutes(version, table: Route.mainTable, onlyUnicast: true)
            let isComplete = try read(request, again: again) { message in
                count += 1
                if let half = HalfRoute(message) { halves.append(half) }
                return count <= most
            }
            if !isComplete { return nil }
        } catch {
            // ENOENT: the namespace has no such table.
            if error.errno != .noEntry { throw error }
        }
        return halves
    }
}
