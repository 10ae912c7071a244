import Firewall
import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// Runs over the host itself.
extension InvalidDropTests {
    private var forHost: Guarded {
        var guarded = Guarded(versions: IPVersion.allCases)
        guarded.isForHost = true
        return guarded
    }

    @Test func aRunOverTheHostInstallsTheDropBeforeThereIsAContainer() {
        let (changes, _) = HostSnapshot().planInvalid(policy(), forHost)
        #expect(changes.actions == [.commit(installation(four), generation: nil)])
        let translating = host { $0.translatesIPv6 = true }.planInvalid(policy(), forHost).changes
        #expect(
            translating.words == ["added drop of INVALID TCP segments: table ip6 evenkeel, chains input and forward"])
    }

    @Test func whatThePolicyNoLongerWantsGoesWithARunOverTheHostAlone() {
        let removed = ["removed drop of INVALID TCP segments: table ip evenkeel, the policy's mode is \"liberal\""]
        #expect(host { $0.beLiberal = 1 }.planInvalid(policy(.liberal), forHost).changes.words == removed)
        #expect(host { $0.beLiberal = 1 }.planInvalid(policy(.liberal), guarded).changes == [])
        #expect(host().planInvalid(policy(.keep), forHost).changes == [])
        let narrower = host().planInvalid(policy(forward: false), forHost).changes
        #expect(
            narrower.words == ["repaired drop of INVALID TCP segments: table ip evenkeel, now with chain input alone"])
        #expect(host().planInvalid(policy(forward: false), guarded).changes == [])
    }

    @Test func aChainThatHasBecomeHarmfulGoesWithARunOverTheHost() {
        let harmful = host { $0.loose = 0 }
        let (changes, notes) = harmful.planInvalid(policy(), forHost)
        #expect(
            changes.words == ["repaired drop of INVALID TCP segments: table ip evenkeel, now with chain forward alone"])
        #expect(
            notes.count == 1 && notes[0].hasPrefix("INVALID segments are not dropped in input: with nf_conntrack_tcp"))
        let nothingLeft = harmful.planInvalid(policy(forward: false), forHost).changes
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
