public import Discovery
public import Keel
public import LinuxSystem
public import Netlink

/// What one look at a container saw, in its namespace and where it enters the host.
public struct ContainerObservation: Sendable {
    /// A gateway of a default route, in whatever table.
    public struct Gateway: Hashable, Sendable {
        public var address: IPAddress
        public var interface: UInt32
        /// Nil if the kernel has not asked for it.
        public var neighbour: Neighbour?
        /// Whether some route but a default leads to it, directly.
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
    /// What Keel would do in the namespace.
    public var plan: [Change]
    /// Why it could not; what is wrong can be told all the same.
    public var refusal: KernelError?
    /// The policy's document where that is not the host's, for commands to go by the same.
    public var policyPath: String?
    /// Where its veths enter the host.
    package var attachments: [HostAttachment] = []
    /// The interfaces by which eight packets of no particular source would leave, one after the other; asked for where
    /// default routes compete.
    public var turns: [UInt32] = []
    public var gateways: [Gateway] = []
    /// Whether the kernel knows a way to IPv4 addresses far away; asked for where main has no default route.
    public var leadsBeyond = false
    /// The interfaces that are up and have a carrier; nil where the kernel was not asked.
    public var running: Set<UInt32>?
    /// `IPReversePathFilter` of the namespace; nil where it could not be read.
    public var filtered: FilterCount?
    /// Of a container on several networks.
    public var several = SeveralNetworks()
    /// Its own connection tracking table; nil where it tracks nothing.
    public var ownTable: OwnTable?

    package init(_ container: ContainerNamespace, _ snapshot: NamespaceSnapshot, plan: [Change]) {
        self.container = container
        self.snapshot = snapshot
        self.plan = plan
    }
}

extension ContainerObservation {
    var place: Finding.Place { .container(container) }

    /// The command that carries the plan out.
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
}

/// A counter of packets that a reverse path filter dropped, and when it was read.
public struct FilterCount: Hashable, Sendable {
    public var count: UInt64
    /// How much more it was when it was read again, and how many seconds later.
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
