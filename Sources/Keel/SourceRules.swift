import LinuxSystem
import Netlink

// Beside the one default route: where only a default route reaches, a packet from a losing network's address leaves by
// that network. First comes "main, but not its default", so every more specific route keeps its say.

extension DefaultRoutes {
    /// The changes to our policy rules of this family.
    ///
    /// - Throws: `EOPNOTSUPP` if the kernel has no policy routing and rules or tables are needed: without it the kernel
    ///   would put every table's routes into main.
    func planRules(_ standing: Standing) throws(KernelError) -> [Change] {
        guard let all = snapshot.rules else {
            if standing.isSettled { return [] }
            throw KernelError(
                "keep \(standing.losers.count) more default routes in tables of their own", .notSupported,
                explanation:
                    "the kernel is built without policy routing (CONFIG_IP_MULTIPLE_TABLES); with the policy's "
                    + "defaultRoute.mode \"keep\" this remedy is left out")
        }
        let ours = all.filter { $0.version == version && $0.isOurs }
        let wanted = wantedRules(standing)
        if let first = wanted.first, ours.first == first {
            let missing = wanted.filter { !ours.contains($0) }
            return missing.map { $0.addition } + stale(ours, wanted).map { $0.removal }
        }
        // Ours stand in one priority in the order they came, so a first one that is missing takes the others with it.
        return ours.map { $0.removal } + wanted.map { $0.addition }
    }

    /// What is not wanted, and what stands there twice.
    private func stale(_ ours: [PolicyRule], _ wanted: [PolicyRule]) -> [PolicyRule] {
        var kept: [PolicyRule] = []
        return ours.filter { !wanted.contains($0) || !kept.appendIfNew($0) }
    }

    private func wantedRules(_ standing: Standing) -> [PolicyRule] {
        guard policy.sourceRules else { return [] }
        let winning = standing.winner?.link.index
        var losing: [Link] = []
        for loser in standing.losers where loser.link.index != winning && !losing.contains(loser.link) {
            losing.append(loser.link)
        }
        var seen = snapshot.addresses.filter { $0.interface == winning }.map { IPPrefix(host: $0.address) }
        let global = snapshot.addresses.filter { $0.address.version == version && $0.isGlobal }
        var sources: [PolicyRule] = []
        for link in losing {
            for source in self.sources(of: link, among: global) where seen.appendIfNew(source) {
                sources.append(rule(table: Ours.table(of: link.index), from: source))
            }
        }
        return sources.isEmpty ? [] : [rule(table: Route.mainTable, suppressing: 0)] + sources
    }

    /// The global addresses of an interface. One that comes and goes (SLAAC, DHCP) stands for its on-link prefix, so the
    /// next one is covered, unless another interface is on that prefix, too.
    private func sources(of link: Link, among global: [InterfaceAddress]) -> [IPPrefix] {
        global.filter { $0.interface == link.index }.map { address in
            let prefix = address.onLinkPrefix
            let isShared = global.contains { $0.interface != link.index && prefix.contains($0.address) }
            return address.isPermanent || isShared ? IPPrefix(host: address.address) : prefix
        }
    }

    private func rule(table: UInt32, from source: IPPrefix? = nil, suppressing length: Int32? = nil) -> PolicyRule {
        PolicyRule(
            version, priority: Ours.rulePriority, table: table, protocol: Ours.routeProtocol, source: source,
            suppressedPrefixLength: length)
    }
}

extension PolicyRule {
    /// Of any version of this product.
    package var isOurs: Bool { self.protocol == Ours.routeProtocol }

    var addition: Change { Change(.defaultRoute, .add, words, .addRule(self)) }

    var removal: Change { Change(.defaultRoute, .remove, words, .deleteRule(self)) }

    private var words: String {
        let table = table == Route.mainTable ? "main" : "\(table)"
        let suppression = suppressedPrefixLength.map { " suppress_prefixlength \($0)" } ?? ""
        let from = source.map { "\($0)" } ?? (version == .v6 ? "all (IPv6)" : "all")
        return "rule from \(from) lookup \(table)\(suppression)"
    }
}
