public import Netlink

/// Whether a gateway answers, as far as a run has found out.
public enum GatewayState: Hashable, Sendable {
    /// It is an address of this host or a neighbour that the kernel knows, or the route has no gateway.
    case answers
    /// It was asked for and did not answer.
    case silent
    /// It was not asked for, or could not be.
    case unknown
}

/// A gateway that is not known to answer.
public struct DoubtfulGateway: Hashable, Sendable {
    public let address: IPAddress
    /// The index of the interface that leads to it.
    public let interface: UInt32
    public let state: GatewayState

    public init(_ address: IPAddress, on interface: UInt32, _ state: GatewayState) {
        self.address = address
        self.interface = interface
        self.state = state
    }
}

extension NextHop {
    /// `via 10.89.2.1 dev eth1`
    func place(on interface: InterfaceName) -> String {
        "\(gatewayAddress.map { "via \($0) " } ?? "")dev \(interface)"
    }

    /// The gateway of either family; nil if packets go straight to their destination.
    var gatewayAddress: IPAddress? {
        if let gateway { return gateway }
        // struct rtvia: the address family in two bytes, the address.
        guard let via, via.count > 2 else { return nil }
        return via.withUnsafeBytes { IPAddress(bytes: .init(rebasing: $0[2...])) }
    }
}

extension NamespaceSnapshot {
    func state(of hop: NextHop) -> GatewayState {
        // In most containers every gateway answers.
        guard !doubtfulGateways.isEmpty, let gateway = hop.gatewayAddress else { return .answers }
        for doubtful in doubtfulGateways where doubtful.interface == hop.interface && doubtful.address == gateway {
            return doubtful.state
        }
        return .answers
    }

    /// The gateways of each family in which two networks have a default route, in main or set aside. They decide which network
    /// wins, and whose addresses get rules.
    package var gatewaysThatMatter: [(address: IPAddress, interface: UInt32)] {
        var gateways: [(address: IPAddress, interface: UInt32)] = []
        if !hasSeveralInterfaces { return gateways }
        var networks: [UInt32] = []
        for place in links.indices where links[place].isNetwork { networks.append(links[place].index) }
        for version in IPVersion.allCases {
            var first: UInt32?
            var isOfSeveral = false
            let before = gateways.count
            for place in routes.indices where routes[place].version == version && routes[place].isUnicast {
                let table = routes[place].table
                for hop in routes[place].nextHops where networks.contains(hop.interface) {
                    guard table == Route.mainTable || table == Ours.table(of: hop.interface) else { continue }
                    isOfSeveral = isOfSeveral || hop.interface != first ?? hop.interface
                    first = hop.interface
                    guard let address = hop.gatewayAddress,
                        !gateways.contains(where: { $0.address == address && $0.interface == hop.interface })
                    else { continue }
                    gateways.append((address, hop.interface))
                }
            }
            if !isOfSeveral { gateways.removeLast(gateways.count - before) }
        }
        return gateways
    }
}
