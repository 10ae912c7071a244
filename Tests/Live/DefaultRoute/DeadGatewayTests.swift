import Laboratory
import Testing

/// A gateway that nobody has, as an engine makes one up, never becomes the only one, nor the end of a rule.
@Suite struct DeadGatewayTests {
    /// Networks whose gateway nobody has, as `c`'s interface and with a default of that metric.
    enum Network: String, CaseIterable {
        case bridge = "cable c 7 DEV 5; via c DEV 10.89.7.254 metric METRIC; via c DEV fd00:89:7::fe metric METRIC"
        case lan = "plug c 6 DEV 5; by_lan c 6 DEV metric METRIC"
        /// The host has the gateway's address, but a macvlan cannot reach its own host.
        case ownHost = "plug c 8 DEV 5; by_lan c 8 DEV metric METRIC"

        func setup(_ interface: String, metric: Int) -> String {
            """
            world; bridge 1; bridge 7; lan 6 nobody; lan 8 nobody; rp_filter=2 container c
            ip addr add 192.168.8.1/24 dev lan8; ip addr add fd00:168:8::1/64 dev lan8 nodad
            \(rawValue.replacing("DEV", with: interface).replacing("METRIC", with: "\(metric)"))

            """
        }
    }

    /// The dead one's interface comes first, or last, in the order of names.
    @Test(arguments: Network.allCases, ["eth0", "eth9"])
    func ofEqualMetricsTheOneThatAnswersStays(network: Network, dead: String) throws {
        let lab = try Lab(
            world: network.setup(dead, metric: 100) + "cable c 1 eth1 5; by_bridge c 1 eth1; forgetful c")
        try lab.protect()
        for family in [4, 6] {
            let defaults = try lab.run("defaults \(family) c")
            #expect(defaults.split(separator: "\n").count == 1 && defaults.contains("dev eth1"), "\(defaults)")
            let rules = try lab.rules(family)
            #expect(rules.allSatisfy { $0.hasPrefix("lookup main") }, "no rule leads to nobody")
        }
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        #expect(after.both("dev:eth1") == "br1")
        #expect(after["4 10.89.1.5"] == "br1")
        #expect(after["6 fd00:89:1::5"] == "br1")
    }

    /// Metrics that differ are somebody's purpose: all that was in main stays there.
    @Test(arguments: Network.allCases, [50, 300])
    func ofOtherMetricsBothStayAndNoRuleLeadsToNobody(network: Network, metric: Int) throws {
        let lab = try Lab(
            world: network.setup("eth0", metric: metric) + "cable c 1 eth1 5; by_bridge c 1 eth1; forgetful c")
        let before = try lab.survey()
        let main = try lab.run("main c")
        try lab.protect()
        #expect(try lab.run("main c") == main)
        let after = try lab.survey()
        #expect(after.changes(since: before) == [])
        for family in [4, 6] {
            let rules = try lab.rules(family)
            #expect(!rules.joined().contains("eth0"))
        }
        // Where the kernel uses the dead one, who is bound to the other's address finds its way all the same.
        #expect(after["4 10.89.1.5"] == "br1")
        #expect(after["6 fd00:89:1::5"] == "br1")
        #expect(after.both("dev:eth1") == "br1")
    }

    /// Who has been asked in vain before is not asked for ever.
    @Test func aGatewayThatIsKnownToBeDead() throws {
        let lab = try Lab(
            world: Network.lan.setup("eth0", metric: 100) + "cable c 1 eth1 5; by_bridge c 1 eth1; forgetful c")
        try lab.run(
            """
            ip netns exec c ping -c 1 -W 4 -I eth0 192.168.6.1 >/dev/null || :
            ip netns exec c ping -c 1 -W 4 -I eth0 fd00:168:6::1 >/dev/null || :
            """)
        try lab.protect()
        #expect(try lab.survey().both("-") == "br1")
    }

    /// Of two that nobody has, one may go; that none is left would be worse.
    @Test func ifNobodyAnswersADefaultStays() throws {
        let lab = try Lab(
            world: Network.lan.setup("eth0", metric: 100)
                + "cable c 7 eth1 5; via c eth1 10.89.7.254; via c eth1 fd00:89:7::fe")
        try lab.protect()
        for family in [4, 6] {
            #expect(try lab.run("defaults \(family) c") != "")
            #expect(try lab.rules(family).allSatisfy { $0.hasPrefix("lookup main") })
        }
    }

    /// Routers of LANs have to be asked, and answer; none of them loses for being asked.
    @Test func routersThatAnswerAreToldApartByNameOnly() throws {
        let lab = try Lab(
            world: """
                world; lan 5; lan 6; rp_filter=2 container c
                plug c 6 eth1 5; by_lan c 6 eth1; plug c 5 eth0 5; by_lan c 5 eth0
                """)
        try lab.protect()
        let after = try lab.survey()
        #expect(after.both("-") == "lan5")
        #expect(after["4 192.168.6.5"] == "lan6")
        #expect(after["6 fd00:168:6::5"] == "lan6")
        #expect(after.both("dev:eth1") == "lan6")
    }

    /// Addresses are tentative for a second or two after the link came up, which is when hooks and plugins run. Whatever is done
    /// then must not harm, and the next look puts right what is left.
    @Test func whileAddressesAreTentative() throws {
        let lab = try Lab(
            world: """
                world; bridge 1; lan 5; lan 6 nobody; rp_filter=2 container c
                ip netns exec c sysctl -qw net.ipv6.conf.default.accept_dad=1 net.ipv6.conf.all.accept_dad=1
                tentative() { # COMMAND...: its addresses are checked for duplicates
                    "$@"; ip -n c -6 addr flush dev $4 scope global; ip -n c addr add fd00:168:$3::$5/64 dev $4
                }
                tentative plug c 6 eth0 5; by_lan c 6 eth0; tentative plug c 5 eth1 5; by_lan c 5 eth1
                """)
        #expect(try lab.run("ip -n c -6 addr show tentative") != "", "the test comes too late")
        _ = try lab.attempt("cni ADD c eth0")
        let defaults = try lab.run("defaults 6 c")
        #expect(defaults.contains("dev eth1"), "\(defaults)")
        try lab.run("until [[ -z $(ip -n c -6 addr show tentative) ]]; do sleep 0.05; done")
        try lab.protect()
        let later = try lab.run("defaults 6 c")
        #expect(later.split(separator: "\n").count == 1 && later.contains("dev eth1"), "\(later)")
        let after = try lab.survey()
        #expect(after.both("-") == "lan5")
        #expect(after["6 fd00:168:5::5"] == "lan5")
    }
}
