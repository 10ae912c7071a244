import Laboratory
import Testing

/// What a routing daemon or an administrator routes on purpose is left as it is.
@Suite struct RoutingDaemonTests {
    private func expectUntouched(_ lab: Lab, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = try lab.survey()
        let routing = try lab.run("routing c")
        try lab.protect()
        #expect(try lab.run("routing c | diff <(echo '\(routing)') - || :") == "", sourceLocation: sourceLocation)
        #expect(try lab.survey().changes(since: before) == [], sourceLocation: sourceLocation)
    }

    /// The networks' own defaults tie behind it, where the kernel does not look.
    @Test(arguments: ["bgp", "zebra", "bird", "ospf", "babel", "keepalived"])
    func aDaemonsDefaultOverANetworksInterface(proto: String) throws {
        let lab = try Lab(world: "on_bridges 100 100; by_bridge c 2 eth1 proto \(proto) metric 20")
        #expect(try lab.survey().both("-") == "br2")
        try expectUntouched(lab)
    }

    /// One that stands behind the networks' is no standby of theirs: it stays.
    @Test func aDaemonsDefaultThatStandsBy() throws {
        let lab = try Lab(world: "on_bridges 100 100; by_bridge c 2 eth1 proto bgp metric 300")
        try lab.protect()
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        #expect(after.both("dev:eth1") == "br2")
        for family in [4, 6] {
            let defaults = try lab.run("defaults \(family) c")
            #expect(defaults.contains("proto bgp metric 300"), "\(defaults)")
            #expect(defaults.split(separator: "\n").count == 2, "\(defaults)")
        }
    }

    @Test(arguments: ["proto static", "proto bgp src 192.0.2.10 metric 20", "proto static metric 100"])
    func anIPv4RouteOfSeveralLegs(attributes: String) throws {
        let lab = try Lab(
            world: """
                on_bridges none none; ip -n c addr add 192.0.2.10/32 dev lo
                ip -n c route add default \(attributes) nexthop via 10.89.1.1 dev eth0 nexthop via 10.89.2.1 dev eth1
                ip route add 192.0.2.10 nexthop via 10.89.1.5 dev br1 nexthop via 10.89.2.5 dev br2
                """)
        let routing = try lab.run("routing c")
        try lab.protect()
        #expect(try lab.run("routing c") == routing)
        // When one way goes the other takes over.
        try lab.run("ip -n c link set eth0 down; ip route replace 192.0.2.10 via 10.89.2.5")
        #expect(try lab.survey()["4 -"] == "br2")
    }

    @Test func aGroupOfNextHopsIsOneRouteOfSeveralLegs() throws {
        let lab = try Lab(
            world: """
                on_bridges none none
                ip -n c nexthop add id 8 via 10.89.1.1 dev eth0; ip -n c nexthop add id 9 via 10.89.2.1 dev eth1
                ip -n c nexthop add id 10 group 8/9; ip -n c route add default nhid 10
                """)
        let routing = try lab.run("routing c")
        try lab.protect()
        #expect(try lab.run("routing c") == routing)
    }

    /// As VRRP or a pair of routers has it: two gateways of one network, of one metric, of several, and in front of another.
    @Test(arguments: ["on_bridges 100", "on_bridges 100 100", "on_bridges 100 200"], [100, 300])
    func aSecondGatewayOfTheSameNetwork(setup: String, metric: Int) throws {
        let lab = try Lab(
            world: """
                \(setup); ip addr add 10.89.1.3/24 dev br1; ip addr add fd00:89:1::3/64 dev br1 nodad
                via c eth0 10.89.1.3 metric \(metric); via c eth0 fd00:89:1::3 metric \(metric); forgetful c
                """)
        try lab.protect()
        for family in [4, 6] {
            let gateways = family == 4 ? ["10.89.1.1", "10.89.1.3"] : ["fd00:89:1::1", "fd00:89:1::3"]
            let defaults = try lab.run("ip -n c -\(family) route show default")
            for gateway in gateways { #expect(defaults.contains("via \(gateway) dev eth0"), "\(defaults)") }
        }
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        #expect(after.both("dev:eth0") == "br1")
    }

    @Test func aStaticDefaultBesideAnAdvertisedOne() throws {
        let lab = try Lab(
            world: """
                on_bridges none none; ip netns exec c sysctl -qw net.ipv6.conf.eth0.accept_ra=2
                via c eth0 fd00:89:1::1 metric 1024; via c eth1 fd00:89:2::1 metric 2000
                echo 'interface br1 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvDefaultLifetime 600; };' >/run/radvd.conf
                radvd -C /run/radvd.conf -p /run/radvd.pid -m stderr -n </dev/null >/dev/null 2>&1 &
                until ip -n c -6 route show default | grep -q 'proto ra'; do sleep 0.05; done
                """)
        let before = try lab.survey()
        let main = try lab.run("main c")
        try lab.protect()
        #expect(try lab.run("main c") == main)
        let harms = try lab.survey().harms(since: before)
        #expect(harms == [])
    }
}
