public import Netlink

/// What a container's network namespace looks like now, as far as the remedies ask.
public struct NamespaceSnapshot: Hashable, Sendable {
    public var links: [Link]
    public var addresses: [InterfaceAddress]
    /// Default routes of both families in every table, in the kernel's order.
    public var routes: [Route]
    /// Of both families, in the kernel's order; nil if the kernel has no policy routing.
    public var rules: [PolicyRule]?
    /// Networks that somebody else routes by source, and whose own routes are not in main any more.
    public var routedByForeignRules: [RoutedNetwork] = []
    /// Whether the engine deals the interfaces' names at random, as podman before 6 does, so that the networks' prefixes order them
    /// and not their names.
    public var namesAreRandom = false
    /// Of the networks that compete, the gateways that are not known to answer.
    public var doubtfulGateways: [DoubtfulGateway] = []
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

    /// The interface of that index; nil where it is not there.
    package func link(_ index: UInt32?) -> Link? {
        // In place: an interface is dear to copy.
        for place in links.indices where links[place].index == index { return links[place] }
        return nil
    }

    /// Whether there could be two networks, so that defaults which lead nowhere have a say.
    var hasSeveralInterfaces: Bool {
        links.count > 2
    }

    /// Whether packets of that version find a default route in table main.
    public func hasDefaultRoute(_ version: IPVersion) -> Bool {
        routes.contains { $0.version == version && $0.table == Route.mainTable && $0.isUnicast }
    }
}
