public import Firewall
public import Netlink

/// The state of the host: the namespace in which the packets of containers are translated.
public struct HostSnapshot: Hashable, Sendable {
    /// Our table of one family.
    public struct Ruleset: Hashable, Sendable {
        public var state: TableState
        public var rules: [ListedRule]
        /// The names in the set; nil if there is no set.
        public var containers: [InterfaceName]?

        public init(state: TableState = .absent, rules: [ListedRule] = [], containers: [InterfaceName]? = nil) {
            self.state = state
            self.rules = rules
            self.containers = containers
        }
    }

    /// Who uses connection tracking in one family, apart from our own rules.
    public enum Tracking: String, Hashable, Sendable {
        /// The host translates addresses.
        case translated
        /// Somebody's rules use it.
        case tracked
        case unused
    }

    public var ipv4 = Ruleset()
    public var ipv6 = Ruleset()
    /// The generation of the whole ruleset, read before the rest. 0 if it was not read.
    public var generation: UInt32 = 0
    /// Elements of either set whose interface does not exist, or whose bridge has no port left.
    public var gone: [InterfaceName] = []
    /// Nil if it was not observed, as for `trackingOfIPv6`.
    public var trackingOfIPv4: Tracking?
    public var trackingOfIPv6: Tracking?
    /// Whether the kernel can match the socket that takes a packet: Linux 5.10, with its module.
    public var matchesSockets = true
    /// Whether the kernel can look up a sender's route in a chain of hook forward: Linux 5.16 or so.
    public var matchesRoutes = true
    /// The families whose table has a chain or a set of our name in another form, which the kernel refused to change.
    public var misshapen: [IPVersion] = []
    /// `net.netfilter.nf_conntrack_tcp_be_liberal`; nil while connection tracking is not loaded.
    public var beLiberal: Int?
    /// `net.netfilter.nf_conntrack_tcp_loose`; nil while connection tracking is not loaded.
    public var loose: Int?
    /// Whether IPVS forwards in a way that shows connection tracking only half of the packets.
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
