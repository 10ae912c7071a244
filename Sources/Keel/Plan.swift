public import LinuxSystem
import Netlink

/// What is to be done about one container, in its namespace and on the host. Empty means all is well.
public struct Plan: Hashable, Sendable {
    public var namespace: [Change] = []
    public var host: [Change] = []
    /// What a person should know though nothing is done about it.
    public var notes: [String] = []
    /// The defaults that will not be in main when the plan has been carried out.
    public var displaced = DisplacedDefaults()
    /// The names of the container's interfaces.
    public var interfaces: [String] = []

    public init() {}

    public var isEmpty: Bool { namespace.isEmpty && host.isEmpty }
}

extension NamespaceSnapshot {
    /// What is to be done in the namespace: a function of what it looks like and the policy, of nothing else.
    ///
    /// `leaving` is the index of an interface that is about to go and counts as gone.
    /// - Throws: `EOPNOTSUPP` if the kernel lacks what is needed.
    public func plan(_ policy: Policy, leaving: UInt32? = nil) throws(KernelError) -> [Change] {
        var changes = planReversePathFilter(policy.rpFilter, leaving: leaving)
        guard policy.defaultRoute.mode != .keep else { return changes }
        for version in IPVersion.allCases {
            let routes = DefaultRoutes(version, self, policy.defaultRoute, leaving: leaving)
            changes += policy.defaultRoute.mode == .ranked ? try routes.planRanked() : try routes.planOne()
        }
        return changes
    }
}

extension Change {
    /// Whether another must not be done when this one failed: it belongs to the same remedy and the same family.
    func isFollowed(by other: Change) -> Bool {
        // Each sysctl stands for itself.
        remedy == other.remedy && remedy != .rpFilter && version == other.version
    }

    /// The family a change is about. Of the sysctls only `ra_defrtr_metric` is part of a remedy with others, IPv6's.
    private var version: IPVersion {
        switch action {
        case .addRoute(let route), .deleteRoute(let route): route.version
        case .addRule(let rule), .deleteRule(let rule): rule.version
        case .set, .commit: .v6
        }
    }
}
