import LinuxSystem
public import Netlink

/// An interface by which the host itself leaves: it has a default route with the best metric of its family.
public struct HostWayOut: Hashable, Sendable {
    public let link: Link
    /// The gateways, each once; none if the route is on-link.
    public internal(set) var gateways: [IPAddress] = []
    public internal(set) var versions: [IPVersion] = []
}

extension HostObservation {
    /// Observes the default routes of main and all addresses. To be called in the host's namespace.
    mutating func observeWaysOut() throws(KernelError) {
        var socket = try Socket(.route)
        if addresses.isEmpty { addresses = try socket.addresses() }
        for version in IPVersion.allCases {
            // A socket of its own: the kernel may be told to stop in the middle of a long list.
            var list = try Socket(.route)
            let routes = try version == .v4 ? list.defaultRoutes(inIPv4Table: Route.mainTable) : list.defaultRoutes(.v6)
            let main = routes.filter { $0.table == Route.mainTable && $0.isUnicast }
            let best = main.map { $0.metric }.min()
            for hop in main.filter({ $0.metric == best }).flatMap({ $0.nextHops }) {
                try note(hop, version, &socket)
            }
        }
    }

    private mutating func note(
        _ hop: NextHop, _ version: IPVersion, _ socket: inout Socket
    ) throws(KernelError) {
        var place = waysOut.firstIndex { $0.link.index == hop.interface }
        if place == nil, let link = try socket.link(index: hop.interface) {
            place = waysOut.count
            waysOut.append(HostWayOut(link: link))
        }
        guard let place else { return }
        if !waysOut[place].versions.contains(version) { waysOut[place].versions.append(version) }
        if let gateway = hop.gateway, !waysOut[place].gateways.contains(gateway) {
            waysOut[place].gateways.append(gateway)
        }
    }
}
