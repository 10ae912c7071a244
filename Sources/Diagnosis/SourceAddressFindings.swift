import Keel
import Netlink

// Addresses whose packets leave by another interface than their own. Keel decides which of them get rules.

extension ContainerObservation {
    func sourceAddressFindings(_ policy: Policy) -> [Finding] {
        IPVersion.allCases.flatMap { version in
            // Competing default routes include this problem, and one command mends both.
            competes(version, policy) ? [] : mismatch(version, policy)
        }
    }

    private func mismatch(_ version: IPVersion, _ policy: Policy) -> [Finding] {
        let wanted = plan.sourceRules(version)
        // If a VPN has the default route, all packets are meant to leave by it.
        guard let interface = defaultInterface(version), !wanted.isEmpty, isAttached(interface) else { return [] }
        // If the plan moves the default to another network, the present one's addresses still leave by the right interface.
        let owned = wanted.compactMap { rule in owner(of: rule).map { (rule, $0) } }
            .filter { isAttached($0.1.index) && $0.1.index != interface }
        guard !owned.isEmpty else { return [] }
        // An untouched default route with a worse metric may be a standby on purpose.
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

    /// The namespace's addresses that a source rule matches.
    func text(of rule: PolicyRule) -> String {
        snapshot.addresses.filter { rule.source?.contains($0.address) == true }.map { "\($0.address)" }
            .joined(separator: ", ")
    }

    /// The interface of the addresses that a source rule matches.
    private func owner(of rule: PolicyRule) -> Link? {
        let address = snapshot.addresses.first { address in rule.source?.contains(address.address) == true }
        return snapshot.link(address?.interface)
    }

    /// The first next hop of the default route in main with the best metric; nil without one.
    func defaultHop(_ version: IPVersion) -> NextHop? {
        snapshot.routes.filter { $0.version == version && $0.table == Route.mainTable && $0.isUnicast }
            .min { $0.metric < $1.metric }?.nextHops.first
    }

    func defaultInterface(_ version: IPVersion) -> UInt32? { defaultHop(version)?.interface }

    /// IPv4 addresses of other interfaces whose packets leave by the default's, even after the plan: their network has no known
    /// gateway, the mode makes no source rules, or the table of their rule is empty. The kernel empties it when its interface
    /// goes down for a moment.
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
    /// The source rules that the changes add.
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
