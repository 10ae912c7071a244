import Firewall
import LinuxSystem
import Netlink

// Plans what to do about INVALID segments on the host.

extension HostSnapshot {
    /// Whether a family needs its table. A `ct` rule switches tracking on, so there is none where nothing else has done so:
    /// without translation no segment is answered by RST. What was not observed counts as present.
    func isWanted(_ version: IPVersion, _ policy: Policy.Invalid) -> Bool {
        loose != 0 && (policy.place == .always || tracking(version) != .unused)
    }

    /// Whether each chain that the policy wants in a family is complete.
    func holdsChains(_ version: IPVersion, _ policy: Policy.Invalid) -> Bool {
        let ruleset = ruleset(version)
        return ruleset.state == .active
            && ruleset.holds(InvalidDrop.hostChains(policy.mode, matchingSockets: matchesSockets))
            && (!policy.forward || ruleset.holds(InvalidDrop.forwardChains(matchingRoutes: true))
                || ruleset.holds(InvalidDrop.forwardChains(matchingRoutes: false)))
    }

    /// Whether the family needs no change for this scope.
    func isSettled(_ version: IPVersion, _ scope: HostScope, _ policy: Policy.Invalid) -> Bool {
        if loose == 0 { return ruleset(version).state == .absent }
        guard scope.mayBeTranslated(version) else { return true }
        return isWanted(version, policy) ? holdsChains(version, policy) : ruleset(version).state == .absent
    }

    func isComplete(_ scope: HostScope, _ policy: Policy.Invalid) -> Bool {
        IPVersion.allCases.allSatisfy { isSettled($0, scope, policy) }
    }

    /// The changes to the host's ruleset and sysctls, and notes for people.
    package func planInvalid(_ policy: Policy.Invalid, _ scope: HostScope) -> (changes: [Change], notes: [String]) {
        var changes = IPVersion.allCases.flatMap { planGone(InvalidDrop(version: $0)) }
        var notes: [String] = []
        switch policy.mode {
        case .keep: if scope.isHost { changes = [] }
        case .liberal:
            if scope.isHost { changes = planRemoval(because: "the policy's mode is \"liberal\"") }
            planLiberal(scope, &changes, &notes)
        case .drop, .input:
            if scope.isHost || loose != 0, let omission = omission(policy) { notes.append(omission) }
            if loose == 0 { return (planRemoval(because: "nf_conntrack_tcp_loose is 0"), notes) }
            if scope.isHost, let idleness = idleness(policy) { notes.append(idleness) }
            for version in IPVersion.allCases where scope.mayBeTranslated(version) {
                changes += planTable(InvalidDrop(version: version), policy, scope, &notes)
            }
        }
        return (changes, notes)
    }

    private func planLiberal(_ scope: HostScope, _ changes: inout [Change], _ notes: inout [String]) {
        guard scope.mayBeTranslated(.v4) else { return }
        if let value = beLiberal, value != 1 {
            let object = "nf_conntrack_tcp_be_liberal to 1 (it was \(value))"
            changes.append(Change(.invalid, .set, object, .set(.beLiberal, 1)))
        } else if beLiberal == nil {
            notes.append("connection tracking is not loaded on the host, so nf_conntrack_tcp_be_liberal cannot be set")
        }
    }

    private func planTable(
        _ drop: InvalidDrop, _ policy: Policy.Invalid, _ scope: HostScope, _ notes: inout [String]
    ) -> [Change] {
        let ruleset = ruleset(drop.version)
        guard isWanted(drop.version, policy) else {
            return ruleset.state == .absent
                ? [] : [removal(of: drop, because: "nothing here translates \(drop.version)")]
        }
        let missing = scope.interfaces.filter { policy.forward && !(ruleset.containers ?? []).contains($0) }
        if missing.isEmpty && !scope.isHost && holdsChains(drop.version, policy) { return [] }
        let wanted = chains(drop, policy, scope, &notes)
        let elements: [Command] = missing.isEmpty ? [] : [.addElements(drop.containers, missing)]
        if ruleset.state == .absent { return install(drop, wanted, elements) }
        if ruleset.state == .dormant {
            return [remake(drop, wanted, scope, policy.forward, because: "which was dormant")]
        }
        if scope.isHost, ruleset.hasRules(besides: wanted) {
            if wanted.isEmpty { return [removal(of: drop, because: "no chain of it is wanted")] }
            return [remake(drop, wanted, scope, policy.forward, because: "now with \(Self.names(wanted)) alone")]
        }
        let broken = wanted.filter { !ruleset.holds($0) }
        if !broken.isEmpty && misshapen.contains(drop.version) {
            return [remake(drop, wanted, scope, policy.forward, because: "of which a chain or set had another form")]
        }
        if !broken.isEmpty { return repair(drop, broken, elements) }
        return elements.isEmpty ? [] : [addition(drop, missing, elements)]
    }

    private func chains(
        _ drop: InvalidDrop, _ policy: Policy.Invalid, _ scope: HostScope, _ notes: inout [String]
    ) -> [[InvalidRule]] {
        let ruleset = ruleset(drop.version)
        var wanted = InvalidDrop.hostChains(policy.mode, matchingSockets: matchesSockets)
        if policy.mode == .input {
            if forwardsWithIPVS && (scope.isHost || !ruleset.holds(wanted)) {
                wanted = []
            } else if !matchesSockets && drop.version == .v4 {
                notes.append(
                    "the kernel cannot match sockets (Linux 5.10, nft_socket): the host's own connections that conntrack "
                        + "lost sight of are cut at their end")
            }
        }
        guard policy.forward else { return wanted }
        let other = InvalidDrop.forwardChains(matchingRoutes: false)
        return wanted + (ruleset.holds(other) ? other : InvalidDrop.forwardChains(matchingRoutes: matchesRoutes))
    }

    // MARK: Changes

    /// Makes what does not exist yet. If many containers start at once, one makes it and the others observe again. With the
    /// ruleset's generation the kernel refuses those at once. Without it (before Linux 4.12) it refuses with `EEXIST` after the
    /// batch has begun, and undoing that waits for every processor, tens of milliseconds.
    private func install(_ drop: InvalidDrop, _ chains: [[InvalidRule]], _ elements: [Command]) -> [Change] {
        guard !chains.isEmpty else { return [] }
        let commands = drop.commands(chains, afresh: true) + elements
        let known = generation == 0 ? nil : generation
        return [Change(.invalid, .add, drop.text(Self.names(chains)), .commit(commands, generation: known))]
    }

    /// Repairs chains that were flushed or stem from another version. Only for the ruleset that was observed: if somebody else
    /// repairs it meanwhile the kernel refuses, and the host is observed again.
    private func repair(_ drop: InvalidDrop, _ chains: [[InvalidRule]], _ elements: [Command]) -> [Change] {
        let commands = drop.commands(chains, afresh: false)
        return [
            Change(
                .invalid, .repair, drop.text(Self.names(chains)), .commit(commands + elements, generation: generation))
        ]
    }

    /// Replaces a table: the kernel refuses to wake a dormant one and to add a chain to it in one batch, and to change the form of a
    /// chain or a set.
    private func remake(
        _ drop: InvalidDrop, _ chains: [[InvalidRule]], _ scope: HostScope, _ forward: Bool, because reason: String
    ) -> Change {
        let kept = (ruleset(drop.version).containers ?? []).filter { !gone.contains($0) }
        let names = (kept + scope.interfaces).unique
        let commands =
            [.deleteTable(drop.table)] + drop.commands(chains, afresh: true)
            + (forward && !names.isEmpty ? [.addElements(drop.containers, names)] : [])
        return Change(.invalid, .repair, drop.text(reason), .commit(commands, generation: generation))
    }

    private func addition(_ drop: InvalidDrop, _ missing: [InterfaceName], _ elements: [Command]) -> Change {
        let object =
            "\(missing.map { $0.description }.joined(separator: ", ")) to set \(drop.version.nftFamily) evenkeel containers"
        return Change(.invalid, .add, object, .commit(elements, generation: nil))
    }

    private static func names(_ chains: [[InvalidRule]]) -> String {
        var text = chains.count == 1 ? "chain " : "chains "
        for (index, rules) in chains.enumerated() {
            if index > 0 { text += index == chains.count - 1 ? " and " : ", " }
            text += rules.first?.chain ?? ""
        }
        return text
    }
}

extension InvalidDrop {
    /// `rules for INVALID TCP segments: table ip evenkeel, chain forward`
    func text(_ what: String) -> String {
        "rules for INVALID TCP segments: table \(version.nftFamily) evenkeel, \(what)"
    }
}
