// For people to read; no container's start asks for these.
#if !hasFeature(Embedded)
    import CMnl
    package import LinuxSystem

    /// A route to anywhere.
    package struct ListedRoute: Hashable, Sendable {
        package var destination: IPPrefix
        /// The rest of it.
        package var route: Route

        package init(_ destination: IPPrefix, _ route: Route) { (self.destination, self.route) = (destination, route) }

        init?(_ message: Message) {
            guard let header = message.familyHeader(rtmsg.self), header.rtm_flags & UInt32(RTM_F_CLONED) == 0,
                let version = IPVersion(addressFamily: header.rtm_family)
            else { return nil }
            var destination: IPAddress?
            for attribute in message.attributes(after: rtmsg.self) where attribute.type == Int(RTA_DST.rawValue) {
                destination = attribute.address
            }
            let any = IPAddress(version == .v4 ? "0.0.0.0" : "::")
            guard let prefix = (destination ?? any).flatMap({ IPPrefix($0, length: header.rtm_dst_len) }) else {
                return nil
            }
            self.init(prefix, Route(version, message, header))
        }

        /// The table of the namespace's own addresses, `RT_TABLE_LOCAL`.
        package static let localTable = UInt32(RT_TABLE_LOCAL.rawValue)
    }

    extension Socket {
        /// The routes of all tables but that of the namespace's own addresses, and how many there are beyond the first `most`.
        package mutating func routes(atMost most: Int) throws(KernelError) -> (routes: [ListedRoute], left: Int) {
            var routes: [ListedRoute] = []
            var left = 0
            _ = try read(
                .listRoutes(),
                again: {
                    routes = []
                    left = 0
                }
            ) { message in
                guard let route = ListedRoute(message), route.route.table != ListedRoute.localTable else { return true }
                if routes.count < most { routes.append(route) } else { left += 1 }
                return true
            }
            return (routes, left)
        }
    }
#endif
