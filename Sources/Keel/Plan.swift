public import LinuxSystem
public import Netlink

/// The changes for one container, in its namespace and on the host. An empty plan means all is well.
public struct Plan: Hashable, Sendable {
    public var namespace: [Change] = []
    public var host: [Change] = []
    /// What a person should know though the plan does nothing about it.
    public var notes: [String] = []
    /// What of the container's own wish names no default route.
    public var unmetWishes: [UnmetWish] = []
    /// Whether that is all that it wishes.
    public var isWishUnmet = false
    /// The defaults that are not in main after the plan.
    public var displaced = DisplacedDefaults()
    /// The names of the container's interfaces.
    public var interfaces: [InterfaceName] = []
    /// Why the host could not be observed. The namespace can be made safe all the same.
    public var hostFailure: KernelError?

    public init() {}

    /// Whether the container has an interface of that name.
    public func hasInterface(_ name: String) -> Bool {
        let name = InterfaceName(text: name)
        return interfaces.contains { $0 == name }
    }

    public var isEmpty: Bool { namespace.isEmpty && host.isEmpty }
}

extension NamespaceSnapshot {
    /// The changes to the namespace: a function of this snapshot and the policy alone.
    ///
    /// `leaving` is the index of an interface that is about to go. It counts as gone.
    /// - Throws: `EOPNOTSUPP` if the kernel lacks what is needed.
    public func plan(_ policy: Policy, leaving: UInt32? = nil) throws(KernelError) -> [Change] {
        try plan(policy, selections(policy.defaultRoute, leaving: leaving), leaving: leaving)
    }

    func plan(
        _ policy: Policy, _ selections: [DefaultRoutes], leaving: UInt32?
    ) throws(KernelError) -> [Change] {
        var changes = planReversePathFilter(policy.rpFilter, leaving: leaving)
        if selections.isEmpty { return changes }
        let group = planGroup(selections)
        changes += group.additions
        var removals: [Change] = []
        for routes in selections {
            let plan = policy.defaultRoute.mode == .ranked ? try routes.planRanked() : try routes.planOneInMain()
            changes += plan.additions
            removals += plan.removals
        }
        changes += removals
        changes += group.removals
        return changes
    }

    /// The default routes of each family that has something to choose or something of ours.
    func selections(_ policy: Policy.DefaultRoute, leaving: UInt32?) -> [DefaultRoutes] {
        if policy.mode == .keep { return [] }
        return IPVersion.allCases.filter { !isSettled($0, policy) }
            .map { DefaultRoutes($0, self, policy, leaving: leaving) }
    }

    /// Whether a family has at most one default route, in main, and nothing of ours, as in most containers.
    private func isSettled(_ version: IPVersion, _ policy: Policy.DefaultRoute) -> Bool {
        if policy.preferredInterface != nil { return false }
        for learning in learnings where learning.version == version && learning.adds { return false }
        var count = 0
        for place in routes.indices
        where routes[place].version == version && routes[place].table != Ours.markTable {
            count += 1
            if count > 1 || routes[place].table != Route.mainTable || routes[place].nextHops.count != 1 { return false }
        }
        // By index, without copies: copying a rule or an interface is expensive.
        if let rules {
            for place in rules.indices where rules[place].version == version && rules[place].isOurs { return false }
        }
        for place in links.indices where links[place].group == Ours.group { return false }
        return true
    }
}

extension Change {
    /// Whether the other must be skipped after this one failed: it belongs to the same remedy and family.
    func isFollowed(by other: Change) -> Bool {
        // The writes of rp_filter do not depend on each other.
        remedy == other.remedy && remedy != .rpFilter
            && (version == nil || other.version == nil || version == other.version)
    }

    /// The family that a change is about; nil for both. The only sysctl here is `ra_defrtr_metric`, which is IPv6's.
    private var version: IPVersion? {
        switch action {
        case .addRoute(let route), .deleteRoute(let route): route.version
        case .addRule(let rule), .deleteRule(let rule): rule.version
        case .set, .commit: .v6
        case .setGroup: nil
        }
    }
}
