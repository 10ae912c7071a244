public import Keel

/// What one look at the host saw, as far as containers depend on it.
public struct HostObservation: Sendable {
    /// Our tables; nil where this user may not look at them.
    public var snapshot: HostSnapshot?
    /// `net.ipv4.ip_forward`
    public var forwardsIPv4: Bool?
    /// `net.ipv6.conf.all.forwarding`
    public var forwardsIPv6: Bool?
    /// `net.ipv4.conf.all.rp_filter`
    public var reversePathFilterOfAll: Int?
    /// `IPReversePathFilter` of the host.
    public var filtered: FilterCount?

    public init() {}
}
