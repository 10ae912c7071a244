import Keel
package import Netlink

/// What an interface of a container is for, as far as default routes go.
package enum DefaultRole: Hashable, Sendable {
    /// The kernel leaves by it.
    case taken
    /// The kernel leaves by it and by another, and how it chooses.
    case shared(KernelSelection)
    /// It has a default route that another's goes before: in main, or in its own table.
    case standby
}

extension ContainerObservation {
    /// The roles of the interfaces with a default route of the family, by their indexes.
    func defaultRoles(_ version: IPVersion, over host: Policy) -> [UInt32: DefaultRole] {
        var roles: [UInt32: DefaultRole] = [:]
        for route in snapshot.routes where route.version == version && route.isUnicast {
            for hop in route.nextHops where route.table == Route.mainTable || isOwnTable(route.table, hop.interface) {
                roles[hop.interface] = .standby
            }
        }
        let rivals = snapshot.competingDefaults(version, policy(over: host).defaultRoute)
        if let selection = snapshot.sharing(among: rivals) {
            for rival in rivals { roles[rival.leg.nextHops[0].interface] = .shared(selection) }
        } else if let taken = defaultInterface(version) {
            roles[taken] = .taken
        }
        return roles
    }

    private func isOwnTable(_ table: UInt32, _ interface: UInt32) -> Bool { table == Ours.table(of: interface) }

    /// The sources whose packets a rule leads to a table with a default route by the interface.
    package func sources(ledTo interface: UInt32) -> [IPPrefix] {
        var sources: [IPPrefix] = []
        for rule in snapshot.rules ?? [] where rule.table != Route.mainTable {
            guard let source = rule.source, !sources.contains(source) else { continue }
            let leads = snapshot.routes.contains { route in
                route.version == rule.version && route.table == rule.table && route.isUnicast
                    && route.nextHops.contains { $0.interface == interface }
            }
            if leads { sources.append(source) }
        }
        return sources
    }

    /// Whether a strict reverse path filter is in force on some interface.
    package var filtersStrictly: Bool {
        snapshot.links.contains { !$0.isLoopback && $0.filtersStrictly(with: snapshot.reversePathFilterOfAll) }
    }
}

extension HostObservation {
    /// Whether a strict reverse path filter is in force where a container enters, or where the host leaves.
    package func filtersStrictly(_ containers: [ContainerObservation]) -> Bool {
        let entrances = containers.flatMap { $0.attachments.map { $0.bridge ?? $0.end } }
        return (entrances + waysOut.map { $0.link }).contains { $0.filtersStrictly(with: reversePathFilterOfAll) }
    }
}

extension Link {
    /// The larger of its own number and that of all interfaces counts; 1 is strict.
    fileprivate func filtersStrictly(with all: Int?) -> Bool {
        reversePathFilter.map { max($0, all ?? 0) == 1 } ?? false
    }
}

extension Diagnosis {
    /// What each interface with a default route of the family is for in a container.
    package func defaultRoles(of observation: ContainerObservation, _ version: IPVersion) -> [UInt32: DefaultRole] {
        observation.defaultRoles(version, over: policy)
    }
}
