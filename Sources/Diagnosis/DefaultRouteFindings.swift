import Keel
import Netlink

// Several default routes of one metric, and none at all. Keel decides which of them compete and what to do about it.

extension ContainerObservation {
    func defaultRouteFindings(_ policy: Policy) -> [Finding] {
        IPVersion.allCases.flatMap { version in competition(version, policy) } + absence(policy)
            + unmetWishFindings
    }

    /// A way out that was asked for, and is not taken.
    private var unmetWishFindings: [Finding] {
        guard !unmetWishes.isEmpty else { return [] }
        let isAllUnmet = unmetWishes.count == wish.count
        return [
            Finding(
                .wishUnmet, isAllUnmet ? .warning : .information, at: place,
                "its wish for a default route is met \(isAllUnmet ? "by none" : "only in part")",
                evidence: unmetWishes.texts(of: "evenkeel.default-route="),
                consequence: isAllUnmet
                    ? "it leaves by another network than it was told to"
                    : "it leaves by a network that it wished for, but not by its first choice if that is among these",
                remedy:
                    "(connect it to that network, or change the wish: \(apply) --default-route NAME; where defaultRoute.mode is \"keep\", that comes first)"
            )
        ]
    }

    /// Whether default routes of a family compete.
    func competes(_ version: IPVersion, _ policy: Policy) -> Bool {
        snapshot.competingDefaults(version, policy.defaultRoute).count > 1
    }

    private func competition(_ version: IPVersion, _ policy: Policy) -> [Finding] {
        let rivals = snapshot.competingDefaults(version, policy.defaultRoute)
        guard let sharing = snapshot.sharing(among: rivals) else { return [] }
        let isKept = policy.defaultRoute.mode == .keep
        var evidence = rivals.map { "\($0.text) metric \($0.leg.metric)" }
        if sharing == .turns { evidence += turnWords }
        if isKept { evidence.append("the policy's defaultRoute.mode is \"keep\", so evenkeel leaves them as they are") }
        let isMerged = rivals.allSatisfy { $0.isOfMultipath }
        let routes =
            isMerged
            ? "one \(version) default route of \(rivals.count) legs"
            : "\(rivals.count) \(version) default routes of metric \(rivals[0].leg.metric)"
        return [
            Finding(
                isMerged && version == .v6 ? .defaultRouteMultipathV6 : .duplicateDefaultRoute,
                isKept ? .information : sharing.severity, at: place, "\(routes): \(sharing.text)",
                evidence: evidence, consequence: sharing.consequence,
                remedy: isKept ? "(choose the mode \"distinct\" or \"ranked\" in the policy)" : apply)
        ]
    }

    private var turnWords: [String] {
        guard let first = turns.first else { return [] }
        let given = "\(turns.count) lookups gave \(turns.map { name(of: $0) }.joined(separator: " "))"
        if Set(turns).count > 1 { return ["alternates: \(given)"] }
        let known = gateways.filter { $0.address.version == .v4 && $0.neighbour != nil }
        if known.contains(where: { $0.interface != first && $0.neighbour?.state == .failed }) {
            return ["\(given): the gateway of the other does not answer; the kernel takes turns when both do"]
        }
        switch known.first(where: { $0.interface == first })?.neighbour?.state {
        case nil:
            return [
                "\(given): nothing was sent to its gateway yet; after the first packet and a while, the kernel takes turns"
            ]
        case .reachable: return ["\(given): its gateway is REACHABLE just now; when it is not, the kernel takes turns"]
        case let state?: return ["\(given): its gateway is \(state.rawValue)"]
        }
    }

    /// No route leads out: neither a default in main, nor a VPN's in another table, nor two routes to half of all addresses.
    private func absence(_ policy: Policy) -> [Finding] {
        let missing = IPVersion.allCases.filter { !attachedNetworks($0).isEmpty && !leadsOut($0) }
        // A missing IPv6 default alone is normal: most networks have no IPv6 towards the world.
        guard missing.contains(.v4) || (missing == [.v6] && attachedNetworks(.v4).isEmpty) else { return [] }
        let restored = plan.contains { if case .addRoute = $0.action { $0.verb == .restore } else { false } }
        let families = missing.map { "\($0)" }.joined(separator: " and ")
        let lacking = missing.flatMap { version in
            attachedNetworks(version).map { link in
                "\(link.name) has \(addresses(of: link, version)) and no default route"
            }
        }
        return [
            Finding(
                .noDefaultRoute, restored ? .warning : .information, at: place,
                "no \(families) default route: it reaches only its own networks",
                evidence: lacking + missing.flatMap { waiting($0) }
                    + plan.filter { $0.verb == .restore }.map { "evenkeel \($0.proposed)" },
                consequence: restored
                    ? "the network that had the default route is gone, and no other's has taken its place: "
                        + "\"Network is unreachable\""
                    : "\"Network is unreachable\" for everything beyond its own networks; an internal network or a kill "
                        + "switch is meant to do that",
                remedy: restored
                    ? apply : "(if that is not intended: connect it to a network that has a gateway)")
        ]
    }

    /// The default routes that an earlier run set aside in tables.
    private func waiting(_ version: IPVersion) -> [String] {
        snapshot.links.flatMap { link in
            snapshot.defaultsInTable(version, of: link.index).map { gateway, table in
                "a default \(gateway.map { "via \($0) " } ?? "")dev \(link.name) is set aside in table \(table)"
            }
        }
    }

    private func leadsOut(_ version: IPVersion) -> Bool {
        if version == .v4 && leadsBeyond { return true }
        let looked = (snapshot.rules ?? []).filter { $0.version == version }.map { $0.table } + [Route.mainTable]
        return snapshot.routes.contains { route in
            // A table that only source rules look up is no way out for packets without a chosen source.
            route.version == version && route.isUnicast && looked.contains(route.table)
                && (route.table == Route.mainTable || isForAll(route.table, version))
        }
    }

    private func isForAll(_ table: UInt32, _ version: IPVersion) -> Bool {
        (snapshot.rules ?? []).contains {
            $0.version == version && $0.table == table && $0.source == nil && !$0.isOurs
        }
    }

    func addresses(of link: Link, _ version: IPVersion) -> String {
        snapshot.addresses.filter {
            $0.interface == link.index && $0.address.version == version && $0.isGlobal
        }.map { "\($0.address)" }.joined(separator: ", ")
    }
}
