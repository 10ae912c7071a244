import LinuxSystem
public import Netlink

// Somebody else may already route a network by source, as the CNI plugin sbr does: rules for its addresses lead to a table with a
// default of its own, and all its routes have left main. Such a network is theirs. If its default still stands in main, it leads
// nowhere, since no route leads to its gateway. To put a route to the gateway back would undo their work.

/// A network: one family on one interface.
public struct RoutedNetwork: Hashable, Sendable {
    public let version: IPVersion
    public let interface: UInt32

    public init(_ version: IPVersion, _ interface: UInt32) {
        self.version = version
        self.interface = interface
    }
}

extension NamespaceSnapshot {
    /// Networks of which somebody else's rules send every address to a table with a default through that interface.
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

    /// Whether a default belongs to such a network. Not a tunnel's default without a gateway: it leads somewhere all the same.
    func isRoutedByForeignRules(_ candidate: Candidate) -> Bool {
        let hop = candidate.hop
        return (hop.gateway != nil || hop.via != nil) && !hop.isOnLink
            && routedByForeignRules.contains(RoutedNetwork(candidate.leg.version, candidate.link.index))
    }
}

extension Socket {
    /// Of the networks that others route by source, those whose own routes have left main.
    mutating func leftMain(_ networks: [RoutedNetwork]) throws(KernelError) -> [RoutedNetwork] {
        if networks.isEmpty { return [] }
        let present = try onLinkRoutes()
        return networks.filter { network in
            !present.contains { $0.version == network.version && $0.interface == network.interface }
        }
    }
}
