import LinuxSystem
import Netlink

extension Link {
    /// Whether a default route by it is a network's: its link layer is Ethernet's, and it is no tunnel. What a tunnel takes is
    /// its administrator's purpose.
    var isNetwork: Bool {
        guard !isLoopback, isEthernet else { return false }
        // L2TP's interfaces have no kind.
        guard let kind else { return !name.begins(with: "l2tpeth") }
        return !Self.tunnelKinds.contains(kind)
    }

    /// `IFLA_INFO_KIND` of tunnels whose link layer is Ethernet's all the same, and of what leads nowhere. A tap is a "tun".
    private static let tunnelKinds = [
        "tun", "vxlan", "geneve", "gretap", "ip6gretap", "erspan", "ip6erspan", "l2tpeth", "dummy", "ifb",
    ]
}
