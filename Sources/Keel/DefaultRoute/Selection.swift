import Netlink

/// Who of a family's networks wins and who loses.
struct Selection {
    /// Why main stays as it is, whoever competes there.
    enum Obstacle: Equatable {
        /// Main's best default is no network's.
        case foreignDefault
        /// Nobody could be asked whether these gateways answer.
        case unknownGateways([IPAddress])
    }

    var obstacle: Obstacle?
    /// The network's default that main uses when all is done; nil where that is another's, or where main is to have none.
    var winner: Candidate?
    /// Other routes of the winner's network, which stay with it or come back with it.
    var besideWinner: [Candidate] = []
    /// Those that compete with the winner, or with a better standby of their level, and leave main; best first.
    var losers: [Candidate] = []
    /// Those that the kernel tells from the winner's by their level, and that stay in main; best first.
    var standbys: [Candidate] = []
    /// Whose default was taken away on purpose; kept in mind, and out of main.
    var takenAway: [Candidate] = []

    /// The networks other than the winner's.
    var others: [Candidate] { losers + standbys }

    /// Whether no network but the winner's has a default, in main or set aside.
    var isOfOneNetwork: Bool { others.isEmpty && takenAway.isEmpty }
}

extension DefaultRoutes {
    func select() -> Selection {
        let remaining = takenAway.filter { $0.link.index != leaving }
        if main.isEmpty && foreign.isEmpty { return selectWithoutMain(remaining) }
        // What an earlier run set aside competes only where main is as we left it. Where a default was taken away on purpose,
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
        // The network whose default somebody took away goes. Main stays without one all the same, so the next best is
        // remembered as taken away in its place, with all its routers: in IPv6 what is marked would merge with what is not.
        return Selection(
            losers: remembered.filter { $0.link.index != best.link.index },
            takenAway: remembered.filter { $0.link.index == best.link.index })
    }

    /// Nothing competes then. But where no network has a default in main, since the winner's went with its interface, the next
    /// best goes back, to be there when the other's default goes.
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

    /// The level that is contested: the best in use, or that of a default that somebody prefers. It must be better than any
    /// other's default, which would win else.
    private func winningLevel(of pool: [Candidate]) -> Level? {
        let best = pool.map { $0.level }.min()
        let within = pool.filter { candidate in bestForeign.map { candidate.level < $0 } ?? true }
        guard let rank = within.map({ $0.preference }).min(), preferences.isExplicit(rank: rank) else { return best }
        return within.filter { $0.preference == rank }.map { $0.level }.min() ?? best
    }

    private func obstacle(among contestants: [Candidate]) -> Selection.Obstacle? {
        // Where main has none of them, any is better than none.
        guard contestants.contains(where: { $0.isInMain }) else { return nil }
        let isContested = contestants.contains { $0.link.index != contestants[0].link.index }
        let unknown = contestants.filter { $0.state == .unknown }.compactMap { $0.hop.gatewayAddress }
        return isContested && !unknown.isEmpty ? .unknownGateways(unknown) : nil
    }

    /// Whether a default that is never touched is of that level: in IPv4 the kernel may take one for the other.
    private func isBesideForeign(_ level: Level) -> Bool { foreign.contains { Level($0) == level } }

    /// In mode `one`. What could only be put behind the winner is there already.
    private func leavesThoughStandingBy(_ candidate: Candidate, _ winner: Candidate) -> Bool {
        policy.mode == .one && !isBesideForeign(candidate.level) && !staysInMain(candidate, behind: winner)
    }

    /// Standbys of one level compete as well: of them one network's stays.
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
    /// The better of two of one level: preferred, with a gateway that answers, then the network's and the gateway's order. The
    /// order of attaching has no say, nor the interface's index: engines attach in random order.
    func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        if left.preference != right.preference { return left.preference < right.preference }
        if (left.state == .answers) != (right.state == .answers) { return left.state == .answers }
        if left.link.index != right.link.index {
            if snapshot.namesAreRandom, let ordered = orderByPrefix(left.link, right.link) { return ordered }
            if left.link.name != right.link.name { return isNaturallyOrdered(left.link.name, right.link.name) }
        }
        let (one, other) = (left.hop.gatewayBytes, right.hop.gatewayBytes)
        if one != other { return one.lexicographicallyPrecedes(other) }
        // The same way twice, as a run that was cut off leaves it: the one that need not be restored.
        return left.isInMain && !right.isInMain
    }

    /// Nil where both are on one prefix, or on none.
    private func orderByPrefix(_ left: Link, _ right: Link) -> Bool? {
        let (one, other) = (lowestPrefix(of: left), lowestPrefix(of: right))
        guard let one, let other, one != other else { return nil }
        return one.address != other.address ? one.address < other.address : one.length < other.length
    }

    private func lowestPrefix(of link: Link) -> IPPrefix? {
        snapshot.addresses.filter { $0.interface == link.index && $0.address.version == version && $0.isGlobal }
            .map { $0.onLinkPrefix }.min { ($0.address, $0.length) < ($1.address, $1.length) }
    }

    /// By level first.
    private func isAhead(_ left: Candidate, _ right: Candidate) -> Bool {
        left.level != right.level ? left.level < right.level : isBetter(left, right)
    }

    /// Best first. There are as many as a container has networks, so each is put in its place.
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
