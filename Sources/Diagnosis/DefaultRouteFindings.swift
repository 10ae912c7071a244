import Keel
import Netlink

// Several default routes of one metric, and none at all. Which of them compete is Keel's word, as is what would be done.

extension ContainerObservation {
    func defaultRouteFindings(_ policy: Policy) -> [Finding] {
        IPVersion.allCases.flatMap { version in competition(version, policy) } + absence(policy)
    }

    /// Whether default routes of a family compete.
    func competes(_ version: IPVersion, _ policy: Policy) -> Bool {
        snapshot.competingDefaults(version, policy.defaultRoute).count > 1
    }

    private func competition(_ version: IPVersion, _ policy: Policy) -> [Finding] {
        let rivals = snapshot.competingDefaults(version, policy.defaultRoute)
        // Two routers of one network share the work, and packets leave by the one interface all the same.
        guard Set(rivals.map { $0.leg.nextHops[0].interface }).count > 1 else { return [] }
        let isMultipath = version == .v6 && rivals.allSatisfy { $0.isOfMultipath }
        var evidence = rivals.map { "\($0.words) metric \($0.leg.metric)" }
        if !turns.isEmpty && version == .v4 { evidence.append(turnWords) }
        if policy.defaultRoute.mode == .keep {
            evidence.append("the policy's defaultRoute.mode is \"keep\", so evenkeel leaves them as they are")
        }
        let summary =
            isMultipath
            ? "one IPv6 default route of \(rivals.count) legs: each flow leaves by one, as a hash has it"
            : "\(rivals.count) \(version) default routes of metric \(rivals[0].leg.metric): the kernel takes turns"
        return [
            Finding(
                isMultipath ? .defaultRouteMultipathV6 : .duplicateDefaultRoute,
                policy.defaultRoute.mode == .keep ? .information : .error, at: place, summary, evidence: evidence,
                consequence: isMultipath ? Self.hashed : Self.alternating,
                remedy: policy.defaultRoute.mode == .keep ? Self.kept : apply)
        ]
    }

    private static let alternating =
        "works about half of the time: packets leave by one network with the address of another, and they or their "
        + "replies are dropped where reverse paths are filtered; published ports answer some clients and not others"
    private static let hashed =
        "some connections work and others never do: a flow that leaves by the other network than its address belongs to "
        + "is dropped where source addresses are checked, and it is the same each time it is tried again"
    private static let kept = "(choose the mode \"one\" or \"ranked\" in the policy)"

    private var turnWords: String {
        let names = turns.map { name(of: $0) }
        let given = "\(turns.count) lookups gave \(names.joined(separator: " "))"
        if Set(turns).count > 1 { return "alternates: \(given)" }
        return "\(given): now that its gateway is known to be REACHABLE; the kernel takes turns when it is not"
    }

    /// Where nothing leads out. Another table may hold a VPN's.
    private func absence(_ policy: Policy) -> [Finding] {
        let missing = IPVersion.allCases.filter { !networks($0).isEmpty && !leadsOut($0) }
        // A container of a network without IPv6 towards the world has none; that is so nearly everywhere.
        guard missing.contains(.v4) || (missing == [.v6] && networks(.v4).isEmpty) else { return [] }
        let restored = plan.contains { if case .addRoute = $0.action { $0.verb == .restore } else { false } }
        let families = missing.map { "\($0)" }.joined(separator: " and ")
        let lacking = missing.flatMap { version in
            networks(version).map { link in "\(link.name) has \(addresses(of: link, version)) and no default route" }
        }
        return [
            Finding(
                .noDefaultRoute, restored ? .warning : .information, at: place,
                "no \(families) default route: it reaches its own networks alone",
                evidence: lacking + plan.filter { $0.verb == .restore }.map { "evenkeel \($0.proposed)" },
                consequence: restored
                    ? "the network that had the default route is gone, and the next best was not put in its place: "
                        + "\"Network is unreachable\""
                    : "\"Network is unreachable\" for all that is further away; an internal network or a kill switch is "
                        + "meant to be so",
                remedy: restored
                    ? apply : "(if it is not meant: connect it to a network that has a gateway)")
        ]
    }

    private func leadsOut(_ version: IPVersion) -> Bool {
        let looked = (snapshot.rules ?? []).filter { $0.version == version }.map { $0.table } + [Route.mainTable]
        return snapshot.routes.contains { route in
            // Tables that source rules alone look up do not lead out for those who do not care.
            route.version == version && route.isUnicast && looked.contains(route.table)
                && (route.table == Route.mainTable || isForAll(route.table, version))
        }
    }

    private func isForAll(_ table: UInt32, _ version: IPVersion) -> Bool {
        (snapshot.rules ?? []).contains { $0.version == version && $0.table == table && $0.source == nil }
    }

    func addresses(of link: Link, _ version: IPVersion) -> String {
        snapshot.addresses.filter {
            $0.interface == link.index && $0.address.version == version && $0.isGlobal
        }.map { "\($0.address)" }.joined(separator: ", ")
    }
}
