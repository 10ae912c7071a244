public import Diagnosis

/// The networks of a host's containers, as a picture shows them. Every text is safe for a terminal; nothing is shortened.
public struct NetworkMap: Hashable, Sendable {
    public var host = Host()
    public var networks: [Network] = []
    public var containers: [Container] = []
    /// What could not be read, a sentence each.
    public var problems: [String] = []

    public init() {}

    public struct Host: Hashable, Sendable {
        public var uplinks: [Uplink] = []
        public var drops: [Drop] = []
    }

    /// An interface by which the host itself leaves.
    public struct Uplink: Hashable, Sendable {
        public var interface: String
        public var addresses: [String]
        public var gateways: [String]
    }

    /// Packets that something drops.
    public struct Drop: Hashable, Sendable {
        /// What they are, or what drops them: `INVALID resets, IPv4`, `reverse path filter`.
        public var what: String
        public var packets: UInt64
        /// Whether what drops them is still in force.
        public var isInForce: Bool
    }

    public struct Network: Hashable, Sendable {
        /// The engine's name for it; nil if none is known.
        public var name: String?
        public var bridge: Bridge?
        /// How containers are connected if by no bridge of the host: `macvlan`, `routed by the host`.
        public var kind: String?
        /// The containers' on-link prefixes.
        public var prefixes: [String]

        /// What people call it.
        public var title: String { name ?? bridge?.name ?? kind ?? "unnamed" }
    }

    public struct Bridge: Hashable, Sendable {
        public var name: String
        public var addresses: [String]
        /// The families in which INVALID segments of its containers are dropped: `IPv4`, `IPv6`.
        public var guarded: [String]
    }

    public struct Container: Hashable, Sendable {
        public var title: String
        public var namespace: String
        public var engine: String?
        public var ids: [String]
        public var state: ContainerSummary.State
        public var interfaces: [Interface]
        public var drops: [Drop]
        /// What is wrong with it besides: a gateway that does not answer, settings that cannot be made.
        public var troubles: [String]
        /// What is worth knowing: a family without a default route.
        public var notes: [String]
    }

    public struct Interface: Hashable, Sendable {
        public var name: String
        /// The place of its network in the map's networks; nil for what the container made for itself.
        public var network: Int?
        /// Its kind, such as `wireguard`; nil for hardware.
        public var kind: String?
        /// The veth's end on the host.
        public var hostEnd: String?
        public var addresses: [String]
        public var ways: [Way]
        /// The sources whose packets a rule leads out by it.
        public var sources: [String]
    }

    /// What an interface is for in one family.
    public struct Way: Hashable, Sendable {
        public enum Role: String, CaseIterable, Sendable {
            /// The default route leaves by it.
            case `default`
            /// The kernel alternates between it and another.
            case alternates
            /// A hash of the addresses chooses between it and another for each flow.
            case byFlow = "by flow"
            /// It takes all while its gateway answers, or another does.
            case firstToAnswer = "first to answer"
            case standsBy = "stands by"

            /// Whether what leaves by it is a matter of luck.
            public var isUnsafe: Bool { [.alternates, .byFlow, .firstToAnswer].contains(self) }
        }

        public var family: String
        public var role: Role
    }
}

extension NetworkMap.Interface {
    /// How the line to its network is drawn: the first of these that a family has.
    enum Line: CaseIterable {
        case unsafe
        case `default`
        case standby
        case plain
    }

    var line: Line {
        if ways.contains(where: { $0.role.isUnsafe }) { return .unsafe }
        if ways.contains(where: { $0.role == .default }) { return .default }
        return ways.isEmpty ? .plain : .standby
    }

    /// The families of each role, a text each, the gravest first: `default IPv4, IPv6`.
    var roleTexts: [(text: String, isUnsafe: Bool)] {
        let order: [NetworkMap.Way.Role] = [.alternates, .byFlow, .firstToAnswer, .default, .standsBy]
        return order.compactMap { role in
            let families = ways.filter { $0.role == role }.map { $0.family }
            return families.isEmpty ? nil : ("\(role.rawValue) \(families.joined(separator: ", "))", role.isUnsafe)
        }
    }
}

extension NetworkMap {
    /// Whether something is red: a default route that is a matter of luck, a container in trouble, packets being dropped there.
    public var isTroubled: Bool {
        containers.contains { container in
            !container.troubles.isEmpty || container.drops.contains { $0.isInForce && $0.packets > 0 }
                || container.interfaces.contains { $0.line == .unsafe }
        }
    }
}
