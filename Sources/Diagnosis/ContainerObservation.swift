public import Discovery
public import Keel
public import LinuxSystem
public import Netlink

/// One look at a container, in its namespace and where it enters the host.
public struct ContainerObservation: Sendable {
    /// A gateway of a default route, in any table.
    public struct Gateway: Hashable, Sendable {
        public var address: IPAddress
        public var interface: UInt32
        /// The kernel's neighbour entry; nil if the kernel has not asked for the address.
        public var neighbour: Neighbour?
        /// Whether a route other than a default leads to it directly.
        public var isOnLink: Bool

        public init(address: IPAddress, interface: UInt32, neighbour: Neighbour?, isOnLink: Bool) {
            self.address = address
            self.interface = interface
            self.neighbour = neighbour
            self.isOnLink = isOnLink
        }
    }

    public var container: ContainerNamespace
    public var snapshot: NamespaceSnapshot
    /// The changes that Keel would make in the namespace.
    public var plan: [Change]
    /// Why Keel has no plan; findings are made all the same.
    public var refusal: KernelError?
    /// The path of the policy if it is not the host's own, so that suggested commands use the same one.
    public var policyPath: String?
    /// The places where its veths enter the host.
    package var attachments: [HostAttachment] = []
    /// The names of its networks.
    package var networks = NetworkNames()
    /// What it wishes for its default routes, best first, and what of that names none.
    public var wish: [Preference] = []
    public var unmetWishes: [UnmetWish] = []
    /// The interfaces by which eight packets without a chosen source would leave, one after the other. Empty unless default
    /// routes compete.
    public var turns: [UInt32] = []
    public var gateways: [Gateway] = []
    /// Whether a route leads to IPv4 addresses far away. Looked up only if main has no default route.
    public var leadsBeyond = false
    /// The indexes of interfaces that are up and have a carrier; nil if the kernel was not asked.
    public var running: Set<UInt32>?
    /// The namespace's counter `IPReversePathFilter`; nil if it could not be read.
    public var filtered: FilterCount?
    /// What is observed only in a container on several networks.
    public var several = SeveralNetworks()
    /// The namespace's own connection tracking table; nil if it tracks nothing.
    public var ownTable: OwnTable?

    package init(_ container: ContainerNamespace, _ snapshot: NamespaceSnapshot, plan: [Change]) {
        self.container = container
        self.snapshot = snapshot
        self.plan = plan
    }
}

extension ContainerObservation {
    var place: Finding.Place { .container(container) }

    /// The policy that counts for it: the host's, with what the container's mark says, and what it wishes.
    func policy(over host: Policy) -> Policy {
        guard let mark = snapshot.mark else { return host }
        var policy = host
        policy.overlay(mark)
        if !wish.isEmpty { (policy.defaultRoute.prefer, policy.defaultRoute.isPreferenceOwn) = (wish, true) }
        return policy
    }

    /// The shell command that carries out the plan, or the reason in brackets why there is none.
    var apply: String {
        if let refusal { return "(evenkeel cannot here: \(refusal.description))" }
        let policy = policyPath.map { " --policy \($0.quotedForShell)" } ?? ""
        let name = container.containers.first?.name.map { "--container \($0.quotedForShell)" }
        return "sudo evenkeel apply \(name ?? "--netns \(container.path.quotedForShell)")\(policy)"
    }

    /// Interfaces other than `lo` that have a global address of a family.
    func networks(_ version: IPVersion) -> [Link] {
        snapshot.links.filter { link in
            !link.isLoopback
                && snapshot.addresses.contains {
                    $0.interface == link.index && $0.address.version == version && $0.isGlobal
                }
        }
    }

    func name(of interface: UInt32) -> String {
        snapshot.link(interface)?.name.description ?? "interface \(interface)"
    }

    /// `back (eth1)`, or the interface alone if its network has no name.
    func networkName(of interface: UInt32) -> String {
        let name = name(of: interface)
        return networks.network(of: interface).map { "\($0) (\(name))" } ?? name
    }
}

/// A counter of packets that a reverse path filter dropped, and when it was read.
public struct FilterCount: Hashable, Sendable {
    public var count: UInt64
    /// The increase until the second reading, and the seconds between the two.
    public var rise: Rise?

    public struct Rise: Hashable, Sendable {
        public var count: UInt64
        public var seconds: Double

        public init(count: UInt64, seconds: Double) {
            self.count = count
            self.seconds = seconds
        }
    }

    let time = Moment()

    public init(count: UInt64, rise: Rise? = nil) {
        self.count = count
        self.rise = rise
    }

    var text: String {
        let since = rise.map { rise in
            rise.count == 0
                ? ", none of them while it was watched" : ", \(rise.count) in the last \(tenths(rise.seconds)) s"
        }
        return "IPReversePathFilter: \(count) packets dropped so far\(since ?? "")"
    }

    private func tenths(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
