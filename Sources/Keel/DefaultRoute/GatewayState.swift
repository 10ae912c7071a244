public import Netlink

/// Whether a gateway answers, as far as a run found out.
public enum GatewayState: Hashable, Sendable {
    /// An address of this host, a neighbour that the kernel knows, or a route without a gateway.
    case answers
    /// Asked for in vain.
    case silent
    /// Nobody has asked, or nobody could.
    case unknown
}

/// A gateway that is not known to answer.
public struct DoubtfulGateway: Hashable, Sendable {
    public let address: IPAddress
    /// The index of the interface it is to be found by.
    public let interface: UInt32
    public let state: GatewayState

    public init(_ address: IPAddress, on interface: UInt32, _ state: GatewayState) {
        self.address = address
        self.interface = interface
        self.state = state
    }
}

extension NextHop {
    /// The gateway, of whichever family; nil where packets go straight to their destination.
    var gatewayAddress: IPAddress? {
        if let gateway { return gateway }
        // struct rtvia: the address family in two bytes, the address.
        guard let via, via.count > 2 else { return nil }
        return via.withUnsafeBytes { IPAddress(bytes: .init(rebasing: $0[2...])) }
    }
}

extension NamespaceSnapshot {
    func state(of hop: NextHop) -> GatewayState {
        // Of most containers every gateway answers.
        guard !doubtfulGateways.isEmpty, let gateway = hop.gatewayAddress else { return .answers }
        for doubtful in doubtfulGateways where doubtful.interface == hop.interface && doubtful.address == gateway {
            return doubtful.state
        }
        return .answers
    }

    /// The gateways of every family in which two networks have a default route, in main or set aside: they decide who wins, and
    /// whose addresses get rules.
    package var gatewaysThatMatter: [(address: IPAddress, interface: UInt32)] {
        var gateways: [(address: IPAddress, interface: UInt32)] = []
        for version in IPVersion.allCases {
            let hops = networkHops(version)
            guard hops.contains(where: { $0.interface != hops[0].interface }) else { continue }
            for hop in hops {
                guard let address = hop.gatewayAddress,
                    !gateways.contains(where: { $0.address == address && $0.interface == hop.interface })
                else { continue }
                gateways.append((address, hop.interface))
            }
        }
        return gateways
    }

    /// The legs of a family's default routes in main and in our tables, by networks.
    private func networkHops(_ version: IPVersion) -> [NextHop] {
        routes.flatMap { route -> [NextHop] in
            guard route.version == version, route.isUnicast else { return [] }
            return route.nextHops.filter { hop in
                (route.table == Route.mainTable || route.table == Ours.table(of: hop.interface))
                    && links.contains { $0.index == hop.interface && $0.isNetwork }
            }
        }
    }
}
