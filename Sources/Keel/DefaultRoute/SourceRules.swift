import LinuxSystem
import Netlink

// Beside the one default route: if only a default route reaches a destination, packets from a network's address, or of a socket
// bound to its device, leave by that network. Four kinds of rule, in this order:
//   1 lookup main suppress_prefixlength 0   more specific routes of main decide first
//   2 lookup main suppress_ifgroup 17739    then a default through anything but these networks, as a tunnel's
//   3 from PREFIX iif lo lookup TABLE       packets sent here from a network's address; not forwarded ones
//   4 oif INTERFACE lookup TABLE            sockets bound to a network's device

extension DefaultRoutes {
    func findRuledNetworks() -> [UInt32] {
        guard policy.sourceRules, selection.obstacle == nil, selection.winner != nil, snapshot.rules != nil else {
            return []
        }
        var indexes: [UInt32] = []
        for candidate in selection.others where canHaveRules(candidate.link) {
            switch candidate.state {
            case .answers: _ = indexes.appendIfNew(candidate.link.index)
            // Nothing is known against what an earlier run found.
            case .unknown where isRuled(candidate.link): _ = indexes.appendIfNew(candidate.link.index)
            case .unknown, .silent: break
            }
        }
        for each in learnt { _ = indexes.appendIfNew(each.candidate.link.index) }
        return indexes
    }

    /// Whether an earlier run made rules for it.
    private func isRuled(_ link: Link) -> Bool {
        snapshot.rules?.contains { $0.version == version && $0.isOurs && $0.table == Ours.table(of: link.index) }
            == true
    }

    /// Whether rule 2 can tell both the winner's default and this network's from a foreign one.
    func canHaveRules(_ link: Link) -> Bool {
        link.canBeGrouped && selection.winner?.link.canBeGrouped ?? false
    }

    /// The indexes of the interfaces that should be in our device group.
    var groupedNetworks: [UInt32] {
        guard let winner = selection.winner, !ruledNetworks.isEmpty else { return [] }
        return [winner.link.index] + selection.others.map { $0.link.index } + learnt.map { $0.candidate.link.index }
    }

    /// The changes to our policy rules of this family: the additions, each in its place, and the removals.
    ///
    /// - Throws: `EOPNOTSUPP` if tables are needed and the kernel has no policy routing: it would put every table's routes into
    ///   main.
    func planRules() throws(KernelError) -> (additions: [Change], removals: [Change]) {
        guard let all = snapshot.rules else {
            if selection.losers.isEmpty && !isRanked || selection.obstacle != nil { return ([], []) }
            throw KernelError(
                "keep \(selection.others.count) more default routes in tables of their own", .notSupported,
                explanation:
                    "the kernel is built without policy routing (CONFIG_IP_MULTIPLE_TABLES); with the policy's "
                    + "defaultRoute.mode \"keep\" this remedy is left out")
        }
        switch selection.obstacle {
        case .unknownGateways?: return ([], [])
        case .foreignDefault?:
            let ours = ours(all)
            return ([], letsForeignWin(ours) ? [] : ours.map { $0.removal })
        case nil: break
        }
        let wanted = wantedRules
        if areAsWanted(all, wanted) { return ([], []) }
        let ours = ours(all)
        if ours.isEmpty { return (wanted.map { $0.addition }, []) }
        guard !wanted.isEmpty else { return ([], ours.map { $0.removal }) }
        let kept = wanted.filter { ours.contains($0) }
        let peers = all.filter { $0.version == version && $0.priority == Ours.rulePriority }
        guard areInPlace(kept, among: peers, wanted) else { return remake(ours, wanted, kept) }
        let missing = wanted.filter { !kept.contains($0) }
        return (missing.map { $0.addition }, stale(ours, wanted).map { $0.removal })
    }

    private func ours(_ all: [PolicyRule]) -> [PolicyRule] { all.filter { $0.version == version && $0.isOurs } }

    /// Whether our rules are the wanted ones, in order, with no foreign rule behind them at their priority, as in most runs.
    private func areAsWanted(_ all: [PolicyRule], _ wanted: [PolicyRule]) -> Bool {
        var next = 0
        // By index, without copies: copying a rule is expensive.
        for place in all.indices where all[place].version == version {
            if all[place].isOurs {
                guard next < wanted.count, all[place] == wanted[next] else { return false }
                next += 1
            } else if next > 0 && all[place].priority == Ours.rulePriority {
                return false
            }
        }
        return next == wanted.count
    }

    /// Whether the wanted rules that exist may stay in place, with the missing ones added behind them: the first two stand before
    /// all others, and no foreign rule stands behind ours.
    private func areInPlace(_ kept: [PolicyRule], among peers: [PolicyRule], _ wanted: [PolicyRule]) -> Bool {
        let places = wanted.map { rule in peers.firstIndex(of: rule) }
        let later = places.dropFirst(2).compactMap { $0 }.min()
        guard let first = places[0] else { return kept.isEmpty }
        if let second = places[1] {
            guard first < second, second < later ?? .max else { return false }
        } else if later != nil {
            return false
        }
        return !peers[first...].contains { !$0.isOurs }
    }

    /// Adds every wanted rule behind all others in turn, after removing it if it exists.
    private func remake(
        _ ours: [PolicyRule], _ wanted: [PolicyRule], _ kept: [PolicyRule]
    ) -> (additions: [Change], removals: [Change]) {
        (
            wanted.flatMap { kept.contains($0) ? [$0.removal, $0.addition] : [$0.addition] },
            stale(ours, wanted).map { $0.removal }
        )
    }

    /// Rules of ours that are not wanted, and duplicates.
    private func stale(_ ours: [PolicyRule], _ wanted: [PolicyRule]) -> [PolicyRule] {
        var kept: [PolicyRule] = []
        return ours.filter { !wanted.contains($0) || !kept.appendIfNew($0) }
    }

    /// Whether an earlier run's rules let main's best default win, which is no network's. The second rule does so, unless that
    /// default leaves by an interface of our device group.
    private func letsForeignWin(_ ours: [PolicyRule]) -> Bool {
        guard ours.count > 1, ours[0] == specificFirst, ours[1] == foreignFirst else { return false }
        guard let best = foreign.min(by: { Level($0) < Level($1) }) else { return false }
        return !foreign.contains { route in
            Level(route) == Level(best) && route.isUnicast
                && route.nextHops.contains { hop in
                    snapshot.links.contains { $0.index == hop.interface && $0.group == Ours.group }
                }
        }
    }

    private var wantedRules: [PolicyRule] {
        if ruledNetworks.isEmpty { return [] }
        var prefixes: [(source: IPPrefix, table: UInt32)] = []
        var bound: [PolicyRule] = []
        for link in snapshot.links where ruledNetworks.contains(link.index) {
            bound.append(rule(boundTo: link))
            if holdsPreferredSource(link) { continue }
            let sources = sources(of: link)
            if sources.count > Self.mostSources { continue }
            for source in sources
            where !isOfWinner(source) && !prefixes.contains(where: { $0.source == source }) {
                // Longest first.
                let place = prefixes.firstIndex { $0.source.length < source.length } ?? prefixes.count
                prefixes.insert((source, Ours.table(of: link.index)), at: place)
            }
        }
        var rules = [specificFirst, foreignFirst]
        rules.reserveCapacity(2 + prefixes.count + bound.count)
        for (source, table) in prefixes {
            var rule = PolicyRule(
                version, priority: Ours.rulePriority, table: table, protocol: Ours.routeProtocol, source: source)
            rule.inputInterface = "lo"
            rules.append(rule)
        }
        return rules + bound
    }

    private func isOfWinner(_ source: IPPrefix) -> Bool {
        snapshot.addresses.contains {
            $0.interface == selection.winner?.link.index && IPPrefix(host: $0.address) == source
        }
    }

    private var specificFirst: PolicyRule {
        PolicyRule(
            version, priority: Ours.rulePriority, table: Route.mainTable, protocol: Ours.routeProtocol,
            suppressedPrefixLength: 0)
    }

    private var foreignFirst: PolicyRule {
        var rule = PolicyRule(
            version, priority: Ours.rulePriority, table: Route.mainTable, protocol: Ours.routeProtocol)
        rule.suppressedGroup = Ours.group
        return rule
    }

    private func rule(boundTo link: Link) -> PolicyRule {
        var rule = PolicyRule(
            version, priority: Ours.rulePriority, table: Ours.table(of: link.index), protocol: Ours.routeProtocol)
        rule.outputInterface = link.name
        return rule
    }

    /// The prefixes of an interface's global addresses, so that a later address is covered. The address alone if another of the
    /// namespace lies in its prefix, or if the prefix is the other side's.
    private func sources(of link: Link) -> [IPPrefix] {
        var sources: [IPPrefix] = []
        for address in addresses(of: link) {
            let prefix = address.onLinkPrefix
            let isShared = snapshot.addresses.contains {
                $0.interface != link.index && prefix.contains($0.address) && !$0.address.isLinkLocal
            }
            sources.append(address.isPointToPoint || isShared ? IPPrefix(host: address.address) : prefix)
        }
        // A prefix inside another of its network needs no rule of its own.
        return sources.filter { source in
            !sources.contains { $0.length < source.length && $0.contains(source.address) }
        }
    }

    /// The kernel tries the rules in turn for each packet, so a network with more gets none for its addresses.
    static let mostSources = 256

    func hasTooManySources(_ link: Link) -> Bool {
        // Few containers have as many addresses.
        snapshot.addresses.count > Self.mostSources && sources(of: link).count > Self.mostSources
    }

    private func addresses(of link: Link) -> [InterfaceAddress] {
        snapshot.addresses.filter {
            $0.interface == link.index && $0.address.version == version && $0.isGlobal
        }
    }

    /// Whether another interface's default in main sends from an address of this network. TCP looks the route up again with that
    /// address, and would find this network's table.
    func holdsPreferredSource(_ link: Link) -> Bool {
        let routes = snapshot.routes
        for place in routes.indices where routes[place].version == version && routes[place].table == Route.mainTable {
            guard let preferred = routes[place].preferredSource,
                routes[place].nextHops.contains(where: { $0.interface != link.index })
            else { continue }
            // Routes that leave main do not count.
            if selection.losers.contains(where: { $0.listed == routes[place] && !staysInMain($0) }) { continue }
            if addresses(of: link).contains(where: { $0.onLinkPrefix.contains(preferred) }) { return true }
        }
        return false
    }
}

extension PolicyRule {
    /// Made by any version of this product.
    package var isOurs: Bool { self.protocol == Ours.routeProtocol }

    var addition: Change { Change(.defaultRoute, .add, text, .addRule(self)) }

    var removal: Change { Change(.defaultRoute, .remove, text, .deleteRule(self)) }

    private var text: String {
        var line = "rule from "
        // Reserves what most need, since growing copies.
        line.reserveCapacity(80)
        if let source { line += source.description } else { line += version == .v6 ? "all (IPv6)" : "all" }
        if let name = inputInterface { line += " iif \(name)" }
        if let name = outputInterface { line += " oif \(name)" }
        line += table == Route.mainTable ? " lookup main" : " lookup \(table)"
        if let length = suppressedPrefixLength { line += " suppress_prefixlength \(length)" }
        if let group = suppressedGroup { line += " suppress_ifgroup \(group)" }
        return line
    }
}
