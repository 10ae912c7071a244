import Firewall
import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// What becomes of the host's ruleset.
@Suite struct InvalidDropTests: InvalidDropOnHost {
    @Test func whereNothingIsAllIsMadeExclusivelyInOneTransaction() {
        let (changes, notes) = HostSnapshot().planInvalid(policy(), container)
        #expect(
            changes.actions == [
                .commit(installation(four) + [.addElements(four.containers, ["podman0"])], generation: nil)
            ])
        #expect(
            changes.text == [
                "added rules for INVALID TCP segments: table ip evenkeel, chains input, output and forward"
            ])
        #expect(changes[0].remedy == .invalid && notes == [])
    }

    @Test func whatIsMadeGoesWithTheRulesetItIsThoughtOutFor() {
        let commands = installation(four) + [.addElements(four.containers, ["podman0"])]
        let (changes, _) = host { $0.ipv4 = HostSnapshot.Ruleset() }.planInvalid(policy(), container)
        #expect(changes.actions == [.commit(commands, generation: 42)])
    }

    @Test func whatIsMadeIsWhatTheDocumentationSays() {
        let (containers, misjudged) = (four.containers, four.misjudged)
        #expect((four.table.name, containers.name, misjudged.name) == ("evenkeel", "containers", "misjudged"))
        #expect(misjudged.seconds == 1 && misjudged.size == 16384)
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
        let (changes, notes) = host().planInvalid(policy(), container)
        #expect(changes == [] && notes == [])
        #expect(host { $0.ipv4.containers = ["a", "podman0", "b"] }.planInvalid(policy(), container).changes == [])
    }

    @Test func anotherInterfaceIsAddedToTheSet() {
        let two = HostScope.container(
            interfaces: ["podman1", "podman0", "veth\u{1b}0"], versions: [.v4])
        let changes = host().planInvalid(policy(), two).changes
        #expect(
            changes.actions == [.commit([.addElements(four.containers, ["podman1", "veth\u{1b}0"])], generation: nil)])
        #expect(changes.text == ["added podman1, veth?0 to set ip evenkeel containers"])
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
        let changes = host { damage(&$0.ipv4) }.planInvalid(policy(), container).changes
        let input = Chain(four.table, "input", .input)
        let commands: [Command] = [
            .addTable(four.table), .addSegments(four.misjudged), .addChain(input, exclusive: false), .flushChain(input),
            .addRule(four.rule(.note)),
        ]
        #expect(changes.actions == [.commit(commands, generation: 42)], "\(what)")
        #expect(changes.text == ["repaired rules for INVALID TCP segments: table ip evenkeel, chain input"])
    }

    @Test func ofAFlushedTableAllChainsAreRepaired() {
        let changes = host {
            $0.ipv4.rules = []
            $0.ipv4.containers = nil
        }.planInvalid(policy(), container).changes
        let commands = four.commands(Self.both, afresh: false) + [.addElements(four.containers, ["podman0"])]
        #expect(changes.actions == [.commit(commands, generation: 42)])
        for name in ["input", "output", "forward"] {
            #expect(commands.contains { if case .flushChain(let chain) = $0 { chain.name == name } else { false } })
        }
    }

    @Test func whatAnOlderVersionMadeIsReplacedInOneTransaction() {
        let old = host { $0.ipv4.rules = Self.firstVersion }
        let commands = four.commands(Self.both, afresh: false)
        #expect(old.planInvalid(policy(), container).changes.actions == [.commit(commands, generation: 42)])
    }

    @Test func aDormantTableIsMadeAnewWithTheElementsItHad() {
        let changes = host {
            $0.ipv4.state = .dormant
            $0.ipv4.containers = ["br-old"]
        }.planInvalid(policy(), container).changes
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
            HostSnapshot().planInvalid(policy(forward: false), container).changes.actions == [
                .commit(commands, generation: nil)
            ])
        #expect(
            host { $0.ipv4.rules.removeAll { $0.chain == "forward" } }.planInvalid(policy(forward: false), container)
                .changes == [])
    }

    @Test func elementsWhoseInterfaceIsGoneOrGoingAreRemoved() {
        let snapshot = host {
            $0.ipv4.containers = ["podman0", "veth0", "veth1"]
            $0.ipv6 = complete(six, ["veth0"])
            $0.gone = ["veth0", "veth1"]
        }
        let changes = snapshot.planInvalid(policy(), container).changes
        #expect(
            changes.actions == [
                .commit([.deleteElements(four.containers, ["veth0"])], generation: nil),
                .commit([.deleteElements(four.containers, ["veth1"])], generation: nil),
                .commit([.deleteElements(six.containers, ["veth0"])], generation: nil),
            ])
        #expect(changes.text.first == "removed veth0 from set ip evenkeel containers (nothing is behind it any more)")
        for mode in [Policy.Invalid.Mode.liberal, .keep] {
            let kept = host {
                ($0.ipv4, $0.ipv6, $0.gone, $0.beLiberal) = (snapshot.ipv4, snapshot.ipv6, ["veth0", "veth1"], 1)
            }
            #expect(kept.planInvalid(policy(mode), container).changes == changes)
        }
    }

    @Test func aContainerWithoutWayOutAsksForNothing() {
        let (changes, notes) = HostSnapshot().planInvalid(policy(), .leftovers(leaving: []))
        #expect(changes == [] && notes == [])
    }

    @Test(arguments: [
        (true, HostSnapshot.Tracking.translated, true), (true, .tracked, true), (true, .unused, false),
        (false, .translated, false),
    ])
    func ipv6IsForContainersThatHaveItWhereItIsTranslatedOrTracked(
        hasDefault: Bool, tracking: HostSnapshot.Tracking, isMade: Bool
    ) {
        let both = HostScope.container(interfaces: ["podman0"], versions: hasDefault ? [.v4, .v6] : [.v4])
        let changes = host { $0.trackingOfIPv6 = tracking }.planInvalid(policy(), both).changes
        let commands = installation(six) + [.addElements(six.containers, ["podman0"])]
        #expect(changes.actions == (isMade ? [.commit(commands, generation: 42)] : []))
    }
}
