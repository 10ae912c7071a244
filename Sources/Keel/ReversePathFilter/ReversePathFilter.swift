import LinuxSystem
import Netlink

// The second remedy: the reverse path filter must not drop the replies of a container on several networks. rp_filter is 0 off, 1
// strict, 2 loose. The larger of an interface's value and that of `all` is in force (Documentation/networking/ip-sysctl.rst).
// IPv6 has none.

extension NamespaceSnapshot {
    /// The writes that make every interface but `lo` loose, and `default` for later ones.
    func planReversePathFilter(_ policy: Policy.ReversePathFilter, leaving: UInt32?) -> [Change] {
        var changes: [Change] = []
        // By index, without copies: copying an interface is expensive.
        for place in links.indices where !links[place].isLoopback && links[place].index != leaving {
            loosen(links[place].name, links[place].reversePathFilter, policy, &changes)
        }
        loosen("default", reversePathFilterOfDefault, policy, &changes)
        return changes
    }

    private func loosen(
        _ name: InterfaceName, _ value: Int?, _ policy: Policy.ReversePathFilter, _ changes: inout [Change]
    ) {
        guard let value, shouldLoosen(value, policy),
            let sysctl = Sysctl(family: "ipv4", interface: name, "rp_filter")
        else { return }
        changes.append(
            Change(.rpFilter, .set, "rp_filter of \(name) to 2 (loose; it was \(value))", .set(sysctl, 2)))
    }

    private func shouldLoosen(_ value: Int, _ policy: Policy.ReversePathFilter) -> Bool {
        let inForce = max(value, reversePathFilterOfAll ?? 0)
        switch policy {
        case .keep: return false
        case .relax: return inForce == 1
        case .loose:
            // A loose filter still needs a route to the sender. Without a default route there is none to most of the world. If
            // nothing filters now, loose would therefore be stricter.
            let wouldTighten = inForce == 0 && !hasDefaultRoute(.v4)
            return value != 2 && !wouldTighten
        }
    }
}
