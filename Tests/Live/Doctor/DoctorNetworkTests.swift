import Laboratory
import Testing

/// What `evenkeel doctor` takes for a network, and what for the container's own affair.
@Suite struct DoctorNetworkTests {
    /// Strict filters everywhere, in the container and on the host.
    private static let strict = """
        single 1 1; sysctl -qw net.ipv4.conf.br1.rp_filter=1; ip netns exec c sysctl -qw net.ipv4.conf.all.rp_filter=1

        """

    @Test(arguments: [
        "ip -n c tuntap add vpn0 mode tun; ip -n c addr add 10.8.0.2/24 dev vpn0; ip -n c link set vpn0 up",
        "ip -n c link add docker0 type bridge; ip -n c addr add 172.17.0.1/16 dev docker0; ip -n c link set docker0 up",
        // An inner container's, and one that ends in a namespace of its own, as Docker's overlay networks do.
        """
        ip netns add inner; ip -n c link add veth9 type veth peer name eth0 netns inner
        ip -n c addr add 10.99.0.1/24 dev veth9; ip -n c link set veth9 up
        """,
        // Both ends inside.
        "ip -n c link add v0 type veth peer name v1; ip -n c addr add 10.99.0.1/24 dev v0; ip -n c link set v0 up",
    ]) func whatAContainerMakesForItselfIsNoNetwork(setup: String) throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(Self.strict + setup)
        try expectOnlyToBeUnguarded(lab)
    }

    /// The only finding is that Evenkeel did not set it up.
    private func expectOnlyToBeUnguarded(_ lab: Lab) throws {
        #expect(try lab.run("found c") == "container-not-guarded")
        #expect(try lab.attempt("doctor --netns /run/netns/c").status == 0)
        try lab.run("mend c")
        #expect(try lab.run("found c") == "")
    }

    @Test(arguments: [
        "ip link add link uplink name lan0 netns c type macvlan mode bridge",
        "network 3; ip link add v3 master br3 type veth peer name lan0 netns c; ip link set v3 up",
    ]) func whatItIsConnectedToIs(setup: String) throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(Self.strict + setup + "\nip -n c addr add 10.99.0.5/24 dev lan0; ip -n c link set lan0 up")
        #expect(try lab.run("found c") == "host-rp-filter-strict rp-filter-strict")
    }

    private static let connect = """
        ip -n rootless link add v$1 type veth peer name eth$1 netns c; ip -n rootless link set v$1 up
        ip -n c addr add 10.99.$1.5/24 dev eth$1; ip -n c link set eth$1 up
        """

    /// Networks that end in a namespace which is not the host's, as those of rootless podman do, and one of the container's
    /// own, which ends elsewhere.
    @Test func whereNoNetworkEntersThisHostThoseCountThatEndWhereTheDefaultRouteLeads() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            host; container c; ip netns add rootless; ip netns add inner
            ip netns exec c sysctl -qw net.ipv4.conf.all.rp_filter=1
            ip -n c link add v9 type veth peer name eth0 netns inner; ip -n c addr add 10.99.9.1/24 dev v9; ip -n c link set v9 up
            connect() { \(Self.connect); }; connect 0; ip -n c route add default via 10.99.0.1
            """)
        #expect(try lab.run("found c") == "container-not-guarded")
        try lab.run("connect() { \(Self.connect); }; connect 1")
        #expect(try lab.run("found c") == "rp-filter-strict")
        try lab.run("mend c")
        #expect(try lab.run("found c") == "")
    }

    /// A bridge of the office's network, whose router is elsewhere: the host forwards nothing and need not.
    @Test(arguments: [("192.168.7.1", "192.168.7.10/24", "192.168.7.2/24"), ("fd77::1", "fd77::10/64", "fd77::2/64")])
    func whereTheHostIsASwitchAllIsWell(router: String, own: String, hosts: String) throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            rp_filter=2; container router; container c; ip link add br0 type bridge; ip link set br0 up
            sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 net.ipv6.conf.default.accept_dad=0
            for name in router c; do
                ip link add v$name type veth peer name eth0 netns $name; ip link set v$name master br0 up; ip -n $name link set eth0 up
            done
            ip addr add \(hosts) dev br0; ip -n router addr add \(router)/\(router.contains(":") ? 64 : 24) dev eth0
            ip -n c addr add \(own) dev eth0; ip -n c route add default via \(router); ping_once c \(router)
            """)
        // Nothing of ours, so that what is missing there would be found.
        #expect(
            try lab.run("\"$programs/evenkeel\" doctor --netns /run/netns/c")
                == "healthy: nothing wrong with the host and 1 container")
    }

    /// One default by the container's network and a better one by a VPN that is meant to have everything.
    @Test func aVPNThatHasTheDefaultRouteIsMeantTo() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            rp_filter=2; lab 1; ip -n c tuntap add vpn0 mode tun; ip -n c addr add 10.8.0.2/24 dev vpn0
            ip -n c link set vpn0 up; ip -n c route add default dev vpn0 metric 10
            """)
        #expect(try lab.run("found c") == "")
    }

    /// A VPN that leaves the default route alone, or has it taken away, and a bridge of the container's own.
    @Test func aVPNsHalvesOfTheWorldAreADefaultRoute() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            rp_filter=2; lab 1; ip -n c route del default; ip -n c link add docker0 type bridge
            ip -n c addr add 172.17.0.1/16 dev docker0; ip -n c link set docker0 up
            ip netns exec c sysctl -qw net.ipv4.conf.docker0.rp_filter=2
            """)
        #expect(try lab.run("found c") == "no-default-route")
        #expect(try !lab.attempt("doctor --netns /run/netns/c").out.contains("docker0 has"))
        try lab.run(
            """
            ip -n c tuntap add vpn0 mode tun; ip -n c addr add 10.8.0.2/24 dev vpn0; ip -n c link set vpn0 up
            ip netns exec c sysctl -qw net.ipv4.conf.vpn0.rp_filter=2
            for half in 0.0.0.0/1 128.0.0.0/1; do ip -n c route add $half dev vpn0; done
            """)
        #expect(try lab.run("found c") == "")
    }

    /// Two routers that advertise themselves on the one network, as pairs that stand in for each other do.
    @Test func twoRoutersOfOneNetworkAreLeftAloneByAll() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            rp_filter=2; host; network 1; container c; container r
            ip link add vr1 type veth peer name eth0 netns r; ip link set vr1 master br1 up
            ip -n r link set eth0 up; ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
            advertise() {
                printf 'interface %s { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; prefix fd00:89:1::/64 {}; };' $2 >/run/$1.conf
                ip netns exec $1 radvd -C /run/$1.conf -p /run/$1.pid -m stderr -n </dev/null >/dev/null 2>&1 &
            }
            touch /run/netns/host; mount --bind /proc/self/ns/net /run/netns/host
            advertise host br1; advertise r eth0
            attach c 1 eth0 5; ip -n c -6 route del default; ip netns exec c sysctl -qw net.ipv6.conf.eth0.accept_ra=2
            until [[ $(ip -n c -6 route show default | grep -c 'proto ra metric 1024') == 2 ]]; do sleep 0.02; done
            """)
        #expect(try lab.run("found c") == "")
        let apply = "\"$programs/evenkeel\" apply --netns /run/netns/c"
        #expect(try !lab.run(apply).contains("default"))
        #expect(try lab.run("defaults 6 c | grep -c 'proto ra metric 1024'; ours 6 c") == "2")
    }

    /// Two networks whose routers advertise themselves: the kernel goes by the first that answers.
    @Test func advertisedDefaultsOfTwoNetworksAreAWarning() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            rp_filter=2; host; network 1; network 2; container c
            for n in 1 2; do
                printf 'interface br%s { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; prefix fd00:89:%s::/64 {}; };' $n $n
            done >/run/radvd.conf
            radvd -C /run/radvd.conf -p /run/radvd.pid -m stderr -n </dev/null >/dev/null 2>&1 &
            for n in 1 2; do
                attach c $n eth$((n - 1)) 5 $n; ip -n c -6 route del default metric $n
                ip netns exec c sysctl -qw net.ipv6.conf.eth$((n - 1)).accept_ra=2
            done
            until [[ $(ip -n c -6 route show default | grep -c 'proto ra metric 1024') == 2 ]]; do sleep 0.02; done
            """)
        let said = try lab.attempt("doctor --netns /run/netns/c").out
        #expect(
            said.contains(
                "warning: duplicate-default-route: 2 IPv6 default routes of metric 1024: the kernel takes the first"),
            "\(said)")
        try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c >/dev/null")
        #expect(try lab.run("found c") == "")
    }

    /// Somebody made it on purpose.
    @Test func aRouteOfSeveralIPv4LegsIsNoFinding() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            rp_filter=2; lab 2; ip -n c -6 route del default via fd00:89:2::1 dev eth1
            ip -n c route del default; ip -n c route del default
            ip -n c route add default nexthop via 10.89.1.1 dev eth0 nexthop via 10.89.2.1 dev eth1
            """)
        #expect(try lab.run("found c") == "")
        try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c >/dev/null")
        #expect(try lab.run("ip -n c route show default | grep -c nexthop") == "2")
    }
}
