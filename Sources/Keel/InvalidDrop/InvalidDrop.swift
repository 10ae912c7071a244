package import Firewall
package import Netlink

// The third remedy. conntrack does not translate INVALID segments, so those for a container reach the host itself, where no
// socket is, and are answered by a bare RST, which ends the container's connection: that RST is dropped in output. In
// forward, those of guarded containers would leave with a private source address. Only TCP: nothing else is answered by
// RST, and DHCP's first packets are INVALID by nature.

/// One rule of ours.
enum InvalidRule: Equatable {
    /// Mode "drop", in input. It drops nothing: conntrack misjudges segments for the host's own sockets, too.
    case note
    /// Mode "drop", in output. A RST begins no entry, so one for a translated flow is INVALID itself. Refusals of a SYN and
    /// aborts by programs carry ACK, and what a router rejects in another's name was never noted.
    case silence
    /// Mode "input". The host's own connections that conntrack lost sight of may end: their FIN or RST finds a bound socket.
    case spare
    /// Mode "input".
    case drop
    /// From a guarded container's bridge to something that is none, by a sender that lives behind that bridge. Not a SYN-ACK,
    /// whose SYN may have come by another way, nor a reset, which a routed container may send for a flow that has ended.
    case stop
    /// Kernels that look up a sender's route in prerouting alone do it there, and `stopNoted` asks for what came of it.
    case noteSender
    case stopNoted

    var hook: Chain.Hook {
        switch self {
        case .note, .spare, .drop: .input
        case .silence: .output
        case .stop, .stopNoted: .forward
        case .noteSender: .prerouting
        }
    }

    var chain: String {
        switch hook {
        case .input: "input"
        case .output: "output"
        case .forward: "forward"
        case .prerouting: "prerouting"
        }
    }

    /// It begins with the version of the rule: those of another are replaced.
    var comment: String {
        switch self {
        case .note: "evenkeel 2: note INVALID segments for a second"
        case .silence: "evenkeel 2: do not answer INVALID segments with RST"
        case .spare: "evenkeel 2: let the host's own connections end"
        case .drop: "evenkeel 2: drop INVALID segments before RST answers them"
        case .stop: "evenkeel 2: let no INVALID segment of a container out untranslated"
        case .noteSender: "evenkeel 2: note INVALID segments of containers for a second"
        case .stopNoted: "evenkeel 2: let no noted segment of a container out untranslated"
        }
    }
}

/// The ruleset of one family as it should be.
package struct InvalidDrop {
    package let version: IPVersion

    package init(version: IPVersion) { self.version = version }

    package static let table = "evenkeel"

    package var table: Table { Table(version, Self.table) }
    var containers: InterfaceSet { InterfaceSet(table, "containers") }
    /// INVALID segments of the last second: a reset follows at once. When the set is full, the reset passes. The kernel
    /// makes room for all elements beforehand, 256 KB here.
    var misjudged: SegmentSet { SegmentSet(table, "misjudged", seconds: 1, size: 16384) }

    /// What looks after segments for the host itself, a chain each.
    static func hostChains(_ mode: Policy.Invalid.Mode, matchingSockets: Bool) -> [[InvalidRule]] {
        if mode != .input { return [[.note], [.silence]] }
        return matchingSockets ? [[.spare, .drop]] : [[.drop]]
    }

    /// `matchingRoutes`: whether the kernel looks up a sender's route in forward.
    static func forwardChains(matchingRoutes: Bool) -> [[InvalidRule]] {
        matchingRoutes ? [[.stop]] : [[.noteSender], [.stopNoted]]
    }

    func chain(of rule: InvalidRule) -> Chain { Chain(table, rule.chain, rule.hook) }

    func rule(_ rule: InvalidRule) -> Rule { Rule(chain(of: rule), expressions(rule), comment: rule.comment) }

    private func expressions(_ rule: InvalidRule) -> [Expression] {
        switch rule {
        case .note: [.inputInterfaceIsNot("lo"), .isTCP, .isNoReset, .isInvalid, .remember(misjudged)]
        case .silence:
            [
                .outputInterfaceIsNot("lo"), .isTCP, .isBareReset, .isInvalid, .isFromThisHost,
                .answersRemembered(misjudged), .counter, .drop,
            ]
        case .spare:
            [.inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .closesConnection, .hasBoundSocket, .counter, .accept]
        case .drop: [.inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .counter, .drop]
        case .stop: fromContainers([.outputInterfaceNotIn(containers)], [.isRoutedBack, .counter, .drop])
        case .noteSender: fromContainers([], [.isRoutedBack, .remember(misjudged)])
        case .stopNoted:
            fromContainers([.outputInterfaceNotIn(containers)], [.isRemembered(misjudged), .counter, .drop])
        }
    }

    private func fromContainers(_ way: [Expression], _ rest: [Expression]) -> [Expression] {
        [.inputInterfaceIn(containers)] + way + [.isTCP, .isInMidstream, .isInvalid] + rest
    }

    /// The table, the sets that the rules need, and the chains with their rules.
    ///
    /// `afresh`: no chain is there. Otherwise those that are lose the rules they have.
    func commands(_ chains: [[InvalidRule]], afresh: Bool) -> [Command] {
        var commands: [Command] = [.addTable(table)]
        for rules in chains {
            guard let first = rules.first else { continue }
            if first == .stop || first == .noteSender { commands.append(.addSet(containers)) }
            if first == .note || first == .noteSender { commands.append(.addSegments(misjudged)) }
            let chain = chain(of: first)
            commands.append(.addChain(chain, exclusive: afresh))
            if !afresh { commands.append(.flushChain(chain)) }
            for rule in rules { commands.append(.addRule(self.rule(rule))) }
        }
        return commands
    }
}

extension HostSnapshot.Ruleset {
    /// Whether each of the chains holds just these rules, in this order.
    func holds(_ chains: [[InvalidRule]]) -> Bool { chains.allSatisfy { holds($0) } }

    func holds(_ wanted: [InvalidRule]) -> Bool {
        guard let chain = wanted.first?.chain else { return true }
        var found = 0
        for rule in rules where rule.chain == chain {
            guard found < wanted.count, rule.comment == wanted[found].comment else { return false }
            found += 1
        }
        return found == wanted.count
    }

    /// Whether there is a rule in another chain than these.
    func hasRules(besides chains: [[InvalidRule]]) -> Bool {
        rules.contains { rule in !chains.contains { $0.first?.chain == rule.chain } }
    }
}

extension IPVersion {
    /// What `nft(8)` calls the family.
    var nftFamily: String {
        switch self {
        case .v4: "ip"
        case .v6: "ip6"
        }
    }
}
