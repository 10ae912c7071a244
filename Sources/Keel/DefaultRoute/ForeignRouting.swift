import LinuxSystem
public import Netlink

// Somebody else may route a network by source already, as the CNI plugin sbr does: its addresses have rules to a table with
// a default of their own, and all its routes have left main. Such a network is theirs. A default by a gateway that may still
// stand in main leads nowhere, since nothing leads to the gateway; to put it back would undo what they did.

/// One family of one interface.
public struct RoutedNetwork: Hashable, Sendable {
    public let version: IPVersion
    public let interface: UInt32

    public init(_ version: IPVersion, _ interface: UInt32) {
        self.version = version
        self.interface = interface
    }
}

extension NamespaceSnapshot {
    /// Networks whose every address somebody else's rule sends to a table with a default through that interface.
    var networksRoutedBySource: [RoutedNetwork] {
        let others = (rules ?? []).filter { rule in
            rule.source != nil && !rule.isQualified && !rule.isOurs && rule.table != Route.mainTable
        }
        if others.isEmpty { return [] }
        let all = links.flatMap { link in IPVersion.allCases.map { RoutedNetwork($0, link.index) } }
        return all.filter { network in
            let own = addresses.filter {
                $0.interface == network.interface && $0.address.version == network.version && $0.isGlobal
            }
            return !own.isEmpty
                && own.allSatisfy { address in
                    others.contains { $0.source?.contains(address.address) == true && leads($0, to: network) }
                }
        }
    }

    private func leads(_ rule: PolicyRule, to network: RoutedNetwork) -> Bool {
        routes.contains { route in
            route.version == network.version && route.table == rule.table
                && route.nextHops.contains { $0.interface == network.interface }
        }
    }

    /// Whether a default is of such a network. One without a gateway, of a tunnel, leads somewhere all the same.
    func isRoutedByForeignRules(_ candidate: Candidate) -> Bool {
        let hop = candidate.hop
        return (hop.gateway != nil || hop.via != nil) && !hop.isOnLink
            && routedByForeignRules.contains(RoutedNetwork(candidate.leg.version, candidate.link.index))
    }
}

extension Socket {
    /// Of networks that others route by source, those whose own routes have left main.
    mutating func leftMain(_ networks: [RoutedNetwork]) throws(KernelError) -> [RoutedNetwork] {
        if networks.isEmpty { return [] }
        let present = try onLinkRoutes()
        return networks.filter { network in
            !present.contains { $0.version == network.version && $0.interface == network.interface }
        }
    }
}
