public import Netlink

/// What one run is to look after on the host.
public enum HostScope: Hashable, Sendable {
    /// A container that starts or runs: rules in the families in which it has a default route, and the host's interfaces by
    /// which its packets come in, a bridge or a veth's host end.
    case container(interfaces: [InterfaceName], versions: [IPVersion])
    /// What is left of attachments that ended or are about to end: of `leaving`, the indexes of their host ends.
    case leftovers(leaving: [UInt32])
    /// The host itself, with the interfaces of all containers that run. Everything is looked at, also what is complete, and what
    /// the policy no longer wants goes.
    case host(interfaces: [InterfaceName])

    var interfaces: [InterfaceName] {
        switch self {
        case .container(let interfaces, _), .host(let interfaces): interfaces
        case .leftovers: []
        }
    }

    var leaving: [UInt32] { if case .leftovers(let leaving) = self { leaving } else { [] } }

    var isHost: Bool { if case .host = self { true } else { false } }

    /// Whether bridges in the set that no port is left of are looked for.
    var collectsIdleBridges: Bool { if case .container = self { false } else { true } }

    /// IPv4 is translated wherever there are containers, IPv6 only of those that have a default route.
    func mayBeTranslated(_ version: IPVersion) -> Bool {
        switch self {
        case .container(let interfaces, let versions):
            version == .v4 ? !versions.isEmpty || !interfaces.isEmpty : versions.contains(.v6)
        case .leftovers: false
        case .host: true
        }
    }
}
