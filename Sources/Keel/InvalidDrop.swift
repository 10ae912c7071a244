import Firewall
import LinuxSystem
import Netlink

// The third remedy: INVALID segments, which conntrack does not translate, are dropped on the host. In input they would
// be answered with RST, which kills the container's connection; in forward, those of guarded containers would leave with
// a private source address. Only TCP: nothing else is answered by RST, and DHCP's first packets are INVALID by nature.

/// The ruleset of one family as it should be.
struct InvalidDrop {
    let version: IPVersion

    var table: Table { Table(version, "evenkeel") }
    var containers: InterfaceSet { InterfaceSet(table, "containers") }
    private var input: Chain { Chain(table, "input", .input) }
    private var forward: Chain { Chain(table, "forward", .forward) }

    // A comment begins with the version of the rule: those of another are replaced.

    /// The host's own connections that conntrack lost sight of may end: their FIN or RST finds a bound socket.
    private var spare: Rule {
        Rule(
            input,
            [.inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .closesConnection, .hasBoundSocket, .counter, .accept],
            comment: "evenkeel 1: let the host's own connections end")
    }

    private var drop: Rule {
        Rule(
            input, [.inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .counter, .drop],
            comment: "evenkeel 1: do not answer INVALID segments with RST")
    }

    private var dropForwarded: Rule {
        Rule(
            forward, [.inputInterfaceIn(containers), .isTCP, .isInvalid, .counter, .drop],
            comment: "evenkeel 1: let no INVALID segment out untranslated")
    }

    func inputRules(matchingSockets: Bool) -> [Rule] { matchingSockets ? [spare, drop] : [drop] }

    var forwardRules: [Rule] { [dropForwarded] }

    /// The table, the set if it is wanted, and the chains with their rules; `begin` says how each chain is begun.
    func commands(_ chains: [[Rule]], withSet: Bool, begin: (Chain) -> [Command]) -> [Command] {
        [.addTable(table)] + (withSet ? [.addSet(containers)] : [])
            + chains.flatMap { rules in
                (rules.first.map { begin($0.chain) } ?? []) + rules.map { .addRule($0) }
            }
    }
}

extension HostSnapshot {
    /// Whether the chain in input is as it should be.
    func holdsInput(_ version: IPVersion) -> Bool {
        let ruleset = ruleset(version)
        return ruleset.state == .active
            && ruleset.holds(InvalidDrop(version: version).inputRules(matchingSockets: matchesSockets))
    }

    /// Whether each chain that could be wanted is as it should be.
    func isComplete(_ guarded: Guarded, _ policy: Policy.Invalid) -> Bool {
        IPVersion.allCases.allSatisfy { !guarded.mayBeTranslated($0) || holdsChains($0, policy) }
    }

    private func holdsChains(_ version: IPVersion, _ policy: Policy.Invalid) -> Bool {
        holdsInput(version)
            && (!policy.forward || ruleset(version).holds(InvalidDrop(version: version).forwardRules))
    }

    /// The changes to the host's ruleset and sysctls, and what is to be said beside them.
    package func planInvalid(_ policy: Policy.Invalid, _ guarded: Guarded) -> (changes: [Change], notes: [String]) {
        var changes = IPVersion.allCases.flatMap { planGone(InvalidDrop(version: $0)) }
        var notes: [String] = []
        switch policy.mode {
        case .keep: if guarded.isForHost { changes = [] }
        case .liberal:
            if guarded.isForHost { changes = planRemoval(because: "the policy's mode is \"liberal\"") }
            guard guarded.mayBeTranslated(.v4) else { break }
            if let value = beLiberal, value != 1 {
                let object = "nf_conntrack_tcp_be_liberal to 1 (it was \(value))"
                changes.append(
                    Change(.invalid, .set, object, .set(.beLiberal, 1)))
            } else if beLiberal == nil {
                notes.append(
                    "connection tracking is not loaded on the host, so nf_conntrack_tcp_be_liberal cannot be set")
            }
        case .drop:
            for version in IPVersion.allCases where isNeeded(version, guarded) {
                changes += planDrop(InvalidDrop(version: version), policy, guarded, &notes)
            }
        }
        return (changes, notes)
    }

    /// Whether a family's chains are to be there. A `ct` rule switches tracking on, so IPv6 gets one only where it is
    /// translated: without translation there is nothing to reset.
    private func isNeeded(_ version: IPVersion, _ guarded: Guarded) -> Bool {
        guard guarded.mayBeTranslated(version) else { return false }
        return version == .v4 || translatesIPv6 || ipv6.state != .absent
    }

    private func planDrop(
        _ drop: InvalidDrop, _ policy: Policy.Invalid, _ guarded: Guarded, _ notes: inout [String]
    ) -> [Change] {
        let ruleset = ruleset(drop.version)
        let missing = guarded.interfaces.filter { policy.forward && !(ruleset.containers ?? []).contains($0) }
        if missing.isEmpty && !guarded.isForHost && holdsChains(drop.version, policy) { return [] }
        var wanted: [[Rule]] = []
        if let harm = harmOfInput, guarded.isForHost || !holdsInput(drop.version) {
            if drop.version == .v4 { notes.append("INVALID segments are not dropped in input: \(harm)") }
        } else {
            if !matchesSockets && drop.version == .v4 {
                notes.append(
                    "the kernel cannot match sockets (Linux 5.10, nft_socket): the host's own connections that conntrack "
                        + "lost sight of are cut at their end")
            }
            wanted.append(drop.inputRules(matchingSockets: matchesSockets))
        }
        if policy.forward { wanted.append(drop.forwardRules) }
        let elements: [Command] = missing.isEmpty ? [] : [.addElements(drop.containers, missing)]
        if ruleset.state == .absent { return install(drop, wanted, elements, policy.forward) }
        if ruleset.state == .dormant {
            return [remake(drop, wanted, guarded, policy.forward, because: "which was dormant")]
        }
        if guarded.isForHost, ruleset.hasRules(besides: wanted) {
            if wanted.isEmpty { return [removal(of: drop, because: "no chain of it is wanted")] }
            return [remake(drop, wanted, guarded, policy.forward, because: "now with \(names(wanted)) alone")]
        }
        let broken = wanted.filter { !ruleset.holds($0) }
        if !broken.isEmpty { return repair(drop, broken, elements, policy.forward) }
        return elements.isEmpty ? [] : [addition(drop, missing, elements)]
    }

    /// Why dropping INVALID in input would cut the host's own traffic; nil where it would not.
    private var harmOfInput: String? {
        if loose == 0 { return "with nf_conntrack_tcp_loose=0 every connection older than the rule would be cut" }
        if forwardsWithIPVS {
            return "IPVS forwards here in a way of which connection tracking sees only half (direct routing, tunnels, "
                + "net.ipv4.vs.conntrack=0)"
        }
        return nil
    }

    /// Makes what is not there yet. Of many that start at once, one makes it and the others look again: the kernel refuses
    /// them at once if they say the ruleset's generation, while taking a batch back that began (`EEXIST`, all that kernels
    /// before Linux 4.12 can tell) makes it wait for every processor, for tens of milliseconds.
    private func install(_ drop: InvalidDrop, _ chains: [[Rule]], _ elements: [Command], _ forward: Bool) -> [Change] {
        guard !chains.isEmpty else { return [] }
        let commands = drop.commands(chains, withSet: forward) { [.addChain($0, exclusive: true)] } + elements
        let known = generation == 0 ? nil : generation
        return [Change(.invalid, .add, words(drop, names(chains)), .commit(commands, generation: known))]
    }

    /// Puts chains right that were flushed or stem from another version. Only for the ruleset that was looked at: if
    /// somebody else repairs it meanwhile the kernel refuses, and it is looked at again.
    private func repair(_ drop: InvalidDrop, _ chains: [[Rule]], _ elements: [Command], _ forward: Bool) -> [Change] {
        let commands = drop.commands(chains, withSet: forward) { [.addChain($0, exclusive: false), .flushChain($0)] }
        return [
            Change(
                .invalid, .repair, words(drop, names(chains)), .commit(commands + elements, generation: generation))
        ]
    }

    /// Makes a table that sleeps anew: the kernel refuses to wake one and to add a chain to it in one batch.
    private func remake(
        _ drop: InvalidDrop, _ chains: [[Rule]], _ guarded: Guarded, _ forward: Bool, because reason: String
    ) -> Change {
        let kept = (ruleset(drop.version).containers ?? []).filter {
            !gone.contains($0)
        }
        let names = (kept + guarded.interfaces).unique
        let commands =
            [.deleteTable(drop.table)] + drop.commands(chains, withSet: forward) { [.addChain($0, exclusive: true)] }
            + (forward && !names.isEmpty ? [.addElements(drop.containers, names)] : [])
        return Change(.invalid, .repair, words(drop, reason), .commit(commands, generation: generation))
    }

    func words(_ drop: InvalidDrop, _ what: String) -> String {
        "drop of INVALID TCP segments: table \(drop.version.nftFamily) evenkeel, \(what)"
    }

    private func addition(_ drop: InvalidDrop, _ missing: [String], _ elements: [Command]) -> Change {
        let object =
            "\(missing.map(printable).joined(separator: ", ")) to set \(drop.version.nftFamily) evenkeel containers"
        return Change(.invalid, .add, object, .commit(elements, generation: nil))
    }

    private func names(_ chains: [[Rule]]) -> String {
        let names = chains.compactMap { $0.first?.chain.name }
        return (names.count == 1 ? "chain " : "chains ") + names.joined(separator: " and ")
    }
}

extension HostSnapshot.Ruleset {
    /// Whether a chain holds just these rules, in this order.
    func holds(_ wanted: [Rule]) -> Bool {
        guard let chain = wanted.first?.chain.name else { return true }
        let held = rules.filter { $0.chain == chain }
        return held.map { $0.comment } == wanted.map { $0.comment }
    }

    /// Whether there is a rule in another chain than these.
    func hasRules(besides chains: [[Rule]]) -> Bool {
        rules.contains { rule in !chains.contains { $0.first?.chain.name == rule.chain } }
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
