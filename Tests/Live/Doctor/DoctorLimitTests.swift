import Laboratory
import Testing

/// Limits that no route lifts: each is shown with packets, found by its name where a container is concerned, and not where the
/// remedy of its page has been followed.
@Suite struct DoctorLimitTests {
    private func lab(_ script: String) throws -> Lab {
        let lab = try Lab("Doctor/doctor.sh", "Doctor/limits.sh")
        try lab.run("rp_filter=2\n" + script)
        return lab
    }

    private static let apply = "\"$programs/evenkeel\" apply --netns /run/netns/c >/dev/null"

    /// The host stays healthy: a limit is information.
    private func expectInformation(_ id: String, in lab: Lab) throws {
        #expect(try lab.run("found c") == id)
        let said = try lab.attempt("doctor --netns /run/netns/c")
        #expect(said.status == 0 && said.out.hasPrefix("healthy: "), "\(said.out)")
        #expect(said.out.contains("information: \(id)"), "\(said.out)")
    }

    @Test func aUDPServerOnEveryAddressAnswersByTheDefaultAlone() throws {
        let lab = try lab(
            "lab 2; \(Self.apply); publish_udp 1 53; publish_udp 2 53; found c >/run/nothing; answer_all c 0.0.0.0 53")
        #expect(try lab.run("xargs </run/nothing; asked 5301; asked 5302") == "3\n0")
        try expectInformation("wildcard-udp-server", in: lab)
        let said = try lab.run("doctor --netns /run/netns/c")
        #expect(said.contains("UDP port 53 on every IPv4 address: answers to afar are sent from 10.89.1.5 of eth0"))
        // By the page: bound to the address that is asked.
        try lab.run("stop_server; answer_all c 10.89.2.5 53")
        #expect(try lab.run("asked 5302; found c") == "3")
        // A device is as good; a port that the kernel gave is a client's.
        try lab.run("stop_server; answer_all c 0.0.0.0 53 eth1")
        #expect(try lab.run("found c") == "")
        try lab.run("stop_server; answer_all c 0.0.0.0 40000")
        #expect(try lab.run("found c") == "")
    }

    @Test func anIPv6ServerIsFoundOfBothFamilies() throws {
        let lab = try lab("lab 2; \(Self.apply); answer_all c :: 5000")
        try expectInformation("wildcard-udp-server", in: lab)
        let said = try lab.run("doctor --netns /run/netns/c")
        for family in ["IPv4", "IPv6"] { #expect(said.contains("UDP port 5000 on every \(family) address"), "\(said)") }
    }

    /// Docker's containers have one default route, and other networks are asked from the link alone.
    @Test(arguments: ["lab 1", "single 2"]) func whereOneNetworkHasADefaultAServerIsNoMatter(setup: String) throws {
        let lab = try lab("\(setup); \(Self.apply); answer_all c 0.0.0.0 53")
        #expect(try lab.run("found c") == "")
    }

    private static let publish = """
        nft 'table ip nat { chain pre { type nat hook prerouting priority dstnat; iifname "eth*" tcp dport 30080 dnat to 10.244.0.2:80; }; }'
        """

    @Test func aPortOfWhatIsBehindAContainerAnswersByTheDefaultAlone() throws {
        let lab = try lab(
            "lab 2 1; \(Self.apply); inner; found c; ip netns exec c \(Self.publish)")
        let ask = "lost tcp_once far 10.89.1.5 30080; lost tcp_once far 10.89.2.5 30080"
        #expect(try lab.run(ask) == "0\n10")
        try expectInformation("nat-on-several-networks", in: lab)
        // By the page's own commands, for the container's namespace.
        let page = try lab.run("\"$programs/evenkeel\" explain nat-on-several-networks")
        let steps = page.split(separator: "\n").filter { $0.hasPrefix("      nft add") || $0.hasPrefix("      ip r") }
            .filter { $0.contains(" add ") }
        #expect(steps.count == 6)
        try lab.run("ip netns exec c bash -ec \"$(cat)\"", input: steps.joined(separator: "\n"))
        #expect(try lab.run(ask) == "0\n0")
    }

    /// Docker's name server in a container, a masquerade for what is inside, and a service mesh's redirection.
    @Test(arguments: [
        "nft 'table ip nat { chain out { type nat hook output priority -100; ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:40001; }; }'",
        "nft 'table ip nat { chain post { type nat hook postrouting priority srcnat; ip saddr 10.244.0.0/24 masquerade; }; }'",
        "iptables-nft -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 15006",
        "iptables-legacy -t nat -A OUTPUT -d 127.0.0.11 -p udp --dport 53 -j DNAT --to-destination 127.0.0.11:40001",
    ]) func otherTranslationInAContainerIsNoMatter(rules: String) throws {
        let lab = try lab("lab 2; \(Self.apply); ip netns exec c \(rules)")
        #expect(try lab.run("found c") == "")
    }

    @Test(arguments: ["iptables-nft", "iptables-legacy"]) func aPortPublishedByIptablesIsFoundAsWell(program: String)
        throws
    {
        let lab = try lab(
            "lab 2; \(Self.apply); ip netns exec c \(program) -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.244.0.2"
        )
        try expectInformation("nat-on-several-networks", in: lab)
    }

    private static let halves = """
        single 2 1; ip -n c route del default; ip -n c -6 route flush default
        for n in 2 1; do for half in 0.0.0.0/1 128.0.0.0/1; do
            ip -n c route append $half via 10.89.$n.1 dev eth$((n - 1))
        done; done
        """

    @Test func halvesOfTwoNetworksAreFound() throws {
        let lab = try lab(Self.halves)
        #expect(
            try lab.run("lost tcp_once c $far4 80 10.89.1.5; lost tcp_once c $far4 80 10.89.2.5") == "10\n0")
        let ids = try lab.run("found c").split(separator: " ")
        #expect(ids.contains("duplicate-split-default"))
        // With another metric there is a first one that stays the first.
        try lab.run(
            "for half in 0.0.0.0/1 128.0.0.0/1; do ip -n c route del $half dev eth1; ip -n c route add $half via 10.89.2.1 metric 9; done"
        )
        #expect(try !lab.run("found c").contains("split"))
    }

    /// The kernel alternates between default routes with every look-up; the doctor's looks come to an even number.
    @Test func lookingTakesNoTurn() throws {
        let lab = try lab("lab 2; forget_gateways c")
        let first = "ip -n c route get 192.0.2.1 | head -n 1 | grep -o 'dev eth.'"
        let before = try lab.run("\(first); \(first)")
        try lab.run("guard_host; doctor --netns /run/netns/c >/dev/null || :")
        #expect(try lab.run("\(first); \(first)") == before)
    }

    @Test func aReceiverWithoutADefaultRouteIsFoundWhereTheFilterDrops() throws {
        let lab = try lab(
            "lab 1; ip -n far route add 10.89.1.0/24 via $up4; ip -n c route del default; ip -n c -6 route del default")
        #expect(try lab.run("found c") == "no-default-route", "nothing came from afar so far")
        #expect(try lab.run("receive 514") == "0")
        #expect(try lab.run("found c") == "no-default-route rp-filter-no-route")
        let said = try lab.attempt("doctor --netns /run/netns/c").out
        #expect(said.contains("IPReversePathFilter: 5 packets dropped so far"), "\(said)")
        let remedy = ".findings[] | select(.id == \"rp-filter-no-route\").remedy"
        try lab.run("command=$(doctor --netns /run/netns/c --json | jq -r '\(remedy)'); bash -c \"${command//sudo /}\"")
        #expect(try lab.run("receive 514; found c") == "5\nno-default-route")
    }

    private static let discovery = """
        join() {
            ip netns exec c python3 -c '
        import socket, sys, time
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.255.255.250") + socket.inet_aton(sys.argv[1]))
        print("joined", flush=True); time.sleep(1000)' "$1" >/run/joined 2>&1 </dev/null & echo $! >/run/server
            until grep -q joined /run/joined; do sleep 0.01; done
        }
        """

    /// A bridge that has the default, and a macvlan of the LAN, where the devices are.
    @Test func aGroupJoinedOnTheBridgeBesideTheLANIsFound() throws {
        let lab = try lab(
            """
            \(Self.discovery)
            lab 1; ip link add lan0 type veth peer name lan1; ip link set lan0 up; ip link set lan1 up
            ip link add link lan0 name m0 type macvlan mode bridge; ip link set m0 netns c name eth1
            ip -n c addr add 192.168.100.20/24 dev eth1; ip -n c link set eth1 up
            ip -n c route add default via 192.168.100.1 dev eth1 metric 200
            """)
        let has = "found c | tr ' ' '\\n' | grep -c multicast-follows-default || :"
        #expect(try lab.run("join() { :; }; \(has)") == "0", "who joined nothing looks for nothing")
        try lab.run("\(Self.discovery); join 0.0.0.0")
        #expect(try lab.run(has) == "1")
        #expect(try lab.run("doctor --netns /run/netns/c").contains("239.255.255.250 is joined on eth0, not on eth1"))
        try lab.run("stop_server; \(Self.discovery); join 192.168.100.20")
        #expect(try lab.run(has) == "0")
    }

    private static let uncut =
        "for d in br1 uplink; do ethtool -K $d tso off gso off gro off; done >/dev/null 2>&1 || :"

    /// Both ways, without offloads: what TCP does of itself.
    @Test func aSmallerSizeOfTheContainersOwnEndIsNoWarning() throws {
        let lab = try lab(
            "lab 1; ip -n c link set eth0 mtu 1400; ip link set br1 mtu 1500; cut_up c; \(Self.uncut)")
        #expect(
            try lab.run("ip -n far route add 10.89.1.0/24 via $up4; move far c 10.89.1.5; move c far $far4")
                == "300000\n300000")
        try expectInformation("mtu-mismatch", in: lab)
    }

    /// Another container, all of whose way is smaller, and then the host's end of it alone.
    @Test func aSmallerPortHarmsWhereMoreIsTakenBehindIt() throws {
        let lab = try lab(
            """
            lab 1; container d; attach d 1 eth0 6; ip -n d link set eth0 mtu 1400; ip link set vd1 mtu 1400
            ip link set br1 mtu 1500; cut_up c; cut_up d; \(Self.uncut)
            """)
        #expect(try lab.run("move c d 10.89.1.6; move d c 10.89.1.5") == "300000\n300000")
        try expectInformation("mtu-mismatch", in: lab)
        try lab.run("ip -n d link set eth0 mtu 1500; ip link set br1 mtu 1500")
        #expect(try lab.run("move c d 10.89.1.6") == "0")
        let said = try lab.attempt("doctor --netns /run/netns/c").out
        #expect(said.contains("warning: mtu-mismatch") && said.contains("1400 on the bridge's port vd1"), "\(said)")
    }
}
