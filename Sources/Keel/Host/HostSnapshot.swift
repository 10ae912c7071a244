public import Firewall
public import Netlink

/// What the host looks like now: the namespace in which packets of containers are translated.
public struct HostSnapshot: Hashable, Sendable {
    /// Our table of one family.
    public struct Ruleset: Hashable, Sendable {
        public var state: TableState
        public var rules: [ListedRule]
        /// Nil if there is no such set.
        public var containers: [InterfaceName]?

        public init(state: TableState = .absent, rules: [ListedRule] = [], containers: [InterfaceName]? = nil) {
            self.state = state
            self.rules = rules
            self.containers = containers
        }
    }

    /// What connection tracking is for in one family, whatever our own rules ask of it.
    public enum Tracking: String, Hashable, Sendable {
        /// Addresses are translated.
        case translated
        /// Somebody's rules ask it.
        case tracked
        case unused
    }

    public var ipv4 = Ruleset()
    public var ipv6 = Ruleset()
    /// Of the whole ruleset, read before the rest was looked at; 0 where nothing asked for it.
    public var generation: UInt32 = 0
    /// Elements of either set whose interface does not exist, or of whose bridge nobody is a port any more.
    public var gone: [InterfaceName] = []
    /// Nil where nothing asked for it, as for `trackingOfIPv6`.
    public var trackingOfIPv4: Tracking?
    public var trackingOfIPv6: Tracking?
    /// Whether the kernel can ask for the socket that takes a packet: Linux 5.10, with its module.
    public var matchesSockets = true
    /// Whether the kernel can look up a sender's route in a chain of hook forward: Linux 5.16 or so.
    public var matchesRoutes = true
    /// `net.netfilter.nf_conntrack_tcp_be_liberal`; nil while connection tracking is not loaded.
    public var beLiberal: Int?
    /// `net.netfilter.nf_conntrack_tcp_loose`; nil while connection tracking is not loaded.
    public var loose: Int?
    /// Whether IPVS forwards in a way of which connection tracking sees only half.
    public var forwardsWithIPVS = false

    public init() {}

    public func ruleset(_ version: IPVersion) -> Ruleset {
        switch version {
        case .v4: ipv4
        case .v6: ipv6
        }
    }

    public func tracking(_ version: IPVersion) -> Tracking? {
        switch version {
        case .v4: trackingOfIPv4
        case .v6: trackingOfIPv6
        }
    }
}
