public import Netlink

/// What one run looks after on the host.
public enum HostScope: Hashable, Sendable {
    /// A container that starts or runs. It needs rules in the families in which it has a default route, and its interfaces in the
    /// set: those by which its packets enter the host, a bridge or a veth's host end.
    case container(interfaces: [InterfaceName], versions: [IPVersion])
    /// What is left of attachments that ended or are about to end. `leaving` holds the indexes of the latter's host ends.
    case leftovers(leaving: [UInt32])
    /// The host itself, with the interfaces of all running containers. Inspects the rules even if they are complete, and removes
    /// what the policy no longer wants.
    case host(interfaces: [InterfaceName])
    /// The host between two such runs: what is missing for these containers' interfaces in these families comes back, and nothing
    /// goes. A family in `held` had its table, and keeps it though nothing translates there now.
    case upkeep(interfaces: [InterfaceName], versions: [IPVersion], held: [IPVersion])

    var interfaces: [InterfaceName] {
        switch self {
        case .container(let interfaces, _), .host(let interfaces), .upkeep(let interfaces, _, _): interfaces
        case .leftovers: []
        }
    }

    var leaving: [UInt32] { if case .leftovers(let leaving) = self { leaving } else { [] } }

    var isHost: Bool { if case .host = self { true } else { false } }

    /// Whether the run looks for bridges in the set that have no port left.
    var collectsIdleBridges: Bool {
        switch self {
        case .container, .upkeep: false
        case .leftovers, .host: true
        }
    }

    /// Whether a family keeps its table, whoever else uses connection tracking there.
    func holds(_ version: IPVersion) -> Bool {
        if case .upkeep(_, _, let held) = self { held.contains(version) } else { false }
    }

    /// IPv4 may be translated for every container, IPv6 only for those with an IPv6 default route.
    func mayBeTranslated(_ version: IPVersion) -> Bool {
        switch self {
        case .container(let interfaces, let versions):
            version == .v4 ? !versions.isEmpty || !interfaces.isEmpty : versions.contains(.v6)
        case .leftovers: false
        case .host: true
        case .upkeep(_, let versions, _): versions.contains(version)
        }
    }
}
