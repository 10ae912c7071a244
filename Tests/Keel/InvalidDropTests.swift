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

    static let both: [[InvalidRule]] = [[.note], [.silence], [.stop]]

    /// All that is made where nothing is, but elements.
    func installation(_ drop: InvalidDrop, _ chains: [[InvalidRule]] = both) -> [Command] {
        drop.commands(chains, afresh: true)
    }

    func listed(_ chains: [[InvalidRule]]) -> [ListedRule] {
        chains.joined().map { ListedRule(chain: $0.chain, comment: $0.comment) }
    }

    func complete(_ drop: InvalidDrop, _ names: [String] = ["podman0"]) -> HostSnapshot.Ruleset {
        HostSnapshot.Ruleset(state: .active, rules: listed(Self.both), containers: names)
    }

    func host(_ change: (inout HostSnapshot) -> Void = { _ in }) -> HostSnapshot {
        var snapshot = HostSnapshot()
        snapshot.generation = 42
        snapshot.ipv4 = complete(four)
        (snapshot.trackingOfIPv4, snapshot.trackingOfIPv6) = (.translated, .unused)
        change(&snapshot)
        return snapshot
    }

    @Test func whereNothingIsAllIsMadeExclusivelyInOneTransaction() {
        let (changes, notes) = HostSnapshot().planInvalid(policy(), guarded)
        #expect(
            changes.actions == [
                .commit(installation(four) + [.addElements(four.containers, ["podman0"])], generation: nil)
            ])
        #expect(
            changes.words == [
                "added rules for INVALID TCP segments: table ip evenkeel, chains input, output and forward"
            ])
        #expect(changes[0].remedy == .invalid && notes == [])
    }

    @Test func whatIsMadeGoesWithTheRulesetItIsThoughtOutFor() {
        let commands = installation(four) + [.addElements(four.containers, ["podman0"])]
        let (changes, _) = host { $0.ipv4 = HostSnapshot.Ruleset() }.planInvalid(policy(), guarded)
        #expect(changes.actions == [.commit(commands, generation: 42)])
    }

    @Test func whatIsMadeIsWhatTheDocumentationSays() {
        let (containers, misjudged) = (four.containers, four.misjudged)
        #expect((four.table.name, containers.name, misjudged.name) == ("evenkeel", "containers", "misjudged"))
        #expect(misjudged.seconds == 5 && misjudged.size == 65535)
        #expect(
            installation(four) == [
                .addTable(four.table), .addSegments(misjudged),
                .addChain(Chain(four.table, "input", .input), exclusive: true), .addRule(four.rule(.note)),
                .addChain(Chain(four.table, "output", .output), exclusive: true), .addRule(four.rule(.silence)),
                .addSet(containers),
                .addChain(Chain(four.table, "forward", .forward), exclusive: true), .addRule(four.rule(.stop)),
            ])
        #expect(
            four.rule(.note).expressions == [
                .inputInterfaceIsNot("lo"), .isTCP, .isNoReset, .isInvalid, .remember(misjudged),
            ])
        #expect(
            four.rule(.silence).expressions == [
                .outputInterfaceIsNot("lo"), .isTCP, .isBareReset, .isInvalid, .isFromThisHost,
                .answersRemembered(misjudged), .counter, .drop,
            ])
        #expect(
            four.rule(.stop).expressions == [
                .inputInterfaceIn(containers), .outputInterfaceNotIn(containers), .isTCP, .isInMidstream, .isInvalid,
                .isRoutedBack, .counter, .drop,
            ])
        let comments = [InvalidRule.note, .silence, .spare, .drop, .stop, .noteSender, .stopNoted].map { $0.comment }
        #expect(Set(comments).count == 7 && comments.allSatisfy { $0.hasPrefix("evenkeel 2: ") && $0.utf8.count < 128 })
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
        ("a rule of another version", { $0.rules[0] = ListedRule(chain: "input", comment: "evenkeel 0: drop") }),
        ("a rule without a comment", { $0.rules[0] = ListedRule(chain: "input", comment: nil) }),
        ("a rule more", { $0.rules.insert(ListedRule(chain: "input", comment: "mine"), at: 0) }),
        ("a rule twice", { $0.rules.insert($0.rules[0], at: 1) }),
    ]

    @Test(arguments: broken)
    func aBrokenChainIsRepairedForThatGeneration(what: String, damage: @Sendable (inout HostSnapshot.Ruleset) -> Void) {
        let changes = host { damage(&$0.ipv4) }.planInvalid(policy(), guarded).changes
        let input = Chain(four.table, "input", .input)
        let commands: [Command] = [
            .addTable(four.table), .addSegments(four.misjudged), .addChain(input, exclusive: false), .flushChain(input),
            .addRule(four.rule(.note)),
        ]
        #expect(changes.actions == [.commit(commands, generation: 42)], "\(what)")
        #expect(changes.words == ["repaired rules for INVALID TCP segments: table ip evenkeel, chain input"])
    }

    @Test func ofAFlushedTableAllChainsAreRepaired() {
        let changes = host {
            $0.ipv4.rules = []
            $0.ipv4.containers = nil
        }.planInvalid(policy(), guarded).changes
        let commands = four.commands(Self.both, afresh: false) + [.addElements(four.containers, ["podman0"])]
        #expect(changes.actions == [.commit(commands, generation: 42)])
        for name in ["input", "output", "forward"] {
            #expect(commands.contains { if case .flushChain(let chain) = $0 { chain.name == name } else { false } })
        }
    }

    /// What the first version made: a drop in input, and another in forward.
    static let firstVersion = [
        ListedRule(chain: "input", comment: "evenkeel 1: let the host's own connections end"),
        ListedRule(chain: "input", comment: "evenkeel 1: do not answer INVALID segments with RST"),
        ListedRule(chain: "forward", comment: "evenkeel 1: let no INVALID segment out untranslated"),
    ]

    @Test func whatAnOlderVersionMadeIsReplacedInOneTransaction() {
        let old = host { $0.ipv4.rules = Self.firstVersion }
        let commands = four.commands(Self.both, afresh: false)
        #expect(old.planInvalid(policy(), guarded).changes.actions == [.commit(commands, generation: 42)])
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
        let commands = installation(four, [[.note], [.silence]])
        #expect(!commands.contains(.addSet(four.containers)))
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
        (true, HostSnapshot.Tracking.translated, true), (true, .tracked, true), (true, .unused, false),
        (false, .translated, false),
    ])
    func ipv6IsForContainersThatHaveItWhereItIsTranslatedOrTracked(
        hasDefault: Bool, tracking: HostSnapshot.Tracking, isMade: Bool
    ) {
        var both = guarded
        if hasDefault { both.versions.append(.v6) }
        let changes = host { $0.trackingOfIPv6 = tracking }.planInvalid(policy(), both).changes
        let commands = installation(six) + [.addElements(six.containers, ["podman0"])]
        #expect(changes.actions == (isMade ? [.commit(commands, generation: 42)] : []))
    }

    // MARK: Where nothing is translated

    @Test func whereNothingIsTranslatedNothingIsMadeAndWhatIsThereGoes() {
        for rules in [listed(Self.both), Self.firstVersion] {
            let idle = host { ($0.trackingOfIPv4, $0.ipv4.rules) = (.unused, rules) }
            let (changes, notes) = idle.planInvalid(policy(), guarded)
            #expect(changes.actions == [.commit([.deleteTable(four.table)], generation: nil)])
            #expect(changes.words[0].hasSuffix("table ip evenkeel, nothing here translates IPv4") && notes == [])
        }
        let empty = host { ($0.trackingOfIPv4, $0.ipv4) = (.unused, HostSnapshot.Ruleset()) }
        let (changes, notes) = empty.planInvalid(policy(), guarded)
        #expect(changes == [] && notes == [], "which is not said at every start")
        var always = policy()
        always.place = .always
        #expect(empty.planInvalid(always, guarded).changes.count == 1)
    }

    @Test func whatIsThereStaysWhereNobodyAsked() {
        let unasked = host { ($0.trackingOfIPv4, $0.trackingOfIPv6) = (nil, nil) }
        #expect(unasked.isComplete(guarded, policy()) && unasked.planInvalid(policy(), guarded).changes == [])
    }

    // MARK: While tracking is strict

    @Test(arguments: [Policy.Invalid.Mode.drop, .input])
    func whileTrackingIsStrictNothingIsMadeAndWhatIsThereGoes(mode: Policy.Invalid.Mode) {
        let strict = host { ($0.loose, $0.ipv6) = (0, complete(six)) }
        for guarded in [guarded, Guarded()] {
            let (changes, notes) = strict.planInvalid(policy(mode), guarded)
            #expect(
                changes.actions == [
                    .commit([.deleteTable(four.table)], generation: nil),
                    .commit([.deleteTable(six.table)], generation: nil),
                ])
            #expect(changes.words[0].hasSuffix("table ip evenkeel, nf_conntrack_tcp_loose is 0") && notes == [])
            #expect(!strict.isComplete(guarded, policy(mode)))
        }
        let empty = host { ($0.loose, $0.ipv4) = (0, HostSnapshot.Ruleset()) }
        #expect(empty.planInvalid(policy(mode), guarded).changes == [])
        #expect(empty.isComplete(guarded, policy(mode)), "so nothing else is looked at")
    }

    // MARK: Older kernels

    @Test func whereForwardKnowsNoRoutesTheyAreLookedUpInPrerouting() {
        var snapshot = HostSnapshot()
        snapshot.matchesRoutes = false
        let other: [[InvalidRule]] = [[.note], [.silence], [.noteSender], [.stopNoted]]
        let commands = installation(four, other) + [.addElements(four.containers, ["podman0"])]
        #expect(snapshot.planInvalid(policy(), guarded).changes.actions == [.commit(commands, generation: nil)])
        let first = { (command: Command) in commands.firstIndex(of: command) ?? commands.count }
        #expect(first(.addSet(four.containers)) < first(.addRule(four.rule(.noteSender))))
        #expect(first(.addSegments(four.misjudged)) < first(.addRule(four.rule(.note))))
        // What has been made so is whole, whatever the next run knows of the kernel.
        let made = host { $0.ipv4.rules = listed(other) }
        #expect(made.planInvalid(policy(), guarded).changes == [] && made.isComplete(guarded, policy()))
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

    // MARK: Mode "input"

    @Test func modeInputHasTheDropInInputAndTheRuleThatSparesTheHostsOwn() {
        #expect(
            four.rule(.spare).expressions == [
                .inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .closesConnection, .hasBoundSocket, .counter, .accept,
            ])
        #expect(four.rule(.drop).expressions == [.inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .counter, .drop])
        let commands = installation(four, [[.spare, .drop], [.stop]])
        #expect(!commands.contains(.addSegments(four.misjudged)))
        let plan = HostSnapshot().planInvalid(policy(.input), Guarded(versions: [.v4]))
        #expect(plan.changes.actions == [.commit(commands, generation: nil)] && plan.notes == [])
        let held = host { $0.ipv4.rules = listed([[.spare, .drop], [.stop]]) }
        #expect(held.planInvalid(policy(.input), guarded).changes == [])
        let swapped = host { $0.ipv4.rules = listed([[.drop, .spare], [.stop]]) }
        #expect(swapped.planInvalid(policy(.input), guarded).changes.count == 1)
    }

    @Test func whereIPVSForwardsOnlyForwardIsMadeAndTheReasonSaid() {
        var snapshot = HostSnapshot()
        snapshot.forwardsWithIPVS = true
        let plan = snapshot.planInvalid(policy(.input), guarded)
        let commands = installation(four, [[.stop]]) + [.addElements(four.containers, ["podman0"])]
        #expect(plan.changes.actions == [.commit(commands, generation: nil)])
        #expect(plan.notes.count == 1 && plan.notes[0].contains("IPVS"))
        let nothing = snapshot.planInvalid(policy(.input, forward: false), guarded)
        #expect(nothing.changes == [] && nothing.notes.count == 1)
        #expect(snapshot.planInvalid(policy(), guarded).notes == [], "which mode \"drop\" does not mind")
    }

    @Test func withoutSocketMatchTheDropStandsAloneAndTheCostIsSaid() {
        var snapshot = HostSnapshot()
        snapshot.matchesSockets = false
        let plan = snapshot.planInvalid(policy(.input), guarded)
        let commands = installation(four, [[.drop], [.stop]]) + [.addElements(four.containers, ["podman0"])]
        #expect(plan.changes.actions == [.commit(commands, generation: nil)])
        #expect(plan.notes.count == 1 && plan.notes[0].contains("5.10"))
    }
}
