import Keel
import Netlink

// Addresses whose packets leave by another interface than their own. Keel says which it would give rules.

extension ContainerObservation {
    func sourceAddressFindings(_ policy: Policy) -> [Finding] {
        IPVersion.allCases.flatMap { version in
            // Where default routes compete this is part of that, and one command mends both.
            competes(version, policy) ? [] : mismatch(version, policy)
        }
    }

    private func mismatch(_ version: IPVersion, _ policy: Policy) -> [Finding] {
        let wanted = plan.sourceRules(version)
        // Where a VPN has the default route, everything is meant to leave by it.
        guard let interface = defaultInterface(version), !wanted.isEmpty, isAttached(interface) else { return [] }
        // Where another network is to have the default by now, those of the present one lose nothing yet.
        let owned = wanted.compactMap { rule in owner(of: rule).map { (rule, $0) } }
            .filter { isAttached($0.1.index) && $0.1.index != interface }
        guard !owned.isEmpty else { return [] }
        // A default at a worse metric that nobody touched stands by, as somebody may want it to.
        let isStandby =
            policy.defaultRoute.mode == .keep || owned.allSatisfy { !snapshot.isSetAside(version, $0.1.index) }
        let names = owned.map { rule, link in "\(text(of: rule)) of \(link.name)" }
        return [
            Finding(
                .sourceAddressMismatch, isStandby ? .information : .error, at: place,
                "replies from \(owned.count == 1 ? "a network's addresses" : "\(owned.count) networks' addresses") leave by another "
                    + "interface",
                evidence: names.map { "packets from \($0) leave by \(name(of: interface)), the default" }
                    + ["no rule leads them to a table with a default of their own"],
                consequence: isStandby
                    ? "where the host filters strictly, ports published on that network are unreachable from afar; "
                        + "harmless if nothing there is reached from elsewhere"
                    : "ports published on that network are unreachable from afar, and programs that bind to the address "
                        + "get no answer, where reverse paths are filtered",
                remedy: apply)
        ]
    }

    /// The addresses that a rule is for.
    func text(of rule: PolicyRule) -> String {
        snapshot.addresses.filter { rule.source?.contains($0.address) == true }.map { "\($0.address)" }
            .joined(separator: ", ")
    }

    /// The interface of a source rule's addresses.
    private func owner(of rule: PolicyRule) -> Link? {
        let address = snapshot.addresses.first { address in rule.source?.contains(address.address) == true }
        return snapshot.link(address?.interface)
    }

    /// Of the default route in main that the kernel takes; nil where there is none.
    func defaultHop(_ version: IPVersion) -> NextHop? {
        snapshot.routes.filter { $0.version == version && $0.table == Route.mainTable && $0.isUnicast }
            .min { $0.metric < $1.metric }?.nextHops.first
    }

    func defaultInterface(_ version: IPVersion) -> UInt32? { defaultHop(version)?.interface }

    /// IPv4 addresses whose packets leave by the default's interface though they are of another, and would still when the
    /// plan has been carried out: of a network that has no gateway to learn of, in modes without source rules, or where the
    /// table that a rule leads to is empty, as the kernel leaves it when its interface was down for a moment.
    var strays: [InterfaceAddress] {
        guard let interface = defaultInterface(.v4) else { return [] }
        let others = attachedNetworks(.v4).map { $0.index }.filter { $0 != interface }
        return snapshot.addresses.filter { address in
            address.address.version == .v4 && address.isGlobal && others.contains(address.interface)
                && !isLedHome(address)
        }
    }

    /// Whether a rule for the address leads to a default route by its own interface.
    private func isLedHome(_ address: InterfaceAddress) -> Bool {
        let rules = (snapshot.rules ?? []) + plan.sourceRules(.v4)
        let tables = (snapshot.routes + plan.addedRoutes).filter { route in
            route.version == .v4 && route.isUnicast
                && route.nextHops.contains { $0.interface == address.interface }
        }.map { $0.table }
        return rules.contains { rule in
            rule.version == .v4 && rule.source?.contains(address.address) == true
                && rule.table != Route.mainTable && (rule.isOurs || !rule.isQualified) && tables.contains(rule.table)
        }
    }
}

extension [Change] {
    /// The rules for source addresses that would be added.
    func sourceRules(_ version: IPVersion) -> [PolicyRule] {
        compactMap { change in
            guard case .addRule(let rule) = change.action, rule.version == version, rule.source != nil else {
                return nil
            }
            return rule
        }
    }

    fileprivate var addedRoutes: [Route] {
        compactMap { if case .addRoute(let route) = $0.action { route } else { nil } }
    }
}
