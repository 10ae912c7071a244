public import Netlink

/// The state of a container's network namespace, as far as the remedies need it.
public struct NamespaceSnapshot: Hashable, Sendable {
    public var links: [Link]
    public var addresses: [InterfaceAddress]
    /// Default routes of both families in every table, in the kernel's order.
    public var routes: [Route]
    /// The policy rules of both families, in the kernel's order; nil if the kernel has no policy routing.
    public var rules: [PolicyRule]?
    /// Networks that somebody else routes by source, and whose own routes have left main.
    public var routedByForeignRules: [RoutedNetwork] = []
    /// Whether the engine names interfaces at random, as podman before 6 does. Then the networks' prefixes order them, not their
    /// names.
    public var namesAreRandom = false
    /// The gateways of competing networks that are not known to answer.
    public var doubtfulGateways: [DoubtfulGateway] = []
    /// What an engine was found to know of the gateways of each family; no element for a family of which nobody was asked.
    package var learnings: [Learning] = []
    /// `net.ipv4.conf.all.rp_filter`; nil in a namespace without IPv4.
    public var reversePathFilterOfAll: Int?
    /// `net.ipv4.conf.default.rp_filter`, which an interface attached later inherits.
    public var reversePathFilterOfDefault: Int?

    public init(
        links: [Link], addresses: [InterfaceAddress] = [], routes: [Route] = [], rules: [PolicyRule]? = [],
        reversePathFilterOfAll: Int? = nil, reversePathFilterOfDefault: Int? = nil
    ) {
        self.links = links
        self.addresses = addresses
        self.routes = routes
        self.rules = rules
        self.reversePathFilterOfAll = reversePathFilterOfAll
        self.reversePathFilterOfDefault = reversePathFilterOfDefault
    }

    /// The interface with that index, or nil.
    package func link(_ index: UInt32?) -> Link? {
        // By index, without copies: copying an interface is expensive.
        for place in links.indices where links[place].index == index { return links[place] }
        return nil
    }

    /// Whether there could be two networks. Then defaults that lead nowhere matter, too.
    var hasSeveralInterfaces: Bool {
        links.count > 2
    }

    /// Whether packets of that version find a default route in table main.
    public func hasDefaultRoute(_ version: IPVersion) -> Bool {
        routes.contains { $0.version == version && $0.table == Route.mainTable && $0.isUnicast }
    }
}
