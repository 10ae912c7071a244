import Firewall
import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// What becomes of the host's ruleset.
@Suite struct InvalidDropTests {
    let four = InvalidDrop(version: .v4)
    let six = InvalidDrop(version: .v6)
    let guarded = Guarded(interfaces: ["podman0"], versions: [.v4])

    func policy(_ mode: Policy.Invalid.Mode = .drop, forward: Bool = true) -> Policy.Invalid {
        var policy = Policy.Invalid()
        (policy.mode, policy.forward) = (mode, forward)
        return policy
    }

    func chains(_ drop: InvalidDrop, matchingSockets: Bool = true) -> (input: Chain, forward: Chain) {
        (drop.inputRules(matchingSockets: matchingSockets)[0].chain, drop.forwardRules[0].chain)
    }

    /// All that is made where nothing is, but elements.
    func installation(_ drop: InvalidDrop, matchingSockets: Bool = true) -> [Command] {
        let (input, forward) = chains(drop)
        let head: [Command] = [.addTable(drop.table), .addSet(drop.containers), .addChain(input, exclusive: true)]
        return head + drop.inputRules(matchingSockets: matchingSockets).map { .addRule($0) }
            + [.addChain(forward, exclusive: true)] + drop.forwardRules.map { .addRule($0) }
    }

    func complete(_ drop: InvalidDrop, _ names: [String] = ["podman0"]) -> HostSnapshot.Ruleset {
        let rules = drop.inputRules(matchingSockets: true) + drop.forwardRules
        return HostSnapshot.Ruleset(
            state: .active, rules: rules.map { ListedRule(chain: $0.chain.name, comment: $0.comment) },
            containers: names)
    }

    func host(_ change: (inout HostSnapshot) -> Void = { _ in }) -> HostSnapshot {
        var snapshot = HostSnapshot()
        snapshot.generation = 42
        snapshot.ipv4 = complete(four)
        change(&snapshot)
        return snapshot
    }

    @Test func whereNothingIsAllIsMadeExclusivelyInOneTransaction() {
        let (changes, notes) = HostSnapshot().planInvalid(policy(), guarded)
        #expect(
            changes.actions == [
                .commit(installation(four) + [.addElements(four.containers, ["podman0"])], generation: nil)
            ])
        #expect(changes.words == ["added drop of INVALID TCP segments: table ip evenkeel, chains input and forward"])
        #expect(changes[0].remedy == .invalid && notes == [])
    }

    @Test func whatIsMadeGoesWithTheRulesetItIsThoughtOutFor() {
        let commands = installation(four) + [.addElements(four.containers, ["podman0"])]
        let (changes, _) = host { $0.ipv4 = HostSnapshot.Ruleset() }.planInvalid(policy(), guarded)
        #expect(changes.actions == [.commit(commands, generation: 42)])
    }

    @Test func whatIsMadeIsWhatTheDocumentationSays() {
        let (input, forward) = chains(four)
        #expect(
            (four.table.name, input.name, forward.name, four.containers.name) == (
                "evenkeel", "input", "forward", "containers"
            ))
        #expect(input.hook == .input && forward.hook == .forward && input.priority == 0 && forward.priority == 0)
        #expect(
            four.inputRules(matchingSockets: true).map { $0.expressions } == [
                [
                    .inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .closesConnection, .hasBoundSocket, .counter,
                    .accept,
                ],
                [.inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .counter, .drop],
            ])
        #expect(
            four.forwardRules.map { $0.expressions } == [
                [.inputInterfaceIn(four.containers), .isTCP, .isInvalid, .counter, .drop]
            ])
        let comments = (four.inputRules(matchingSockets: true) + four.forwardRules).map { $0.comment }
        #expect(Set(comments).count == 3 && comments.allSatisfy { $0.hasPrefix("evenkeel 1: ") && $0.utf8.count < 128 })
    }

    @Test func whereAllIsThereNothingIsDone() {
        let (changes, notes) = host().planInvalid(policy(), guarded)
        #expect(changes == [] && notes == [])
        #expect(host { $0.ipv4.containers = ["a", "podman0", "b"] }.planInvalid(policy(), guarded).changes == [])
    }

    @Test func anotherInterfaceIsAddedToTheSet() {
        var two = guarded
        two.interfaces = ["podman1", "podman0", "veth\u{1b}0"]
        let changes = host().planInvalid(policy(), two).changes
        #expect(
            changes.actions == [.commit([.addElements(four.containers, ["podman1", "veth\u{1b}0"])], generation: nil)])
        #expect(changes.words == ["added podman1, veth?0 to set ip evenkeel containers"])
    }

    static let broken: [(String, @Sendable (inout HostSnapshot.Ruleset) -> Void)] = [
        ("a flushed input chain", { $0.rules.removeAll { $0.chain == "input" } }),
        ("a rule of an older version", { $0.rules[1] = ListedRule(chain: "input", comment: "evenkeel 0: drop") }),
        ("a rule without a comment", { $0.rules[1] = ListedRule(chain: "input", comment: nil) }),
        ("a rule more", { $0.rules.insert(ListedRule(chain: "input", comment: "mine"), at: 0) }),
        ("rules in another order", { $0.rules.swapAt(0, 1) }),
        ("a rule twice", { $0.rules.insert($0.rules[1], at: 1) }),
    ]

    @Test(arguments: broken)
    func aBrokenChainIsRepairedForThatGeneration(what: String, damage: @Sendable (inout HostSnapshot.Ruleset) -> Void) {
        let changes = host { damage(&$0.ipv4) }.planInvalid(policy(), guarded).changes
        let (input, _) = chains(four)
        let commands: [Command] =
            [.addTable(four.table), .addSet(four.containers), .addChain(input, exclusive: false), .flushChain(input)]
            + four.inputRules(matchingSockets: true).map { .addRule($0) }
        #expect(changes.actions == [.commit(commands, generation: 42)], "\(what)")
        #expect(changes.words == ["repaired drop of INVALID TCP segments: table ip evenkeel, chain input"])
    }

    @Test func ofAFlushedTableBothChainsAreRepaired() {
        let changes = host {
            $0.ipv4.rules = []
            $0.ipv4.containers = nil
        }.planInvalid(policy(), guarded).changes
        guard case .commit(let commands, let generation)? = changes.actions.first else {
            Issue.record("no transaction")
            return
        }
        let (input, forward) = chains(four)
        #expect(generation == 42 && changes.count == 1)
        #expect(commands.contains(.flushChain(input)) && commands.contains(.flushChain(forward)))
        #expect(commands.last == .addElements(four.containers, ["podman0"]))
        #expect(commands.first == .addTable(four.table))
    }

    @Test func aDormantTableIsMadeAnewWithTheElementsItHad() {
        let changes = host {
            $0.ipv4.state = .dormant
            $0.ipv4.containers = ["br-old"]
        }.planInvalid(policy(), guarded).changes
        guard case .commit(let commands, let generation)? = changes.actions.first else {
            Issue.record("no transaction")
            return
        }
        #expect(generation == 42 && changes.count == 1)
        #expect(commands.prefix(2) == [.deleteTable(four.table), .addTable(four.table)])
        #expect(commands.last == .addElements(four.containers, ["br-old", "podman0"]))
    }

    @Test func withoutForwardNeitherChainNorSetIsMade() {
        let commands: [Command] =
            [.addTable(four.table), .addChain(chains(four).input, exclusive: true)]
            + four.inputRules(matchingSockets: true).map { .addRule($0) }
        #expect(
            HostSnapshot().planInvalid(policy(forward: false), guarded).changes.actions == [
                .commit(commands, generation: nil)
            ])
        #expect(
            host { $0.ipv4.rules.removeAll { $0.chain == "forward" } }.planInvalid(policy(forward: false), guarded)
                .changes == [])
    }

    @Test func elementsWhoseInterfaceIsGoneOrGoingAreRemoved() {
        let snapshot = host {
            $0.ipv4.containers = ["podman0", "veth0", "veth1"]
            $0.ipv6 = complete(six, ["veth0"])
            $0.gone = ["veth0", "veth1"]
        }
        let changes = snapshot.planInvalid(policy(), guarded).changes
        #expect(
            changes.actions == [
                .commit([.deleteElements(four.containers, ["veth0"])], generation: nil),
                .commit([.deleteElements(four.containers, ["veth1"])], generation: nil),
                .commit([.deleteElements(six.containers, ["veth0"])], generation: nil),
            ])
        #expect(changes.words.first == "removed veth0 from set ip evenkeel containers (nothing is behind it any more)")
        for mode in [Policy.Invalid.Mode.liberal, .keep] {
            let kept = host {
                ($0.ipv4, $0.ipv6, $0.gone, $0.beLiberal) = (snapshot.ipv4, snapshot.ipv6, ["veth0", "veth1"], 1)
            }
            #expect(kept.planInvalid(policy(mode), guarded).changes == changes)
        }
    }

    @Test func aContainerWithoutWayOutAsksForNothing() {
        let (changes, notes) = HostSnapshot().planInvalid(policy(), Guarded())
        #expect(changes == [] && notes == [])
    }

    @Test(arguments: [
        (true, true, TableState.absent, true), (true, false, .absent, false), (false, true, .absent, false),
        (true, false, .active, true), (false, false, .active, false),
    ])
    func ipv6IsForContainersThatHaveItWhereItIsTranslated(
        hasDefault: Bool, isTranslated: Bool, state: TableState, isMade: Bool
    ) {
        var both = guarded
        if hasDefault { both.versions.append(.v6) }
        let changes = host {
            $0.translatesIPv6 = isTranslated
            $0.ipv6.state = state
        }.planInvalid(policy(), both).changes
        #expect(changes.count == (isMade ? 1 : 0))
        guard isMade else { return }
        #expect(changes[0].object == "drop of INVALID TCP segments: table ip6 evenkeel, chains input and forward")
        guard state == .absent else { return }
        #expect(
            changes.actions == [
                .commit(installation(six) + [.addElements(six.containers, ["podman0"])], generation: 42)
            ])
    }

    @Test func liberalSetsWhatDiffersAndSaysWhatItCannot() {
        let liberal = policy(.liberal)
        var plan = host { $0.beLiberal = 0 }.planInvalid(liberal, guarded)
        #expect(plan.changes.actions == [.set(Sysctl("net/netfilter/nf_conntrack_tcp_be_liberal"), 1)])
        #expect(plan.changes.words == ["set nf_conntrack_tcp_be_liberal to 1 (it was 0)"] && plan.notes == [])
        #expect(host { $0.beLiberal = 1 }.planInvalid(liberal, guarded).changes == [])
        plan = host().planInvalid(liberal, guarded)
        #expect(plan.changes == [] && plan.notes.count == 1)
        plan = host { $0.beLiberal = 0 }.planInvalid(liberal, Guarded())
        #expect(plan.changes == [] && plan.notes == [])
    }

    @Test func keepTouchesNothing() {
        let plan = HostSnapshot().planInvalid(policy(.keep), guarded)
        #expect(plan.changes == [] && plan.notes == [])
    }

    @Test func whereInputWouldCutTheHostsOwnTrafficOnlyForwardIsMadeAndTheReasonSaid() {
        let harms: [(String, (inout HostSnapshot) -> Void)] = [
            ("nf_conntrack_tcp_loose=0", { $0.loose = 0 }), ("IPVS", { $0.forwardsWithIPVS = true }),
        ]
        for (reason, harm) in harms {
            var snapshot = HostSnapshot()
            harm(&snapshot)
            let plan = snapshot.planInvalid(policy(), guarded)
            let commands: [Command] =
                [.addTable(four.table), .addSet(four.containers), .addChain(chains(four).forward, exclusive: true)]
                + four.forwardRules.map { .addRule($0) } + [.addElements(four.containers, ["podman0"])]
            #expect(plan.changes.actions == [.commit(commands, generation: nil)])
            #expect(plan.notes.count == 1 && plan.notes[0].contains(reason))
            let nothing = snapshot.planInvalid(policy(forward: false), guarded)
            #expect(nothing.changes == [] && nothing.notes.count == 1)
        }
    }

    @Test func withoutSocketMatchTheDropStandsAloneAndTheCostIsSaid() {
        var snapshot = HostSnapshot()
        snapshot.matchesSockets = false
        let plan = snapshot.planInvalid(policy(), guarded)
        let commands = installation(four, matchingSockets: false) + [.addElements(four.containers, ["podman0"])]
        #expect(plan.changes.actions == [.commit(commands, generation: nil)])
        #expect(plan.notes.count == 1 && plan.notes[0].contains("5.10"))
    }
}
