package import Netlink

/// A default route in main that competes with another network's: the kernel has no reason to choose either.
package struct CompetingDefault: Hashable, Sendable {
    /// The leg as a route of its own, with one next hop.
    package let leg: Route
    package let interface: InterfaceName
    /// Whether it is a leg of a multipath route.
    package let isOfMultipath: Bool
    /// `default via 10.89.2.1 dev eth1`
    package let text: String
}

extension NamespaceSnapshot {
    /// The best default routes of a family in main if they belong to several networks. The one that the plan would keep is first.
    /// Empty if the best is of a tunnel, of a routing daemon or of anything else that is no network.
    package func competingDefaults(_ version: IPVersion, _ policy: Policy.DefaultRoute) -> [CompetingDefault] {
        let routes = DefaultRoutes(version, self, policy, leaving: nil)
        let ahead = routes.sorted(routes.main)
        // By the present levels in main, whatever mode ranked remembers.
        guard let best = ahead.map({ Level($0.leg) }).min(), !routes.foreign.contains(where: { Level($0) <= best })
        else { return [] }
        let rivals = ahead.filter { Level($0.leg) == best }
        guard rivals.contains(where: { $0.link != rivals[0].link }) else { return [] }
        return rivals.map { candidate in
            CompetingDefault(
                leg: candidate.leg, interface: candidate.link.name,
                isOfMultipath: candidate.listed.nextHops.count > 1, text: candidate.text)
        }
    }

    /// The gateways that an earlier run keeps in an interface's own table, each with the table's number.
    package func defaultsInTable(_ version: IPVersion, of interface: UInt32) -> [(gateway: IPAddress?, table: UInt32)] {
        let table = Ours.table(of: interface)
        return routes.filter { $0.version == version && $0.table == table && $0.protocol != Ours.learntProtocol }
            .flatMap { $0.nextHops }
            .map { (gateway: $0.gatewayAddress, table: table) }
    }

    /// Whether an earlier run keeps the default route of an interface in a table of its own.
    package func isSetAside(_ version: IPVersion, _ interface: UInt32) -> Bool {
        routes.contains {
            $0.version == version && $0.table == Ours.table(of: interface) && $0.protocol != Ours.standbyProtocol
                && $0.protocol != Ours.learntProtocol
        }
    }
}
