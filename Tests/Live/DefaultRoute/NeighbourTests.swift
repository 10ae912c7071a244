import Laboratory
import Testing

/// The remedy beside what others have set up: static routes, rules that were there first, a VPN started later.
@Suite struct NeighbourTests {
    /// A second address of `far` that only the losing network's router is told to reach, by a route of the container's own.
    @Test func staticRoutesKeepTheirSay() throws {
        let lab = try Lab()
        try lab.run("lab 2; ip -n far addr add 198.51.100.9/32 dev uplink; ip route add 198.51.100.9 dev uplink")
        try lab.run("ip -n c route add 198.51.100.9 via 10.89.2.1 dev eth1; cni ADD c eth0")
        #expect(try lab.run("ip -n c route get 198.51.100.9").contains("dev eth1"))
        // Also for packets from an address that has rules of its own, and for a route added afterwards.
        try lab.run("ip -n c route add 198.51.100.8 via 10.89.1.1 dev eth0")
        #expect(try lab.run("ip -n c route get 198.51.100.8 from 10.89.2.5").contains("dev eth0"))
        #expect(try lab.run("lost ping_once c 198.51.100.9") == "0")
    }

    @Test func rulesOfOthersThatWereThereFirstStillWin() throws {
        let lab = try Lab()
        try lab.run("lab 2")
        try lab.run(
            "ip -n c rule add from 10.89.2.5 lookup 99 priority 32765 proto 4; ip -n c route add default via 10.89.1.1 dev eth0 table 99"
        )
        try lab.run("cni ADD c eth0")
        #expect(try lab.run("ip -n c route get 198.51.100.2 from 10.89.2.5").contains("dev eth0 table 99"))
        #expect(try lab.run("cni CHECK c eth0 2>&1") == "")
        try lab.run("cni DEL c eth1")
        #expect(try lab.run("ip -n c rule show proto 4").contains("lookup 99"), "somebody else's rule stays")
    }

    @Test func aVPNStartedLaterTakesAllTraffic() throws {
        let lab = try Lab()
        try lab.run("lab 2; cni ADD c eth0")
        // As VPNs do it: a table of their own, and a rule without a number, which goes before the lowest there is.
        try lab.run(
            """
            ip -n c link add tun0 type veth peer name tun1; ip -n c addr add 10.99.0.2/24 dev tun0
            ip -n c link set tun0 up; ip -n c link set tun1 up
            ip -n c route add default via 10.99.0.1 dev tun0 table 51820 onlink
            ip -n c rule add not fwmark 0xca6c lookup 51820
            """)
        for source in ["", "from 10.89.1.5", "from 10.89.2.5"] {
            #expect(try lab.run("ip -n c route get 198.51.100.2 \(source)").contains("dev tun0"))
        }
        #expect(try lab.run("cni ADD c eth1 2>&1 >/dev/null").contains("default") == false)
        #expect(try lab.run("ip -n c route get 198.51.100.2").contains("dev tun0"))
    }

    @Test func routesThatAreNoCandidatesAreLeftAlone() throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 2
            ip -n c route add blackhole default metric 5000; ip -n c -6 route add unreachable default metric 5000
            ip -n c route add default via 10.89.2.1 dev eth1 table 7; ip -n c route add default via 10.89.2.1 dev eth1 tos 0x10
            """)
        try lab.run("cni ADD c eth0")
        #expect(try lab.run("ip -n c route show type blackhole") == "blackhole default metric 5000")
        #expect(try lab.run("ip -n c -6 route show type unreachable").contains("unreachable default"))
        #expect(try lab.run("ip -n c route show table 7").contains("via 10.89.2.1"))
        #expect(try lab.run("defaults 4 c").contains("tos"))
    }

    @Test func aPreferredNetworkWinsWhateverItsMetric() throws {
        for preference in ["\"eth1\"", "\"e*1\"", "\"10.89.2.0/24\", \"fd00:89:2::/64\""] {
            let lab = try Lab()
            try lab.run(
                "lab 2; ip -n c route del default via 10.89.2.1; ip -n c route add default via 10.89.2.1 metric 300")
            try lab.run("cni ADD c eth0 '{\"defaultRoute\":{\"prefer\":[\(preference)]}}'")
            #expect(try lab.run("defaults 4 c") == "default via 10.89.2.1 dev eth1 metric 300")
            #expect(try lab.run("defaults 6 c").contains("dev eth1"))
        }
    }

    /// Routes of several legs are somebody's purpose (RoutingDaemonTests); objects that stand for one next hop each are not.
    @Test func nextHopObjectsOfOneMetricBecomeOneDefault() throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 2; ip -n c route del default; ip -n c route del default
            ip -n c nexthop add id 7 via 10.89.1.1 dev eth0; ip -n c nexthop add id 8 via 10.89.2.1 dev eth1
            ip -n c route append default nhid 7 metric 100; ip -n c route append default nhid 8 metric 100
            """)
        try lab.run("cni ADD c eth0")
        #expect(try lab.run("defaults 4 c").contains("nhid 7"))
        #expect(try lab.run("defaults 4 c | wc -l") == "1")
        #expect(try lab.run("lost ping_once c $far4 10.89.2.5") == "0")
        #expect(try lab.run("cni CHECK c eth0 2>&1; cni DEL c eth0 2>/dev/null; defaults 4 c").contains("nhid 8"))
    }
}
