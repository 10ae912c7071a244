import LinuxSystem
import Netlink

// The second remedy: the reverse path filter must not drop the replies of a container on several networks. rp_filter is 0 off, 1
// strict, 2 loose. The larger of an interface's value and that of `all` is in force (Documentation/networking/ip-sysctl.rst).
// IPv6 has none.

extension NamespaceSnapshot {
    /// The writes that make every interface but `lo` loose, and `default` for later ones.
    func planReversePathFilter(_ policy: Policy.ReversePathFilter, leaving: UInt32?) -> [Change] {
        guard policy != .keep else { return [] }
        let inherited = reversePathFilterOfDefault.map { (InterfaceName("default"), $0) }
        let own = links.filter { !$0.isLoopback && $0.index != leaving }
            .compactMap { link in link.reversePathFilter.map { (link.name, $0) } }
        return (own + (inherited.map { [$0] } ?? [])).compactMap { name, value in
            guard shouldLoosen(value, policy) else { return nil }
            guard let sysctl = Sysctl(family: "ipv4", interface: name, "rp_filter") else { return nil }
            return Change(
                .rpFilter, .set, "rp_filter of \(name) to 2 (loose; it was \(value))", .set(sysctl, 2))
        }
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
