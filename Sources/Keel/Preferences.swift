import Netlink

// A network may be preferred by its own configuration. The attachments that come after it have other configurations, so
// the kernel remembers it beside the interface: by a route in a table that no rule looks up.

/// Who should win, by all that a run knows: its policy's list, and the networks that are preferred by their own word.
struct Preferences {
    private let list: [Preference]
    private let isOwn: Bool
    /// The indexes of the interfaces of preferred networks.
    let networks: [UInt32]

    init(_ version: IPVersion, _ snapshot: NamespaceSnapshot, _ policy: Policy.DefaultRoute) {
        list = policy.prefer
        isOwn = policy.isPreferenceOwn
        let named = snapshot.links.first { $0.name == policy.preferredInterface }
        networks = snapshot.markedInterfaces(version) + (named.map { [$0.index] } ?? [])
    }

    /// Lower is better. What a container or its network says comes first, then preferred networks, then what the host says.
    func rank(_ link: Link, _ gateway: IPAddress?) -> Int {
        let place = list.firstIndex { $0.matches(interface: link.name, gateway: gateway) }
        let isPreferred = networks.contains(link.index)
        if isOwn { return place ?? (isPreferred ? list.count : list.count + 1) }
        return isPreferred ? 0 : 1 + (place ?? list.count)
    }

    /// Whether a rank comes from what this container or its network says.
    func isOwn(rank: Int) -> Bool { isOwn && rank < list.count }
}

extension NamespaceSnapshot {
    fileprivate func marks(_ version: IPVersion) -> [Route] {
        routes.filter { $0.version == version && $0.table == Ours.preferredTable }
    }

    fileprivate func markedInterfaces(_ version: IPVersion) -> [UInt32] {
        marks(version).flatMap { route in route.nextHops.map { $0.interface } }
    }
}

extension DefaultRoutes {
    /// The changes to the memory of who is preferred: the network of this attachment, or the winner, if this container's
    /// own list made it one, so that a later run that does not know the list decides alike.
    func planPreferences(_ standing: Standing) -> [Change] {
        // Without policy routing the kernel would put it into main.
        guard snapshot.rules != nil else { return [] }
        var wanted = (main + remembered).map { $0.link }.filter { $0.name == policy.preferredInterface }.unique
        if let winner = standing.winner, preferences.isOwn(rank: winner.preference) {
            _ = wanted.appendIfNew(winner.link)
        }
        let marked = snapshot.markedInterfaces(version)
        let missing = wanted.filter { !marked.contains($0.index) }
        let departing = snapshot.marks(version).filter { $0.nextHops.allSatisfy { $0.interface == leaving } }
        return missing.map { Change(.defaultRoute, .add, words($0), .addRoute(mark($0))) }
            + departing.map { Change(.defaultRoute, .remove, words(snapshot.links, $0), .deleteRoute($0)) }
    }

    /// On-link and of a metric of its own: in IPv6 marks of one metric would merge.
    private func mark(_ link: Link) -> Route {
        var route = Route(
            version, table: Ours.preferredTable, metric: link.index,
            nextHops: [NextHop(interface: link.index, gateway: nil)])
        route.protocol = Ours.routeProtocol
        if version == .v4 { route.scope = Route.linkScope }
        return route
    }

    private func words(_ links: [Link], _ mark: Route) -> String {
        links.first { $0.index == mark.nextHops.first?.interface }.map(words) ?? "an interface that is gone"
    }

    private func words(_ link: Link) -> String {
        let family = version == .v6 ? " (IPv6)" : ""
        return "\(printable(link.name))\(family) as preferred in table \(Ours.preferredTable)"
    }
}
