import Laboratory
import Testing

/// Containers that forward: rules for what the container sends itself must not take what it forwards.
@Suite struct GatewayContainerTests {
    @Test(arguments: ["100 100", "100 200"]) func whatItTranslatesLeavesByTheWinner(metrics: String) throws {
        let lab = try Lab(world: "on_bridges \(metrics); inner c client; forgetful c")
        let before = try lab.survey(client: "client")
        try lab.protect()
        let after = try lab.survey(client: "client")
        #expect(after.both("client") == "br1")
        if metrics == "100 200" { #expect(before.both("client") == "br1") }
        #expect(after["4 10.89.2.5"] == "br2")
    }

    /// A router on a stick: its clients live in the losing network's own prefix, and the address there has a lifetime.
    @Test(arguments: ["", " valid_lft 3600 preferred_lft 3600"]) func clientsInTheLosingNetworksPrefix(
        lifetime: String
    ) throws {
        let lab = try Lab(
            world: """
                on_bridges 100; lan 5; plug c 5 eth1 5; by_lan c 5 eth1 proto dhcp metric 200
                ip -n c addr flush dev eth1 scope global
                ip -n c addr add 192.168.5.5/24 dev eth1\(lifetime); ip -n c addr add fd00:168:5::5/64 dev eth1 nodad\(lifetime)
                ip -n c route append default via 192.168.5.1 dev eth1 proto dhcp metric 200 || :
                translate c eth1
                container client; plug client 5 eth0 77
                ip -n client route add default via 192.168.5.5; ip -n client route add default via fd00:168:5::5
                forgetful c
                """)
        let before = try lab.survey(client: "client")
        #expect(before.both("client") == "br1")
        try lab.protect()
        let after = try lab.survey(client: "client")
        #expect(after.both("client") == "br1")
        #expect(after["4 192.168.5.5"] == "lan5")
        #expect(after["6 fd00:168:5::5"] == "lan5")
    }

    /// The same with the default in main being a tunnel's.
    @Test func whatItForwardsIntoATunnel() throws {
        let lab = try Lab(
            world: """
                on_bridges 100 100; vpn; tunnel c tun tun0 1; start_tunnels; by_tunnel c 1 tun0 metric 5
                inner c client; forgetful c
                """)
        let before = try lab.survey(client: "client")
        #expect(before.both("client") == "vpn")
        try lab.protect()
        #expect(try lab.survey(client: "client") == before)
    }
}
