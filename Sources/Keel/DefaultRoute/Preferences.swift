import Netlink

// A network's own configuration may prefer it, and a container may choose a default. Later runs, of other attachments and other
// programs, do not read that. So the kernel remembers it beside the interface: as a route in a table that no rule looks up.

/// Which network should win, by all that a run knows.
struct Preferences {
    private let list: [Preference]
    private let isOwn: Bool
    /// The interfaces of preferred networks.
    private let networks: [UInt32]
    /// The interface that the container chose in an earlier run.
    private let chosen: [UInt32]

    init(_ version: IPVersion, _ snapshot: NamespaceSnapshot, _ policy: Policy.DefaultRoute) {
        list = policy.prefer
        isOwn = policy.isPreferenceOwn
        let named = snapshot.links.first { $0.name == policy.preferredInterface }
        networks = snapshot.marked(version, in: Ours.preferredTable) + (named.map { [$0.index] } ?? [])
        chosen = policy.isChoiceForgotten ? [] : snapshot.marked(version, in: Ours.chosenTable)
    }

    /// Lower is better. First what the container says, now or before, then preferred networks, then what the host says.
    func rank(_ link: Link, _ gateway: IPAddress?) -> Int {
        let place = list.firstIndex { $0.matches(interface: link.name, gateway: gateway) }
        let isPreferred = networks.contains(link.index)
        if isOwn { return place ?? (isPreferred ? list.count : list.count + 1) }
        if chosen.contains(link.index) { return 0 }
        return isPreferred ? 1 : 2 + (place ?? list.count)
    }

    /// Whether any stated preference gives this rank.
    func isExplicit(rank: Int) -> Bool { rank < list.count + (isOwn ? 1 : 2) }

    /// Whether neither a network nor the container states a preference, in this run or an earlier one.
    var isUnspoken: Bool { networks.isEmpty && chosen.isEmpty && !(isOwn && !list.isEmpty) }

    /// Whether the container, in this run, gives this rank.
    func isOwn(rank: Int) -> Bool { isOwn && rank < list.count }
}

extension NamespaceSnapshot {
    fileprivate func marks(_ version: IPVersion, in table: UInt32) -> [Route] {
        routes.filter { $0.version == version && $0.table == table }
    }

    fileprivate func marked(_ version: IPVersion, in table: UInt32) -> [UInt32] {
        marks(version, in: table).flatMap { route in route.nextHops.map { $0.interface } }
    }
}

extension DefaultRoutes {
    /// The changes to the marks of preferred networks and of the container's choice.
    func planPreferences() -> [Change] {
        // Without policy routing the kernel would put the marks into main.
        guard snapshot.rules != nil else { return [] }
        // No preference before nor now, as in most containers.
        if preferences.isUnspoken && policy.preferredInterface == nil { return [] }
        let links = (main + remembered).map { $0.link }.unique
        let preferred = links.filter { $0.name == policy.preferredInterface }
        let left = leaving.map { [$0] } ?? []
        var changes = remember(preferred, in: Ours.preferredTable, forgetting: left)
        // With one network alone nothing was chosen.
        if let winner = selection.winner, preferences.isOwn(rank: winner.preference), links.count > 1 {
            let others = snapshot.marked(version, in: Ours.chosenTable).filter { $0 != winner.link.index }
            changes += remember([winner.link], in: Ours.chosenTable, forgetting: others)
        } else {
            changes += remember([], in: Ours.chosenTable, forgetting: left)
        }
        return changes
    }

    private func remember(_ wanted: [Link], in table: UInt32, forgetting interfaces: [UInt32]) -> [Change] {
        let marked = snapshot.marked(version, in: table)
        let missing = wanted.filter { !marked.contains($0.index) }
        let obsolete = snapshot.marks(version, in: table)
            .filter { $0.nextHops.allSatisfy { interfaces.contains($0.interface) } }
        return missing.map { change(.add, $0.name, table, .addRoute(mark($0, table))) }
            + obsolete.map { mark in
                let link = snapshot.link(mark.nextHops.first?.interface)
                return change(.remove, link?.name ?? "?", table, .deleteRoute(mark))
            }
    }

    private func change(
        _ verb: Change.Verb, _ name: InterfaceName, _ table: UInt32, _ action: Change.Action
    ) -> Change {
        let family = version == .v6 ? " (IPv6)" : ""
        let purpose = table == Ours.chosenTable ? "the container's choice" : "preferred by its network"
        return Change(.defaultRoute, verb, "\(name)\(family) to table \(table) (\(purpose))", action)
    }

    /// On-link, with a metric of its own: in IPv6 marks of one metric would merge.
    private func mark(_ link: Link, _ table: UInt32) -> Route {
        var route = Route(
            version, table: table, metric: link.index, nextHops: [NextHop(interface: link.index, gateway: nil)])
        route.protocol = Ours.routeProtocol
        if version == .v4 { route.scope = Route.linkScope }
        return route
    }
}
