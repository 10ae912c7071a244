import Laboratory
import Testing

/// `evenkeel doctor`: for each finding the trouble is made, just that is found, it is mended, and nothing is found.
@Suite struct DoctorTests {
    /// A lab whose containers do not filter reverse paths strictly, which would be found as well.
    private func healthy(_ script: String) throws -> Lab {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("rp_filter=2\n" + script)
        return lab
    }

    /// What the doctor itself says mends it.
    private func expectMending(_ id: String, in lab: Lab) throws {
        #expect(try lab.run("found c") == id)
        #expect(try lab.attempt("doctor --netns /run/netns/c").status == 1)
        try lab.run("mend c")
        #expect(try lab.run("found c") == "")
        #expect(try lab.attempt("doctor --netns /run/netns/c").status == 0)
    }

    @Test func defaultRoutesOfOneMetricAreFoundTakingTurns() throws {
        let lab = try healthy("lab 2; ip -n c -6 route del default via fd00:89:2::1 dev eth1; forget_gateways c")
        let said = try lab.attempt("doctor --netns /run/netns/c").out
        let turns = ["eth0 eth1 eth0 eth1 eth0 eth1 eth0 eth1", "eth1 eth0 eth1 eth0 eth1 eth0 eth1 eth0"]
        #expect(turns.contains { said.contains("alternates: 8 lookups gave \($0)\n") }, "\(said)")
        #expect(said.contains("default via 10.89.1.1 dev eth0 metric 100\n"))
        try expectMending("duplicate-default-route", in: lab)
    }

    @Test func ipv6DefaultRoutesMergedIntoOneAreFound() throws {
        try expectMending("default-route-multipath-v6", in: healthy("lab 2; ip -n c route del default via 10.89.2.1"))
    }

    @Test func noDefaultRouteIsWorthKnowing() throws {
        let lab = try healthy("lab 1; ip -n c route del default; ip -n c -6 route del default")
        #expect(try lab.run("found c") == "no-default-route")
        let output = try lab.attempt("doctor --netns /run/netns/c")
        #expect(output.status == 0 && output.out.hasPrefix("healthy: "), "\(output.out)")
        try lab.run("ip -n c route add default via 10.89.1.1; ip -n c -6 route add default via fd00:89:1::1 dev eth0")
        #expect(try lab.run("found c") == "")
    }

    @Test func aDefaultRouteThatWentWithItsNetworkIsFound() throws {
        let lab = try healthy("lab 2; \"$programs/evenkeel\" apply --netns /run/netns/c; ip -n c link del eth0")
        try expectMending("no-default-route", in: lab)
        #expect(try lab.run("defaults 4 c").contains("dev eth1"))
    }

    @Test func anAddressWithoutARuleIsFound() throws {
        let lab = try healthy(
            "lab 2; \"$programs/evenkeel\" apply --netns /run/netns/c; ip -n c addr add 10.99.2.77/24 dev eth1")
        #expect(
            try lab.attempt("doctor --netns /run/netns/c").out.contains("packets from 10.99.2.77 of eth1 leave by eth0")
        )
        try expectMending("source-address-mismatch", in: lab)
    }

    @Test func aStrictFilterIsFoundWithWhatItDropped() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("single 2; tcp_once far $up4 8082 || :")
        let said = try lab.attempt("doctor --netns /run/netns/c").out
        #expect(said.contains("error: rp-filter-strict"), "\(said)")
        let counted = try lab.run("ip netns exec c nstat -asz TcpExtIPReversePathFilter | awk '/Filter/ {print $2}'")
        #expect(counted != "0" && said.contains("IPReversePathFilter: \(counted) packets dropped so far"))
        try expectMending("rp-filter-strict", in: lab)
        #expect(try lab.run("tcp_once far $up4 8082 && echo answered") == "answered")
    }

    @Test func aFilterThatDropsWhileTheDoctorLooksIsSeenRising() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("single 2; ip -n far route add 10.89.2.0/24 via $up4")
        let script = """
            ip netns exec far ping -n -q -i 0.01 -c 1000 10.89.2.5 >/dev/null 2>&1 & pid=$!
            said=$(doctor --netns /run/netns/c || :); kill $pid; echo "$said"
            """
        #expect(try lab.run(script).contains(/dropped so far, [1-9][0-9]* in the last [0-9.]+ s/))
    }

    /// Docker gives one default route, so the second network's packets come in by the first one's bridge.
    @Test func aStrictHostIsFoundWhereOtherAddressesComeThrough() throws {
        let lab = try healthy("single 2 1")
        #expect(try lab.run("lost tcp_once c $far4 80 10.89.2.5") == "10")
        try expectMending("host-rp-filter-strict", in: lab)
        #expect(try lab.run("lost tcp_once c $far4 80 10.89.2.5") == "0")
    }

    /// As CNI's ptp has them.
    @Test func aStrictEndWithoutABridgeIsFound() throws {
        let lab = try healthy(
            """
            host; container c
            for n in 1 2; do
                ip link add vc$n type veth peer name eth$n netns c; ip addr add 10.89.$n.1/24 dev vc$n; ip link set vc$n up
                ip -n c addr add 10.89.$n.5/24 dev eth$n; ip -n c link set eth$n up; sysctl -qw net.ipv4.conf.vc$n.rp_filter=1
            done
            ip -n c route add default via 10.89.1.1; "$programs/evenkeel" apply --netns /run/netns/c
            """)
        #expect(try lab.run("ping_once c $far4 && ! ping_once c $far4 10.89.2.5 && echo lost") == "lost")
        try expectMending("host-rp-filter-strict", in: lab)
        #expect(try lab.run("ping_once c $far4 10.89.2.5 && echo answered") == "answered")
    }

    /// When an interface was down for a moment the kernel forgets the default route in its table, and the rules stay.
    @Test(arguments: [0, 1]) func aNetworkThatLostItsDefaultRouteIsFound(strict: Int) throws {
        let lab = try healthy("lab 2 \(strict); \"$programs/evenkeel\" apply --netns /run/netns/c; guard_host")
        #expect(try lab.run("found c") == "")
        try lab.run("for to in down up; do ip -n c link set eth1 $to; done")
        let lost = try lab.run("lost ping_once c $far4 10.89.2.5")
        let ids = try lab.run("found c")
        if strict == 1 {
            #expect(lost == "10" && ids == "container-not-guarded host-rp-filter-strict")
            #expect(try lab.attempt("doctor --netns /run/netns/c").status == 1)
            try lab.run("mend c")
            #expect(try lab.run("lost ping_once c $far4 10.89.2.5; found c") == "0\ncontainer-not-guarded")
        } else {
            #expect(lost == "0" && ids == "container-not-guarded")
        }
        let said = try lab.attempt("doctor --netns /run/netns/c").out
        #expect(said.contains("packets from 10.89.2.5 leave by the default's"), "\(said)")
        try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c")
        #expect(try lab.run("found c") == "")
    }

    @Test func aContainerThatPassedEvenkeelByIsFound() throws {
        let lab = try healthy(
            """
            host; network 1; network 2; container c; attach c 1 eth0 5
            container guarded; attach guarded 2 eth0 6; "$programs/evenkeel" apply --netns /run/netns/guarded
            # What guards the other says all there is to say of the host.
            : >/run/guarded
            """)
        try expectMending("container-not-guarded", in: lab)
    }

    /// What mends the rest guards it as well, and is told once.
    @Test func aContainerThatPassedEvenkeelByWithSeveralDefaultRoutesIsOneFinding() throws {
        let lab = try healthy(
            """
            host; network 1; network 2; network 3; container c; attach c 1 eth0 5; attach c 2 eth1 5
            ip -n c -6 route del default via fd00:89:2::1 dev eth1
            container guarded; attach guarded 3 eth0 6; "$programs/evenkeel" apply --netns /run/netns/guarded
            : >/run/guarded
            """)
        try expectMending("duplicate-default-route", in: lab)
    }

    @Test func aGatewayThatDoesNotAnswerIsFoundUntilItIsThereAgain() throws {
        let lab = try healthy(
            """
            lab 1; ip addr del 10.89.1.1/24 dev br1; ping_once c 10.89.1.1 || :
            until ip -n c neigh show 10.89.1.1 | grep -q FAILED; do sleep 0.05; done
            """)
        #expect(try lab.run("found c") == "gateway-not-reachable")
        #expect(try lab.attempt("doctor --netns /run/netns/c").out.contains("error: gateway-not-reachable"))
        // Nobody has asked again, and the neighbour is FAILED as before.
        try lab.run("ip addr add 10.89.1.1/24 dev br1; ip -n c neigh show 10.89.1.1 | grep -q FAILED")
        #expect(try lab.run("found c") == "")
    }

    /// The host has the address as before, and the veth or the bridge is down.
    @Test(arguments: ["br1", "vc1"]) func aGatewayBehindWhatIsDownIsFound(link: String) throws {
        let lab = try healthy("lab 1; guard_host; ip link set \(link) down")
        #expect(try lab.run("ping_once c 10.89.1.1 || echo lost") == "lost")
        try expectMending("gateway-not-reachable", in: lab)
        #expect(try lab.run("until ping_once c 10.89.1.1; do :; done; echo answered") == "answered")
    }

    /// The host's end answers for the gateway's address itself, and what comes back goes to the bridge.
    @Test func anEndThatFellOutOfItsBridgeIsFound() throws {
        let lab = try healthy("lab 1; ip -n c -6 route del default; guard_host; ip link set vc1 nomaster")
        #expect(try lab.run("ping_once c 10.89.1.1 || echo lost") == "lost")
        try expectMending("gateway-not-reachable", in: lab)
    }

    @Test func aGatewayOnNoConnectedNetworkIsFound() throws {
        let lab = try healthy("lab 1; ip -n c addr add 10.77.0.5/24 dev eth0; ip -n c addr del 10.89.1.5/24 dev eth0")
        #expect(try lab.run("found c") == "gateway-not-reachable")
        let said = try lab.attempt("doctor --netns /run/netns/c").out
        #expect(said.contains("10.89.1.1 on eth0 is on none of its connected networks"), "\(said)")
        // A route to the gateway alone, as networks that give each container a prefix of one address have it.
        try lab.run("ip -n c route add 10.89.1.1 dev eth0")
        #expect(try lab.run("found c") == "")
    }

    @Test func aHostThatDoesNotForwardIsFound() throws {
        try expectMending("ip-forward-off", in: healthy("lab 1; sysctl -qw net.ipv4.ip_forward=0"))
        try expectMending("ip-forward-off", in: healthy("lab 1; sysctl -qw net.ipv6.conf.all.forwarding=0"))
    }

    /// `ip_forward` only sets the values of the interfaces, which are what the kernel goes by.
    @Test func anEntranceThatDoesNotForwardIsFoundByItself() throws {
        let lab = try healthy("lab 1; sysctl -qw net.ipv4.conf.br1.forwarding=0")
        #expect(try lab.run("ping_once c $far4 || echo lost") == "lost")
        let said = try lab.attempt("doctor --netns /run/netns/c").out
        #expect(
            said.contains("net/ipv4/conf/br1/forwarding is 0, and 1 container has its default route by br1"), "\(said)")
        try expectMending("ip-forward-off", in: lab)
        #expect(try lab.run("ping_once c $far4 && echo answered") == "answered")
        try lab.run("sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.br1.forwarding=1 net.ipv4.conf.uplink.forwarding=1")
        #expect(try lab.run("ping_once c $far4 && echo answered; found c") == "answered")
    }

    @Test func anUplinkThatDoesNotForwardIsFoundByItself() throws {
        let lab = try healthy("lab 1; ip route add default via $far4; sysctl -qw net.ipv4.conf.uplink.forwarding=0")
        #expect(try lab.run("ping_once c $far4 || echo lost") == "lost")
        try expectMending("ip-forward-off", in: lab)
        #expect(try lab.run("ping_once c $far4 && echo answered") == "answered")
    }

    @Test(arguments: [
        // The host's end alone, and another port of its bridge.
        ("ip link set vc1 mtu 1400", "c to 198.51.100.2: 1500"),
        (
            "container d; attach d 1 eth0 6; ip -n d link set eth0 mtu 1400; ip link set vd1 mtu 1400",
            "c to 10.89.1.6: 1500"
        ),
    ]) func packetsThatAreTooLargeForTheNextAreFound(trouble: String, lost: String) throws {
        let lab = try healthy("lab 1; \(trouble)")
        #expect(try lab.run("large_pings").split(separator: "\n").contains(Substring(lost)))
        try expectMending("mtu-mismatch", in: lab)
        #expect(try lab.run("large_pings") == "")
    }

    @Test func aBridgeThatTakesLessIsFound() throws {
        let lab = try healthy("lab 1; ip link set br1 mtu 1400")
        #expect(try lab.attempt("doctor --netns /run/netns/c").out.contains("MTU 1500 on eth0, 1400 on the bridge br1"))
        try expectMending("mtu-mismatch", in: lab)
    }

    @Test func aBridgeThatTakesMoreThanItsPortsIsWorthKnowing() throws {
        let lab = try healthy(
            "lab 1; ip -n c link set eth0 mtu 1400; ip link set vc1 mtu 1400; ip link set br1 mtu 1500")
        #expect(try lab.run("found c") == "mtu-mismatch")
        #expect(try lab.attempt("doctor --netns /run/netns/c").status == 0)
    }
}
