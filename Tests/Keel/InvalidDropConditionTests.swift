import Firewall
import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// What of the host's ruleset depends on translation, tracking, the kernel and the mode.
@Suite struct InvalidDropConditionTests: InvalidDropOnHost {
    // MARK: Where nothing is translated

    @Test func whereNothingIsTranslatedNothingIsMadeAndWhatIsThereGoes() {
        for rules in [listed(Self.both), Self.firstVersion] {
            let idle = host { ($0.trackingOfIPv4, $0.ipv4.rules) = (.unused, rules) }
            let (changes, notes) = idle.planInvalid(policy(), container)
            #expect(changes.actions == [.commit([.deleteTable(four.table)], generation: nil)])
            #expect(changes.text[0].hasSuffix("table ip evenkeel, nothing here translates IPv4") && notes == [])
        }
        let empty = host { ($0.trackingOfIPv4, $0.ipv4) = (.unused, HostSnapshot.Ruleset()) }
        let (changes, notes) = empty.planInvalid(policy(), container)
        #expect(changes == [] && notes == [], "which is not said at every start")
        var always = policy()
        always.place = .always
        #expect(empty.planInvalid(always, container).changes.count == 1)
    }

    @Test func whatIsThereStaysWhereNobodyAsked() {
        let unasked = host { ($0.trackingOfIPv4, $0.trackingOfIPv6) = (nil, nil) }
        #expect(unasked.isComplete(container, policy()) && unasked.planInvalid(policy(), container).changes == [])
    }

    // MARK: While tracking is strict

    @Test(arguments: [Policy.Invalid.Mode.drop, .input])
    func whileTrackingIsStrictNothingIsMadeAndWhatIsThereGoes(mode: Policy.Invalid.Mode) {
        let strict = host { ($0.loose, $0.ipv6) = (0, complete(six)) }
        for container in [container, .leftovers(leaving: [])] {
            let (changes, notes) = strict.planInvalid(policy(mode), container)
            #expect(
                changes.actions == [
                    .commit([.deleteTable(four.table)], generation: nil),
                    .commit([.deleteTable(six.table)], generation: nil),
                ])
            #expect(changes.text[0].hasSuffix("table ip evenkeel, nf_conntrack_tcp_loose is 0") && notes == [])
            #expect(!strict.isComplete(container, policy(mode)))
        }
        let empty = host { ($0.loose, $0.ipv4) = (0, HostSnapshot.Ruleset()) }
        #expect(empty.planInvalid(policy(mode), container).changes == [])
        #expect(empty.isComplete(container, policy(mode)), "so nothing else is looked at")
    }

    // MARK: Older kernels

    @Test func whereForwardKnowsNoRoutesTheyAreLookedUpInPrerouting() {
        var snapshot = HostSnapshot()
        snapshot.matchesRoutes = false
        let other: [[InvalidRule]] = [[.note], [.silence], [.noteSender], [.stopNoted]]
        let commands = installation(four, other) + [.addElements(four.containers, ["podman0"])]
        #expect(snapshot.planInvalid(policy(), container).changes.actions == [.commit(commands, generation: nil)])
        let first = { (command: Command) in commands.firstIndex(of: command) ?? commands.count }
        #expect(first(.addSet(four.containers)) < first(.addRule(four.rule(.noteSender))))
        #expect(first(.addSegments(four.misjudged)) < first(.addRule(four.rule(.note))))
        // What has been made so is whole, whatever the next run knows of the kernel.
        let made = host { $0.ipv4.rules = listed(other) }
        #expect(made.planInvalid(policy(), container).changes == [] && made.isComplete(container, policy()))
    }

    @Test func liberalSetsWhatDiffersAndSaysWhatItCannot() {
        let liberal = policy(.liberal)
        var plan = host { $0.beLiberal = 0 }.planInvalid(liberal, container)
        #expect(plan.changes.actions == [.set(Sysctl("net/netfilter/nf_conntrack_tcp_be_liberal"), 1)])
        #expect(plan.changes.text == ["set nf_conntrack_tcp_be_liberal to 1 (it was 0)"] && plan.notes == [])
        #expect(host { $0.beLiberal = 1 }.planInvalid(liberal, container).changes == [])
        plan = host().planInvalid(liberal, container)
        #expect(plan.changes == [] && plan.notes.count == 1)
        plan = host { $0.beLiberal = 0 }.planInvalid(liberal, .leftovers(leaving: []))
        #expect(plan.changes == [] && plan.notes == [])
    }

    @Test func keepTouchesNothing() {
        let plan = HostSnapshot().planInvalid(policy(.keep), container)
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
        let plan = HostSnapshot().planInvalid(policy(.input), .container(interfaces: [], versions: [.v4]))
        #expect(plan.changes.actions == [.commit(commands, generation: nil)] && plan.notes == [])
        let held = host { $0.ipv4.rules = listed([[.spare, .drop], [.stop]]) }
        #expect(held.planInvalid(policy(.input), container).changes == [])
        let swapped = host { $0.ipv4.rules = listed([[.drop, .spare], [.stop]]) }
        #expect(swapped.planInvalid(policy(.input), container).changes.count == 1)
    }

    @Test func whereIPVSForwardsOnlyForwardIsMadeAndTheReasonSaid() {
        var snapshot = HostSnapshot()
        snapshot.forwardsWithIPVS = true
        let plan = snapshot.planInvalid(policy(.input), container)
        let commands = installation(four, [[.stop]]) + [.addElements(four.containers, ["podman0"])]
        #expect(plan.changes.actions == [.commit(commands, generation: nil)])
        #expect(plan.notes.count == 1 && plan.notes[0].contains("IPVS"))
        let nothing = snapshot.planInvalid(policy(.input, forward: false), container)
        #expect(nothing.changes == [] && nothing.notes.count == 1)
        #expect(snapshot.planInvalid(policy(), container).notes == [], "which mode \"drop\" does not mind")
    }

    @Test func withoutSocketMatchTheDropStandsAloneAndTheCostIsSaid() {
        var snapshot = HostSnapshot()
        snapshot.matchesSockets = false
        let plan = snapshot.planInvalid(policy(.input), container)
        let commands = installation(four, [[.drop], [.stop]]) + [.addElements(four.containers, ["podman0"])]
        #expect(plan.changes.actions == [.commit(commands, generation: nil)])
        #expect(plan.notes.count == 1 && plan.notes[0].contains("5.10"))
    }
}
