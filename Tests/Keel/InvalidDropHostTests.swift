import Firewall
import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// Runs over the host itself.
extension InvalidDropTests {
    private var forHost: HostScope { .host(interfaces: []) }

    @Test func aRunOverTheHostInstallsTheRulesBeforeThereIsAContainer() {
        let empty = host { ($0.ipv4, $0.generation) = (HostSnapshot.Ruleset(), 0) }
        #expect(empty.planInvalid(policy(), forHost).changes.actions == [.commit(installation(four), generation: nil)])
        let translating = host { $0.trackingOfIPv6 = .translated }.planInvalid(policy(), forHost).changes
        #expect(
            translating.text == [
                "added rules for INVALID TCP segments: table ip6 evenkeel, chains input, output and forward"
            ])
    }

    @Test func whatThePolicyNoLongerWantsGoesWithARunOverTheHostAlone() {
        let removed = ["removed rules for INVALID TCP segments: table ip evenkeel, the policy's mode is \"liberal\""]
        #expect(host { $0.beLiberal = 1 }.planInvalid(policy(.liberal), forHost).changes.text == removed)
        #expect(host { $0.beLiberal = 1 }.planInvalid(policy(.liberal), container).changes == [])
        #expect(host().planInvalid(policy(.keep), forHost).changes == [])
        let narrower = host().planInvalid(policy(forward: false), forHost).changes
        #expect(
            narrower.text == [
                "repaired rules for INVALID TCP segments: table ip evenkeel, now with chains input and output alone"
            ])
        #expect(host().planInvalid(policy(forward: false), container).changes == [])
    }

    @Test func anotherModeIsMadeWholeByARunOverTheHost() {
        let changes = host().planInvalid(policy(.input), forHost).changes
        #expect(
            changes.text == [
                "repaired rules for INVALID TCP segments: table ip evenkeel, now with chains input and forward alone"
            ])
        guard case .commit(let commands, 42)? = changes.actions.first else {
            Issue.record("no transaction for the ruleset that was seen")
            return
        }
        #expect(
            commands.first == .deleteTable(four.table) && commands.last == .addElements(four.containers, ["podman0"]))
    }

    @Test func whatIsLeftOutIsSaidOnceByARunOverTheHost() {
        let strict = host { $0.loose = 0 }.planInvalid(policy(), forHost)
        #expect(
            strict.changes.text == [
                "removed rules for INVALID TCP segments: table ip evenkeel, nf_conntrack_tcp_loose is 0"
            ])
        #expect(strict.notes.count == 1 && strict.notes[0].contains("while nf_conntrack_tcp_loose is 0"))
        let idle = host { ($0.trackingOfIPv4, $0.ipv4) = (.unused, HostSnapshot.Ruleset()) }.planInvalid(
            policy(), forHost)
        #expect(idle.changes == [])
        #expect(idle.notes.count == 1 && idle.notes[0].hasPrefix("nothing on this host translates addresses"))
        #expect(host().planInvalid(policy(), forHost).notes == [], "IPv4 alone is nothing strange")
    }

    @Test func aChainThatHasBecomeHarmfulInModeInputGoesWithARunOverTheHost() {
        let harmful = host { ($0.forwardsWithIPVS, $0.ipv4.rules) = (true, listed([[.spare, .drop], [.stop]])) }
        let (changes, notes) = harmful.planInvalid(policy(.input), forHost)
        #expect(
            changes.text == [
                "repaired rules for INVALID TCP segments: table ip evenkeel, now with chain forward alone"
            ])
        #expect(notes.count == 1 && notes[0].hasPrefix("INVALID segments are not dropped in input: IPVS"))
        let nothingLeft = harmful.planInvalid(policy(.input, forward: false), forHost).changes
        #expect(nothingLeft.actions == [.commit([.deleteTable(four.table)], generation: nil)])
    }

    @Test func aRemovalTakesEveryTableThatIsThere() {
        #expect(HostSnapshot().planRemoval(because: "x") == [])
        let both = host {
            $0.ipv4.state = .dormant
            $0.ipv6 = complete(six)
        }
        #expect(
            both.planRemoval(because: "x").actions == [
                .commit([.deleteTable(four.table)], generation: nil),
                .commit([.deleteTable(six.table)], generation: nil),
            ])
    }
}
