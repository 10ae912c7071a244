package import EngineNetworks
package import LinuxSystem
import Netlink

/// Which networks a container's interfaces belong to, by the names that their engines gave them.
package struct NetworkNames {
    private struct Membership {
        let interface: UInt32
        let network: EngineNetwork
    }

    private var memberships: [Membership] = []

    package init() {}

    /// An interface belongs to the network of its bridge. One that enters the host by no known bridge, such as a macvlan, belongs to
    /// the networks in whose subnets its addresses lie.
    package init(_ networks: [EngineNetwork], _ snapshot: NamespaceSnapshot, _ attachments: [HostAttachment]) {
        for link in snapshot.links where !link.isLoopback {
            let bridge = attachments.first { $0.interface.index == link.index }?.bridge?.name
            // Once for all networks: a user may have many, and a container many addresses.
            let addresses = snapshot.addresses.filter { $0.interface == link.index }
            for network in networks {
                let isMember =
                    bridge != nil && network.bridge != nil
                    ? network.bridge == bridge
                    : network.subnets.contains { subnet in addresses.contains { subnet.contains($0.address) } }
                if isMember { memberships.append(Membership(interface: link.index, network: network)) }
            }
        }
    }

    /// The network of an interface, the first by name of those that share its bridge; nil if none is known.
    package func network(of interface: UInt32) -> String? {
        var first: String?
        for membership in memberships where membership.interface == interface {
            let name = membership.network.name
            if first.map({ isNaturallyOrdered(name, $0) }) ?? true { first = name }
        }
        return first
    }

    /// Whether an interface is in one of Docker's networks.
    func isDockers(_ interface: UInt32) -> Bool {
        memberships.contains { $0.interface == interface && $0.network.isDockers }
    }

    /// The interfaces of the networks of that name, which may hold `*` and `?`.
    func interfaces(ofNetworks pattern: String) -> [UInt32] {
        var interfaces: [UInt32] = []
        for membership in memberships where Preference.matches(pattern, membership.network.name) {
            _ = interfaces.appendIfNew(membership.interface)
        }
        return interfaces
    }

    /// All names, each once.
    var all: [String] { memberships.map { $0.network.name }.unique }
}

extension Container {
    /// The networks' names of what was seen. The engines' files are read for it, and the addresses if they were not.
    mutating func networkNames(
        of snapshot: inout NamespaceSnapshot, _ attachments: [HostAttachment]
    ) throws(KernelError) -> NetworkNames {
        if snapshot.addresses.isEmpty { snapshot.addresses = try socket.addresses() }
        return NetworkNames(EngineNetworks(of: namespace.engineUser).all, snapshot, attachments)
    }

    /// What it wishes for its default routes, as an earlier run wrote it down; its words are resolved. Empty if nothing is known.
    package func rememberedWish(
        _ snapshot: NamespaceSnapshot, _ policy: Policy, _ names: NetworkNames
    ) -> [Preference] {
        guard snapshot.mark?.isWish == true, !policy.defaultRoute.isChoiceForgotten else { return [] }
        return snapshot.remembered(snapshot.resolved(RememberedWish.read(of: self), names))
    }
}

extension NamespaceSnapshot {
    /// What of a wish names no default route.
    package func unmetWishes(among wish: [Preference], _ names: NetworkNames) -> [UnmetWish] {
        unmet(wish).map { explain($0, names) }
    }
}

extension NetworkNamespace {
    /// The ordinary user whose rootless engine made it; nil for root's.
    package var engineUser: UInt32? {
        // In a user namespace the kernel tells ids of that namespace.
        if let user = UserNamespace.outerUser() { return user }
        do throws(KernelError) {
            let owner = try owner()
            return owner == 0 ? nil : owner
        } catch { return nil }
    }
}
