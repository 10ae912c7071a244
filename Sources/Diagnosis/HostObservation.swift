public import HostCare
public import Keel
public import Netlink

/// What one look at the host saw, as far as containers depend on it.
public struct HostObservation: Sendable {
    /// Our tables and the connection tracking table.
    public var state = HostState()
    /// What `evenkeel host apply` would do.
    public var plan = HostPlan()
    public var evidence = HostEvidence()
    /// How many flows more have been dropped for want of room during the look; nil where none had been before.
    public var dropsDuringLook: Int?
    /// `OutRsts` of the host: segments with RST that it has sent.
    public var resetsSent: UInt64?
    /// Names of interfaces by which a data plane in eBPF is known.
    public var bypasses: [InterfaceName] = []
    public var hooks: HookInstallation?
    /// The policy's document where that is not the host's, for commands to go by the same.
    public var policyPath: String?
    /// `net.ipv4.ip_forward`
    public var forwardsIPv4: Bool?
    /// `net.ipv6.conf.all.forwarding`
    public var forwardsIPv6: Bool?
    /// Whether IPv4 packets that come in by an interface are forwarded, `net.ipv4.conf.NAME.forwarding`, which is what the
    /// kernel goes by; of those where containers come in, and of the uplinks.
    public var forwardsIPv4From: [InterfaceName: Bool] = [:]
    /// The interfaces of the IPv4 default route.
    public var uplinks: [InterfaceName] = []
    /// `net.ipv6.conf.NAME.force_forwarding` (Linux 6.17), which forwards where `all` does not.
    public var forcesIPv6From: [InterfaceName: Bool] = [:]
    /// Of all the interfaces.
    public var addresses: [InterfaceAddress] = []
    /// The interfaces that are up and have a carrier; nil where the kernel was not asked.
    public var running: Set<UInt32>?
    /// The bridge by which the host would answer a container instead, by the index of the veth's end where it comes in: one
    /// that is a port of no bridge any more.
    public var detours: [UInt32: Link] = [:]
    /// The ports of each bridge, by its index, that may be smaller than another: of each kind the two smallest, with which each
    /// port has the smallest beside itself.
    var narrowPorts: [UInt32: [NarrowPort]] = [:]
    /// Bridges whose containers' addresses an engine translated, and where nothing does any more.
    var untranslated: [UntranslatedBridge] = []
    /// `net.ipv4.conf.all.rp_filter`
    public var reversePathFilterOfAll: Int?
    /// `IPReversePathFilter` of the host.
    public var filtered: FilterCount?

    public init() {}

    /// Our tables; nil where this user may not look at them.
    public var snapshot: HostSnapshot? {
        get { state.invalid }
        set { state.invalid = newValue }
    }
}

/// A bridge's port, and whether it is the end of a way.
struct NarrowPort: Hashable, Sendable {
    let link: Link
    /// Whether it is a veth whose other end takes no larger packets than it does: then nobody behind it sends or expects larger
    /// ones, and TCP fits itself to that. A tunnel, a network card, or a veth that is larger inside is none.
    let isEndOfItsOwn: Bool
}
