import Netlink

/// Which of a family's networks wins and which lose.
struct Selection {
    /// Why main stays unchanged, whatever competes there.
    enum Obstacle: Equatable {
        /// Main's best default does not belong to a network.
        case foreignDefault
        /// It is unknown whether these gateways answer: they could not be asked.
        case unknownGateways([IPAddress])
    }

    var obstacle: Obstacle?
    /// The default that main will use. Nil if that is not a network's, or if main is to have none.
    var winner: Candidate?
    /// Other routes of the winner's network, which stay or return with it.
    var besideWinner: [Candidate] = []
    /// Routes that compete with the winner, or with a better standby of their level, and leave main; best first.
    var losers: [Candidate] = []
    /// Routes of another level than the winner's, which the kernel can tell apart, and which stay in main; best first.
    var standbys: [Candidate] = []
    /// Networks whose default was removed on purpose. They are remembered, and stay out of main.
    var takenAway: [Candidate] = []

    /// The routes of networks other than the winner's.
    var others: [Candidate] { losers + standbys }

    /// Whether no network but the winner's has a default, in main or set aside.
    var isOfOneNetwork: Bool { others.isEmpty && takenAway.isEmpty }
}

extension DefaultRoutes {
    func select() -> Selection {
        let remaining = takenAway.filter { $0.link.index != leaving }
        if main.isEmpty && foreign.isEmpty { return selectWithoutMain(remaining) }
        // Routes that an earlier run set aside compete only if main is as we left it. If a default was removed on purpose,
        // putting another in its place would undo that.
        let pool = main + (takenAway.isEmpty ? remembered : [])
        var selection: Selection
        if let foreign = bestForeign, foreign <= (main.map { $0.level }.min() ?? foreign) {
            selection = selectBehindForeign()
        } else {
            selection = select(among: pool)
        }
        selection.takenAway = remaining
        if !takenAway.isEmpty { selection.losers += remembered.filter { !selection.losers.contains($0) } }
        return selection
    }

    private var bestForeign: Level? { foreign.map { Level($0) }.min() }

    private func selectWithoutMain(_ remaining: [Candidate]) -> Selection {
        if !remaining.isEmpty { return Selection(losers: remembered, takenAway: remaining) }
        let best = remembered.min(by: isAhead)
        guard let best, !takenAway.isEmpty else { return select(among: remembered) }
        // The network whose default somebody removed is going. Main still stays without a default, so the next best is marked as
        // removed in its place, with all its routers: in IPv6 marked and unmarked routes would merge.
        return Selection(
            losers: remembered.filter { $0.link.index != best.link.index },
            takenAway: remembered.filter { $0.link.index == best.link.index })
    }

    /// Behind a foreign default nothing competes. But if no network has a default in main because the winner's went with its
    /// interface, the next best returns, to be there when the foreign default goes.
    private func selectBehindForeign() -> Selection {
        var selection = main.isEmpty && takenAway.isEmpty ? select(among: remembered) : Selection(losers: remembered)
        selection.obstacle = .foreignDefault
        return selection
    }

    private func select(among pool: [Candidate]) -> Selection {
        guard let level = winningLevel(of: pool) else { return Selection() }
        let named = pool.filter { $0.level == level }.map { $0.preference }.min()
        let contestants = pool.filter { $0.level == level && $0.preference == named }
        if let obstacle = obstacle(among: contestants) { return Selection(obstacle: obstacle) }
        guard let winner = contestants.min(by: isBetter) else { return Selection() }
        var selection = Selection(winner: winner)
        var behind: [Candidate] = []
        for candidate in sorted(pool) where candidate != winner {
            if candidate.link.index == winner.link.index {
                selection.besideWinner.append(candidate)
            } else if candidate.level <= level || leavesThoughStandingBy(candidate, winner) {
                selection.losers.append(candidate)
            } else {
                behind.append(candidate)
            }
        }
        sortStandbys(behind, &selection)
        return selection
    }

    /// The level of the winner: the best in use, or that of a preferred default. A preferred default must be better than every
    /// foreign one, which would win otherwise.
    private func winningLevel(of pool: [Candidate]) -> Level? {
        let best = pool.map { $0.level }.min()
        let within = pool.filter { candidate in bestForeign.map { candidate.level < $0 } ?? true }
        guard let rank = within.map({ $0.preference }).min(), preferences.isExplicit(rank: rank) else { return best }
        return within.filter { $0.preference == rank }.map { $0.level }.min() ?? best
    }

    private func obstacle(among contestants: [Candidate]) -> Selection.Obstacle? {
        // If main has none of them, any is better than none.
        guard contestants.contains(where: { $0.isInMain }) else { return nil }
        let isContested = contestants.contains { $0.link.index != contestants[0].link.index }
        let unknown = contestants.filter { $0.state == .unknown }.compactMap { $0.hop.gatewayAddress }
        return isContested && !unknown.isEmpty ? .unknownGateways(unknown) : nil
    }

    /// Whether a foreign default has that level: in IPv4 the kernel may take one for the other.
    private func isBesideForeign(_ level: Level) -> Bool { foreign.contains { Level($0) == level } }

    /// Whether mode `one` removes a standby. One that could only be moved behind the winner is there already.
    private func leavesThoughStandingBy(_ candidate: Candidate, _ winner: Candidate) -> Bool {
        policy.mode == .one && !isBesideForeign(candidate.level) && !staysInMain(candidate, behind: winner)
    }

    /// Standbys of one level compete as well: one network's stay, the others lose.
    private func sortStandbys(_ behind: [Candidate], _ selection: inout Selection) {
        var rest = behind[...]
        while let level = rest.first?.level {
            let group = rest.prefix { $0.level == level }
            rest = rest.dropFirst(group.count)
            let isLeftAlone = obstacle(among: Array(group)) != nil || isBesideForeign(level)
            let best = group.min(by: isBetter)
            for candidate in group {
                if isLeftAlone ? candidate.isInMain : candidate.link.index == best?.link.index {
                    selection.standbys.append(candidate)
                } else {
                    selection.losers.append(candidate)
                }
            }
        }
    }
}

extension DefaultRoutes {
    /// Orders two routes of one level: by preference, by whether the gateway answers, then by the network's and the gateway's
    /// order. Neither the order of attaching nor the interface's index counts: engines attach in random order.
    func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        if left.preference != right.preference { return left.preference < right.preference }
        if (left.state == .answers) != (right.state == .answers) { return left.state == .answers }
        if left.link.index != right.link.index {
            if snapshot.namesAreRandom, let ordered = orderByPrefix(left.link, right.link) { return ordered }
            if left.link.name != right.link.name { return isNaturallyOrdered(left.link.name, right.link.name) }
        }
        let (one, other) = (left.hop.gatewayBytes, right.hop.gatewayBytes)
        if one != other { return one.lexicographicallyPrecedes(other) }
        // The same next hop twice, as a run that was cut off leaves it: prefers the one that need not be restored.
        return left.isInMain && !right.isInMain
    }

    /// Nil if both have the same prefix, or one has none.
    private func orderByPrefix(_ left: Link, _ right: Link) -> Bool? {
        let (one, other) = (lowestPrefix(of: left), lowestPrefix(of: right))
        guard let one, let other, one != other else { return nil }
        return one.address != other.address ? one.address < other.address : one.length < other.length
    }

    private func lowestPrefix(of link: Link) -> IPPrefix? {
        snapshot.addresses.filter { $0.interface == link.index && $0.address.version == version && $0.isGlobal }
            .map { $0.onLinkPrefix }.min { ($0.address, $0.length) < ($1.address, $1.length) }
    }

    /// Orders by level first.
    private func isAhead(_ left: Candidate, _ right: Candidate) -> Bool {
        left.level != right.level ? left.level < right.level : isBetter(left, right)
    }

    /// Best first. There are only as many as a container has networks, so insertion suffices.
    func sorted(_ candidates: [Candidate]) -> [Candidate] {
        var sorted: [Candidate] = []
        for candidate in candidates {
            sorted.insert(candidate, at: sorted.firstIndex { isAhead(candidate, $0) } ?? sorted.count)
        }
        return sorted
    }
}

extension NextHop {
    fileprivate var gatewayBytes: [UInt8] { gateway?.bytes ?? via ?? [] }
}
