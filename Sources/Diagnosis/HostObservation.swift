public import HostCare
public import Keel
public import Netlink
public import WatchClient

/// One look at the parts of the host that containers depend on.
public struct HostObservation: Sendable {
    /// Our tables and the connection tracking table.
    public var state = HostState()
    /// The changes that `evenkeel host apply` would make.
    public var plan = HostPlan()
    public var evidence = HostEvidence()
    /// Packets and flows dropped because the table was full, during the look; nil if there were none since boot.
    public var dropsDuringLook: Int?
    /// The host's counter `OutRsts`: segments with RST that it has sent.
    public var resetsSent: UInt64?
    /// Interfaces of an eBPF data plane.
    public var bypasses: [InterfaceName] = []
    public var hooks: HookInstallation?
    /// The runtimes that read CNI lists.
    public var runtimes: [ObservedRuntime] = []
    /// What the watcher says; nil if none runs, or if this user may not ask it.
    public var watcher: WatcherStatus?
    /// The path of the policy if it is not the host's own, so that suggested commands use the same one.
    public var policyPath: String?
    /// What is wrong with the host's policy documents.
    public var policyFaults: [PolicyError] = []
    /// `net.ipv4.ip_forward`
    public var forwardsIPv4: Bool?
    /// `net.ipv6.conf.all.forwarding`
    public var forwardsIPv6: Bool?
    /// Whether IPv4 packets that come in by an interface are forwarded: `net.ipv4.conf.NAME.forwarding`, which decides in the
    /// kernel. Holds the interfaces where containers enter, and the uplinks.
    public var forwardsIPv4From: [InterfaceName: Bool] = [:]
    /// The interfaces of the IPv4 default route.
    public var uplinks: [InterfaceName] = []
    /// By what the host itself leaves. Empty unless a picture is made.
    public internal(set) var waysOut: [HostWayOut] = []
    /// `net.ipv6.conf.NAME.force_forwarding` (Linux 6.17): forwards even if `all.forwarding` is 0.
    public var forcesIPv6From: [InterfaceName: Bool] = [:]
    /// The addresses of all the host's interfaces.
    public var addresses: [InterfaceAddress] = []
    /// The indexes of interfaces that are up and have a carrier; nil if the kernel was not asked.
    public var running: Set<UInt32>?
    /// Host ends that have left their bridge: by the end's index, the bridge by which the host would answer the container
    /// instead.
    public var detours: [UInt32: Link] = [:]
    /// By a bridge's index, its ports with a smaller MTU than its largest: the two smallest of each kind, so that for any port
    /// the smallest other one is among them.
    var narrowPorts: [UInt32: [NarrowPort]] = [:]
    /// Bridges whose engine's NAT rules are gone.
    var untranslated: [UntranslatedBridge] = []
    /// `net.ipv4.conf.all.rp_filter`
    public var reversePathFilterOfAll: Int?
    /// The host's counter `IPReversePathFilter`.
    public var filtered: FilterCount?

    public init() {}

    /// Our tables; nil if this user may not read them.
    public var snapshot: HostSnapshot? {
        get { state.invalid }
        set { state.invalid = newValue }
    }
}

/// A bridge's port, and whether packets end there.
struct NarrowPort: Hashable, Sendable {
    let link: Link
    /// Whether it is a veth whose other end has no larger MTU. Then nobody behind it sends or expects larger packets, and TCP
    /// adapts. False for a tunnel, a network card, or a veth with a larger MTU inside.
    let isEndOfItsOwn: Bool
}
