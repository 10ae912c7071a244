import Laboratory
import Testing

/// Addresses that come after the start are covered by the rule for their network's prefix.
@Suite struct LaterAddressTests {
    /// As keepalived moves a virtual address, as DHCP renews with another, and as SLAAC adds one.
    @Test(
        arguments: [
            ("10.89.2.100/32", "fd00:89:2::100/128"), ("10.89.2.100/24", "fd00:89:2::100/64"),
            (
                "10.89.2.100/24 valid_lft 3600 preferred_lft 1800",
                "fd00:89:2::aaaa:1/64 valid_lft 3600 preferred_lft 1800 mngtmpaddr"
            ),
        ], ["100 100", "100 200"])
    func oneThatComesToALosingNetwork(addresses: (ipv4: String, ipv6: String), metrics: String) throws {
        let lab = try Lab(world: "on_bridges \(metrics)")
        try lab.protect()
        let rules = [try lab.rules(4), try lab.rules(6)]
        try lab.run("ip -n c addr add \(addresses.ipv4) dev eth1; ip -n c addr add \(addresses.ipv6) dev eth1 nodad")
        let survey = try lab.survey()
        for address in [addresses.ipv4, addresses.ipv6] {
            let socket = (address.contains(":") ? "6 " : "4 ") + address.prefix { $0 != "/" }
            #expect(survey[socket] == "br2")
        }
        #expect(survey.both("-") == "br1")
        // It needs nothing at the next look, neither now nor when it has gone.
        try lab.protect()
        let later = [try lab.rules(4), try lab.rules(6)]
        #expect(later == rules)
    }

    @Test func anAddressThatIsReplaced() throws {
        let lab = try Lab(world: "on_bridges 100 100")
        try lab.protect()
        try lab.run(
            """
            ip netns exec c sysctl -qw net.ipv4.conf.eth1.promote_secondaries=1
            ip -n c addr add 10.89.2.9/24 dev eth1; ip -n c addr del 10.89.2.5/24 dev eth1
            ip -n c addr add fd00:89:2::9/64 dev eth1 nodad; ip -n c addr del fd00:89:2::5/64 dev eth1
            """)
        let survey = try lab.survey()
        // Deleting an address takes the kernel's routes with it where they named it; the rules lead home all the same.
        #expect(survey["4 10.89.2.9"] == "br2")
        #expect(survey["6 fd00:89:2::9"] == "br2")
        try lab.protect()
        #expect(try lab.survey()["4 10.89.2.9"] == "br2")
    }

    /// A peer's address is the other end's: the own one has the rule.
    @Test func anAddressWithAPeer() throws {
        let lab = try Lab(world: "on_bridges 100 200")
        try lab.run("ip -n c addr add 10.77.0.5 peer 10.77.0.1/24 dev eth1; ip route add 10.77.0.5 via 10.89.2.5")
        try lab.protect()
        let rules = try lab.rules(4)
        #expect(
            rules.contains("from 10.77.0.5 iif lo lookup eth1") && !rules.joined().contains("10.77.0.0"), "\(rules)")
        #expect(try lab.survey()["4 10.77.0.5"] == "br2")
    }
}
