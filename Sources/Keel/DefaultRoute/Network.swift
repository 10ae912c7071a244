import LinuxSystem
import Netlink

extension Link {
    /// Whether a default route through it is a network's: its link layer is Ethernet, and it is no tunnel. A tunnel takes what
    /// its administrator intended.
    var isNetwork: Bool {
        guard !isLoopback, isEthernet else { return false }
        // L2TP interfaces have no kind.
        guard let kind else { return !name.begins(with: "l2tpeth") }
        return !Self.tunnelKinds.contains(kind)
    }

    /// `IFLA_INFO_KIND` of tunnels whose link layer is Ethernet, and of interfaces that lead nowhere. A tap's is "tun".
    private static let tunnelKinds = [
        "tun", "vxlan", "geneve", "gretap", "ip6gretap", "erspan", "ip6erspan", "l2tpeth", "dummy", "ifb",
    ]
}
