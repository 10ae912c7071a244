package import Firewall
package import Netlink

// The third remedy. conntrack does not translate INVALID segments. Those for a container therefore reach the host itself, which
// has no socket for them and answers with a bare RST, which ends the container's connection. That RST is dropped in output. In
// forward, INVALID segments of guarded containers would leave with a private source address. Only TCP: nothing else is answered
// by RST, and DHCP's first packets are INVALID by nature.

/// One rule of ours.
enum InvalidRule: Equatable {
    /// Mode "drop", in input: only notes INVALID segments, since conntrack misjudges those for the host's sockets, too.
    case note
    /// Mode "drop", in output: drops the RST. A RST begins no entry, so one for a translated flow is INVALID itself. Refusals of
    /// a SYN and aborts by programs carry ACK, and what a router rejects in another's name was never noted.
    case silence
    /// Mode "input": accepts a FIN or RST for a bound socket: the host's own connections that conntrack lost may end.
    case spare
    /// Mode "input": drops INVALID segments.
    case drop
    /// Drops what goes from a guarded container's bridge to another interface, if the sender lives behind that bridge. Not a
    /// SYN-ACK, whose SYN may have come by another way, nor a reset, which a routed container may send for a flow that has ended.
    case stop
    /// Some kernels look up a sender's route in prerouting only. There this rule notes the segment, and `stopNoted` drops it.
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

    /// Begins with the version of our rules. Rules of another version are replaced.
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
    /// INVALID segments of the last second; a reset follows at once. When the set is full, the reset passes. The kernel allocates
    /// room for all elements beforehand, 256 KB here.
    var misjudged: SegmentSet { SegmentSet(table, "misjudged", seconds: 1, size: 16384) }

    /// The chains for segments to the host itself.
    static func hostChains(_ mode: Policy.Invalid.Mode, matchingSockets: Bool) -> [[InvalidRule]] {
        if mode != .input { return [[.note], [.silence]] }
        return matchingSockets ? [[.spare, .drop]] : [[.drop]]
    }

    /// The chains for forwarded segments. `matchingRoutes`: the kernel looks up a sender's route in forward.
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
    /// `afresh`: no chain exists yet. Otherwise existing chains lose their rules first.
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

extension InvalidDrop {
    /// What a rule of ours drops, for people; nil for one that drops nothing.
    package static func victims(of rule: CountedRule) -> String? {
        switch rule.comment {
        case InvalidRule.silence.comment: "INVALID resets"
        case InvalidRule.drop.comment: "INVALID received"
        case InvalidRule.stop.comment, InvalidRule.stopNoted.comment: "INVALID forwarded"
        default: nil
        }
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

    /// Whether a chain other than these has a rule.
    func hasRules(besides chains: [[InvalidRule]]) -> Bool {
        rules.contains { rule in !chains.contains { $0.first?.chain == rule.chain } }
    }
}

extension IPVersion {
    /// The name of the family in `nft(8)`.
    var nftFamily: String {
        switch self {
        case .v4: "ip"
        case .v6: "ip6"
        }
    }
}
