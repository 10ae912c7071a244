import CMnl
public import LinuxSystem

// Default routes are few among possibly a million others, and the kernel lists all: it filters by table and type, not by
// destination. It lists an IPv4 table by address, so default routes come first and the rest need not be read (`fib_table_dump` of
// net/ipv4/fib_trie.c). In IPv6 they come last.

extension Request {
    /// Lists the routes of both families and all tables, unless `version` or `table` restricts them.
    package static func listRoutes(
        _ version: IPVersion? = nil, table: UInt32? = nil, onlyUnicast: Bool = false
    ) -> Request {
        var request = Request("list routes", type: RTM_GETROUTE, flags: 0)
        var header = rtmsg()
        header.rtm_family = version?.addressFamily ?? UInt8(AF_UNSPEC)
        header.rtm_type = UInt8(onlyUnicast ? RTN_UNICAST : RTN_UNSPEC)
        request.append(header)
        if let table { request.put(Int(RTA_TABLE.rawValue), table) }
        return request
    }
}

extension Message {
    /// Whether it is an IPv4 route that is no default route.
    fileprivate var isSpecificIPv4Route: Bool {
        guard let header = familyHeader(rtmsg.self) else { return false }
        return header.rtm_family == UInt8(AF_INET) && header.rtm_dst_len > 0
    }

    /// Whether it is a route to an address above 0.0.0.0. All default routes of its table come before it.
    fileprivate var isBehindDefaultRoutes: Bool {
        guard isSpecificIPv4Route else { return false }
        for attribute in attributes(after: rtmsg.self) where attribute.type == Int(RTA_DST.rawValue) {
            // 0.0.0.0/1 and the like come before them.
            return attribute.uint32 != 0
        }
        return false
    }
}

extension Socket {
    /// Every default route in every table, ordered within each as the kernel tries them.
    public mutating func defaultRoutes(_ version: IPVersion? = nil) throws(KernelError) -> [Route] {
        try dump(.listRoutes(version)) { Route(default: $0) }
    }

    /// The same, or nil as soon as there are more IPv4 routes than `most`. Then the socket must not be used any more.
    ///
    /// `onlyUnicast` leaves out routes that lead nowhere (blackhole, unreachable, prohibit), and saves reading every local
    /// address.
    public mutating func defaultRoutes(
        unlessMoreThan most: Int, onlyUnicast: Bool
    ) throws(KernelError) -> [Route]? {
        var routes: [Route] = []
        var others = 0
        let mostListed = budget.mostListed
        let again = {
            routes = []
            others = 0
        }
        let isComplete = try read(.listRoutes(onlyUnicast: onlyUnicast), again: again) { message in
            if let route = Route(default: message) {
                routes.append(route)
                return routes.count <= mostListed
            }
            if message.isSpecificIPv4Route { others += 1 }
            return others <= most
        }
        try budget.allow(routes.count, "list default routes")
        return isComplete ? routes : nil
    }

    /// The IPv4 default routes of one table, without reading its others. Then the socket must not be used any more.
    public mutating func defaultRoutes(inIPv4Table table: UInt32) throws(KernelError) -> [Route] {
        var routes: [Route] = []
        let mostListed = budget.mostListed
        do {
            _ = try read(.listRoutes(.v4, table: table), again: { routes = [] }) { message in
                if let route = Route(default: message) {
                    routes.append(route)
                    return routes.count <= mostListed
                }
                return !message.isBehindDefaultRoutes
            }
        } catch {
            // The table does not exist.
            if error.errno != .noEntry { throw error }
        }
        try budget.allow(routes.count, "list default routes")
        return routes
    }
}
