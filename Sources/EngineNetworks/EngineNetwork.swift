public import Netlink

/// A network as its engine describes it: its name, and how it is recognized on the host.
public struct EngineNetwork: Equatable, Sendable {
    public let name: String
    /// Whether it is Docker's, which gives a container a default route by one of its networks alone.
    public let isDockers: Bool
    /// The bridge on the host; nil if the network has none.
    public let bridge: InterfaceName?
    /// The host's interface on which a macvlan or ipvlan network makes its own.
    public let parent: InterfaceName?
    public let subnets: [IPPrefix]

    /// Nil for a name that no engine allows: it has 1 to 255 bytes, no blanks and no control characters.
    package init?(
        _ name: String?, isDockers: Bool = false, bridge: InterfaceName? = nil, parent: InterfaceName? = nil,
        subnets: [IPPrefix] = []
    ) {
        guard let name, (1...255).contains(name.utf8.count), name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            return nil
        }
        self.name = name
        self.isDockers = isDockers
        self.bridge = bridge
        self.parent = parent
        self.subnets = subnets
    }
}
