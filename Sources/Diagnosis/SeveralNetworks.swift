import Firewall
import ForeignRules
import Keel
import LinuxSystem
public import Netlink

/// What is observed only in containers on several networks, because it costs more than the rest.
public struct SeveralNetworks: Hashable, Sendable {
    /// The families in which its own rules translate the destination of incoming packets.
    public var translates: [IPVersion] = []
    /// UDP servers that listen on every address.
    public var servers: [WildcardServer] = []
    /// IPv4 multicast groups that programs have joined.
    public var groups: [MulticastGroup] = []
    /// Routes in table main to half of all addresses.
    public var halves: [HalfRoute] = []

    public init() {}
}

extension ContainerObservation {
    /// The networks with a default route of the family in any table.
    func networksWithDefault(_ version: IPVersion) -> [Link] {
        attachedNetworks(version).filter { link in
            snapshot.routes.contains { route in
                route.version == version && route.isUnicast && route.nextHops.contains { $0.interface == link.index }
            }
        }
    }

    /// The network whose default route the kernel takes, and the others that have one. Nil if no other has, or if the default
    /// is not an attached network's but, for example, a VPN's.
    func winner(_ version: IPVersion) -> (winner: Link, others: [Link])? {
        guard let interface = defaultInterface(version) else { return nil }
        let networks = networksWithDefault(version)
        guard networks.count > 1, let winner = networks.first(where: { $0.index == interface }) else { return nil }
        return (winner, networks.filter { $0 != winner })
    }

    /// The families in which several networks have a default route.
    private var versionsOfSeveral: [IPVersion] { IPVersion.allCases.filter { winner($0) != nil } }

    /// To be called in the container's namespace with a socket of it, which must not be used afterwards. What cannot be read is
    /// left empty.
    mutating func observeSeveralNetworks(_ socket: inout Socket, hasLegacyTables: Bool) {
        observeHalves(&socket)
        if mayMissMulticast { several.groups = MulticastGroup.all() }
        let versions = versionsOfSeveral
        guard !versions.isEmpty else { return }
        if let rules = Self.rules(hasLegacyTables: hasLegacyTables) {
            several.translates = versions.filter { rules.mayTranslateArrivals($0) }
        }
        if DatagramSockets.mayBeThere { several.servers = DatagramSockets.servers(besides: tunnelPorts) }
    }

    /// The most routes that are read.
    private static let mostRoutes = 4096

    private mutating func observeHalves(_ socket: inout Socket) {
        for version in IPVersion.allCases where attachedNetworks(version).count > 1 {
            do {
                guard let halves = try socket.halfRoutes(version, unlessMoreThan: Self.mostRoutes) else { return }
                several.halves += halves
            } catch { return }
        }
    }

    private static func rules(hasLegacyTables: Bool) -> TranslationRules? {
        do {
            var socket = try Socket(.netfilter)
            return try socket.translationRules(hasLegacyTables: hasLegacyTables)
        } catch { return nil }
    }

    /// Ports of the kernel's own sockets, whose tunnels answer from the right address.
    private var tunnelPorts: Set<UInt16> {
        let ports: [String: [UInt16]] = ["vxlan": [4789, 8472], "geneve": [6081], "wireguard": [51820]]
        return Set(snapshot.links.flatMap { $0.kind.flatMap { ports[$0] } ?? [] })
    }
}
