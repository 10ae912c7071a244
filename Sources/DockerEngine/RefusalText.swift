import Netlink

extension Refusal {
    /// For people.
    package var text: String {
        let family = version == .v6 ? " (IPv6)" : ""
        guard let network else { return "no gateway is learnt from Docker\(family): \(words)" }
        return "Docker's gateway of \(network)\(family) is not learnt: \(words)"
    }

    private var words: String {
        switch reason {
        case .unknownNetwork: "Docker does not list one of its networks"
        case .driver: "its driver is none whose gateways are learnt"
        case .notLocal: "it is a swarm's"
        case .isInternal: "the network is internal"
        case .isIngress: "it is a swarm's ingress"
        case .isConfigOnly: "it only holds a configuration"
        case .noGateway: "Docker names none"
        case .impossibleGateway: "it is no host's address"
        case .ownAddress: "it is the container's own address"
        case .noInterface: "no interface has the address that Docker tells"
        case .otherKind: "the interface is of another kind than the driver makes"
        case .down: "the interface is down"
        case .otherGroup: "the interface is in a device group of somebody else's"
        case .hasDefault: "the interface has a default route"
        case .otherBridge: "the interface does not end in that network's bridge"
        case .otherParent: "the interface does not share that network's parent"
        case .foreignRule: "somebody else's policy rule is about it"
        case .foreignTable: "somebody else's table has a default route by it"
        case .gatewayElsewhere: "it is not in the interface's prefix"
        case .gatewayNotHosts: "it is neither the host's address on the bridge nor given with the network"
        case .gatewayNotExplicit: "it was not given with the network"
        case .notBroken:
            "it leads past the host's firewall, and packets come back without it (defaultRoute.learn \"all\" learns it)"
        case .hostRule: "a policy rule of this host is about the default route's network, and they would pass it by"
        }
    }
}
