import Netlink

// A network's own configuration may prefer it, and a container may choose a default. Later runs, of other attachments and other
// programs, do not read that. So the kernel remembers it beside the interface: as a route in a table that no rule looks up.

/// Which network should win, by all that a run knows.
struct Preferences {
    private let list: [Preference]
    let isOwn: Bool
    /// What the host prefers, if the container's own replaces it.
    private let overruled: [Preference]
    /// The interfaces of preferred networks.
    private let networks: [UInt32]
    /// The interfaces that the container chose in an earlier run, in its order.
    private let chosen: [UInt32]
    /// For each of them the place of the first that the same word of its wish names.
    private let chosenRanks: [Int]

    init(_ version: IPVersion, _ snapshot: NamespaceSnapshot, _ policy: Policy.DefaultRoute) {
        list = policy.prefer
        isOwn = policy.isPreferenceOwn
        overruled = policy.overruled
        let named = snapshot.links.first { $0.name == policy.preferredInterface }
        networks = snapshot.marked(version, in: Ours.preferredTable) + (named.map { [$0.index] } ?? [])
        let marks = policy.isChoiceForgotten ? [] : snapshot.ordered(version, in: Ours.chosenTable)
        chosen = marks.map { $0.nextHops[0].interface }
        // One word may name several: as in the run that had the words, none of these comes before another.
        chosenRanks = marks.map { mark in marks.firstIndex { $0.metric >> 16 == mark.metric >> 16 } ?? 0 }
    }

    /// Lower is better. First what the container says, now or before, then preferred networks, then what the host says.
    func rank(_ link: Link, _ gateway: IPAddress?) -> Int {
        let place = list.firstIndex { $0.matches(link, gateway: gateway) }
        let isPreferred = networks.contains(link.index)
        if isOwn { return place ?? (isPreferred ? list.count : list.count + 1) }
        if let choice = chosen.firstIndex(of: link.index) { return chosenRanks[choice] }
        return chosen.count + (isPreferred ? 0 : 1 + (place ?? list.count))
    }

    /// Whether any stated preference gives this rank.
    func isExplicit(rank: Int) -> Bool { rank < list.count + (isOwn ? 1 : chosen.count + 1) }

    /// Whether neither a network nor the container states a preference, in this run or an earlier one.
    var isUnspoken: Bool { networks.isEmpty && chosen.isEmpty && !(isOwn && !list.isEmpty) }

    /// Who prefers a default route; the strongest counts. For messages.
    enum Voice: String {
        case container = "the container's own choice"
        case network = "what its network's configuration prefers"
        case host = "what the host's policy prefers"
    }

    func voice(for candidate: Candidate) -> Voice? {
        let isListed = list.contains { $0.matches(candidate.link, gateway: candidate.hop.gatewayAddress) }
        if isOwn && isListed || chosen.contains(candidate.link.index) { return .container }
        if networks.contains(candidate.link.index) { return .network }
        let isHosts = overruled.contains { $0.matches(candidate.link, gateway: candidate.hop.gatewayAddress) }
        return isListed || isHosts ? .host : nil
    }

    /// Whether the container, in this run, gives this rank.
    func isOwn(rank: Int) -> Bool { isOwn && rank < list.count }
}

extension NamespaceSnapshot {
    /// The words of a recalled wish. One that names nothing now, as when its network's description cannot be read, stands for
    /// the interfaces that it named when the kernel was told of the choice.
    func remembered(_ words: [Preference]) -> [Preference] {
        words.indices.map { place in
            guard case .name(let name) = words[place], isOfNetwork(words[place]) else { return words[place] }
            let marks = IPVersion.allCases.flatMap { self.marks($0, in: Ours.chosenTable) }
            let interfaces = marks.filter { $0.metric >> 16 == UInt32(place + 1) }.map { $0.nextHops[0].interface }
            return interfaces.isEmpty ? words[place] : .network(name, interfaces.unique)
        }
    }

    fileprivate func marks(_ version: IPVersion, in table: UInt32) -> [Route] {
        routes.filter { $0.version == version && $0.table == table && !$0.nextHops.isEmpty }
    }

    /// The interfaces of the marks, in the order of the marks' metrics.
    fileprivate func marked(_ version: IPVersion, in table: UInt32) -> [UInt32] {
        ordered(version, in: table).map { $0.nextHops[0].interface }
    }

    /// The marks in the order of their metrics.
    fileprivate func ordered(_ version: IPVersion, in table: UInt32) -> [Route] {
        var ordered: [Route] = []
        for mark in marks(version, in: table) {
            // There are only as many as a container has networks, so insertion suffices.
            let place = ordered.firstIndex { $0.metric > mark.metric } ?? ordered.count
            ordered.insert(mark, at: place)
        }
        return ordered
    }
}

extension DefaultRoutes {
    /// The changes to the marks of preferred networks and of the container's choice.
    func planPreferences() -> [Change] {
        // Without policy routing the kernel would put the marks into main.
        guard snapshot.rules != nil else { return [] }
        // No preference before nor now, as in most containers.
        if preferences.isUnspoken && policy.preferredInterface == nil && !policy.isChoiceWithdrawn { return [] }
        let candidates = main + remembered
        let links = candidates.map { $0.link }.unique
        let left = leaving.map { [$0] } ?? []
        let preferred = links.filter { $0.name == policy.preferredInterface }.map {
            mark($0, Ours.preferredTable, metric: $0.index)
        }
        let isLeft = { (mark: Route) in left.contains(mark.nextHops[0].interface) }
        var changes = remember(
            preferred, instead: snapshot.marks(version, in: Ours.preferredTable).filter(isLeft))
        // With one network alone nothing was chosen.
        let chosen = snapshot.marks(version, in: Ours.chosenTable)
        if policy.isChoiceWithdrawn || (preferences.isOwn && links.count > 1) {
            changes += remember(policy.isChoiceWithdrawn ? [] : choice(among: candidates), instead: chosen)
        } else {
            changes += remember([], instead: chosen.filter(isLeft))
        }
        return changes
    }

    /// The marks of the container's choice, whose metrics tell the order.
    private func choice(among candidates: [Candidate]) -> [Route] {
        var marks: [Route] = []
        for candidate in candidates where preferences.isOwn(rank: candidate.preference) {
            // Interfaces that one word names have the same rank, and no two marks may have the same metric.
            let metric = UInt32(candidate.preference + 1) << 16 | candidate.link.index & 0xffff
            _ = marks.appendIfNew(mark(candidate.link, Ours.chosenTable, metric: metric))
        }
        return marks
    }

    /// Removes those of the marks that are not wanted, and then adds what is missing: in IPv4 a metric has one mark.
    @inline(never)
    private func remember(_ wanted: [Route], instead marks: [Route]) -> [Change] {
        var changes: [Change] = []
        for mark in marks where !Self.has(wanted, mark) { changes.append(change(.remove, mark, .deleteRoute(mark))) }
        for mark in wanted where !Self.has(snapshot.marks(version, in: mark.table), mark) {
            changes.append(change(.add, mark, .addRoute(mark)))
        }
        return changes
    }

    private static func has(_ marks: [Route], _ mark: Route) -> Bool {
        marks.contains { $0.metric == mark.metric && $0.nextHops[0].interface == mark.nextHops[0].interface }
    }

    private func change(_ verb: Change.Verb, _ mark: Route, _ action: Change.Action) -> Change {
        let name = snapshot.link(mark.nextHops.first?.interface)?.name ?? "?"
        let family = version == .v6 ? " (IPv6)" : ""
        let purpose = mark.table == Ours.chosenTable ? "the container's choice" : "preferred by its network"
        let line = "\(name)\(family) \(verb == .add ? "to" : "from") table \(mark.table) (\(purpose))"
        return Change(.defaultRoute, verb, line, action)
    }

    /// On-link. In IPv6 marks of one metric would merge.
    private func mark(_ link: Link, _ table: UInt32, metric: UInt32) -> Route {
        var route = Route(
            version, table: table, metric: metric, nextHops: [NextHop(interface: link.index, gateway: nil)])
        route.protocol = Ours.routeProtocol
        if version == .v4 { route.scope = Route.linkScope }
        return route
    }
}
