package import Keel
package import Netlink

/// All that decides which gateways a container's networks may learn: values, so that the rule is a function of them.
package struct LearningScene: Sendable {
    /// What is known of the host, as far as learning needs it.
    package struct Host: Sendable {
        /// The host's policy rules.
        package var rules: [PolicyRule] = []
        /// The addresses of the host's interfaces.
        package var addresses: [InterfaceAddress] = []
        /// Its interfaces that networks share.
        package var parents: [Link] = []
        /// The id by which the container's namespace knows the host's; nil if it has none.
        package var idInContainer: Int32?
        /// `net.ipv4.conf.all.rp_filter`.
        package var reversePathFilterOfAll = 0

        package init() {}
    }

    package var snapshot: NamespaceSnapshot
    /// Where the container's veths enter the host.
    package var attachments: [HostAttachment]
    package var hardware: [(interface: UInt32, address: HardwareAddress)]
    package var container: DockerContainer
    package var networks: [DockerNetwork]
    package var host: Host
    package var learn: Policy.DefaultRoute.Learn

    package init(
        _ snapshot: NamespaceSnapshot, _ attachments: [HostAttachment],
        _ hardware: [(interface: UInt32, address: HardwareAddress)], _ container: DockerContainer,
        _ networks: [DockerNetwork], _ host: Host, _ learn: Policy.DefaultRoute.Learn
    ) {
        self.snapshot = snapshot
        self.attachments = attachments
        self.hardware = hardware
        self.container = container
        self.networks = networks
        self.host = host
        self.learn = learn
    }
}

/// What came of the rule.
package struct Lesson: Equatable, Sendable {
    package var learnings: [Learning] = []
    package var refusals: [Refusal] = []

    package init() {}
}

/// Why a network's gateway is not learnt.
package struct Refusal: Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case unknownNetwork
        case driver
        case notLocal
        case isInternal
        case isIngress
        case isConfigOnly
        case noGateway
        case impossibleGateway
        case ownAddress
        case noInterface
        case otherKind
        case down
        case otherGroup
        case hasDefault
        case otherBridge
        case otherParent
        case foreignRule
        case foreignTable
        case gatewayElsewhere
        case gatewayNotHosts
        case gatewayNotExplicit
        /// The policy has macvlans and ipvlans learn only where the way back is broken.
        case notBroken
        /// A rule of the host's sends the packets of the default's network elsewhere.
        case hostRule
    }

    package let version: IPVersion
    /// Nil for a family as a whole.
    package let network: String?
    package let reason: Reason

    package init(_ version: IPVersion, _ network: String?, _ reason: Reason) {
        self.version = version
        self.network = network
        self.reason = reason
    }
}
