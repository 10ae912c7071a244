import Firewall
import Netlink

@testable import Keel

/// A host whose ruleset is whole unless a test changes it, and what is expected to be made there.
protocol InvalidDropOnHost {}

extension InvalidDropOnHost {
    var four: InvalidDrop { InvalidDrop(version: .v4) }
    var six: InvalidDrop { InvalidDrop(version: .v6) }
    /// A container on one bridge, with an IPv4 default route.
    var container: HostScope { .container(interfaces: ["podman0"], versions: [.v4]) }

    func policy(_ mode: Policy.Invalid.Mode = .drop, forward: Bool = true) -> Policy.Invalid {
        var policy = Policy.Invalid()
        (policy.mode, policy.forward) = (mode, forward)
        return policy
    }

    static var both: [[InvalidRule]] { [[.note], [.silence], [.stop]] }

    /// All that is made where nothing is, but elements.
    func installation(_ drop: InvalidDrop, _ chains: [[InvalidRule]] = Self.both) -> [Command] {
        drop.commands(chains, afresh: true)
    }

    func listed(_ chains: [[InvalidRule]]) -> [ListedRule] {
        chains.joined().map { ListedRule(chain: $0.chain, comment: $0.comment) }
    }

    func complete(_ drop: InvalidDrop, _ names: [InterfaceName] = ["podman0"]) -> HostSnapshot.Ruleset {
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

    /// What the first version made: a drop in input, and another in forward.
    static var firstVersion: [ListedRule] {
        [
            ListedRule(chain: "input", comment: "evenkeel 1: let the host's own connections end"),
            ListedRule(chain: "input", comment: "evenkeel 1: do not answer INVALID segments with RST"),
            ListedRule(chain: "forward", comment: "evenkeel 1: let no INVALID segment out untranslated"),
        ]
    }
}
