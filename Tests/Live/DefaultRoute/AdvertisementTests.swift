import Laboratory
import Testing

/// IPv6 default routes that routers advertise: they come back by themselves, and have a lifetime.
@Suite struct AdvertisementTests {
    /// Two networks whose routers advertise themselves, and a container that listens to both.
    private static let advertising = """
        host; network 1; network 2; container c
        for n in 1 2; do
            ip link add vc$n type veth peer name eth$((n - 1)) netns c; ip link set vc$n master br$n up
            ip netns exec c sysctl -qw net.ipv6.conf.eth$((n - 1)).accept_ra=2
            ip -n c link set eth$((n - 1)) up
            echo "interface br$n { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvDefaultLifetime 60;
                prefix fd00:89:$n::/64 { AdvValidLifetime 120; AdvPreferredLifetime 60; }; };"
        done >/run/radvd.conf
        radvd -C /run/radvd.conf -p /run/radvd.pid -m stderr -n </dev/null >/dev/null 2>&1 &
        learnt() { [[ $(ip -n c -6 route show default | grep -c 'proto ra') == "$1" ]]; }
        for _ in $(seq 500); do learnt 2 && break; sleep 0.02; done
        learnt 2; ip netns exec c true
        for _ in $(seq 500); do [[ $(ip -n c -6 addr show scope global | grep -c inet6) == 2 ]] && break; sleep 0.02; done
        """

    @Test func aLoserStandsByAndStaysThereWhenItsRouterAdvertisesAgain() throws {
        let lab = try Lab()
        try lab.run(Self.advertising)
        let said = try lab.run("cni ADD c eth1 2>&1 >/dev/null")
        #expect(said.contains("set ra_defrtr_metric of eth1 to 17741 (stands by behind via fe80::"), "\(said)")
        #expect(try lab.run("defaults 6 c | grep -c 'metric 1024'") == "1")
        #expect(try lab.run("defaults 6 c | grep 'dev eth1'").contains("metric 17741"))
        // The prefix, and not today's address, has a rule.
        #expect(try lab.run("ip -n c -6 rule").contains("from fd00:89:2::/64 iif lo lookup"))
        let expiry = "ip -n c -6 route show default dev eth1 | sed -n 's/.*expires \\([0-9]*\\)sec.*/\\1/p'"
        #expect(try lab.run(expiry) != "", "the lifetime is kept")
        // An advertisement renews the lifetime, and brings no second route.
        try lab.run(
            """
            renewed= least=$(\(expiry))
            for _ in $(seq 1000); do
                now=$(\(expiry)); [[ $now -le $least ]] || { renewed=yes; break; }
                least=$now; sleep 0.02
            done
            [[ -n $renewed ]]
            """)
        #expect(try lab.run("defaults 6 c | grep -c 'dev eth1'") == "1")
        #expect(try lab.run("defaults 6 c | grep 'dev eth1'").contains("metric 17741"))
        #expect(try lab.run("cni CHECK c eth0 2>&1") == "")
    }

    /// The metric is the interface's, so the next advertisements give it to both.
    @Test(arguments: ["distinct", "one", "ranked"]) func twoRoutersOfALosingNetworkStandByTogether(mode: String) throws
    {
        let lab = try Lab()
        try lab.run(
            Self.advertising + """

                container r; ip link add vr2 type veth peer name eth0 netns r; ip link set vr2 master br2 up
                ip -n r link set eth0 up; ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
                echo 'interface eth0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvDefaultLifetime 60; };' >/run/r.conf
                ip netns exec r radvd -C /run/r.conf -p /run/r.pid -m stderr -n </dev/null >/dev/null 2>&1 &
                for _ in $(seq 500); do learnt 3 && break; sleep 0.02; done
                """)
        let policy = "'{\"defaultRoute\":{\"mode\":\"\(mode)\"}}'"
        try lab.run("cni ADD c eth1 \(policy)")
        let metric = try lab.run("ip netns exec c sysctl -n net.ipv6.conf.eth1.ra_defrtr_metric")
        #expect(metric == (mode == "ranked" ? "51" : "17741"))
        // By themselves, or as legs of one route into which the kernel merges what is alike.
        let standing = "defaults 6 c | grep -c 'dev eth1'; defaults 6 c | grep -q 'metric \(metric) ' && echo there"
        #expect(try lab.run(standing) == "2\nthere")
        // Renewed three times by the one, which is time enough for the other's.
        try lab.run(
            """
            expiry() { defaults 6 c | sed -n 's/.*metric \(metric) expires \\([0-9]*\\)sec.*/\\1/p' | head -1; }
            least=$(expiry) renewals=0
            for _ in $(seq 1500); do
                now=$(expiry)
                [[ $now -le $least ]] || renewals=$((renewals + 1))
                least=$now
                [[ $renewals -lt 3 ]] || break
                sleep 0.02
            done
            [[ $renewals == 3 ]]
            """)
        #expect(try lab.run(standing) == "2\nthere")
        let winning = mode == "ranked" ? 50 : 1024
        #expect(try lab.run("defaults 6 c | grep -c 'dev eth0.* metric \(winning) '") == "1")
        #expect(try lab.run("cni CHECK c eth0 \(policy) 2>&1") == "")
    }

    /// The winner's route is the kernel's own and goes at once; the loser's, moved to another metric, when its lifetime is over.
    @Test func aWithdrawnRouterDoesNotStayForEver() throws {
        let lab = try Lab()
        try lab.run(Self.advertising)
        try lab.run("cni ADD c eth1")
        // radvd says farewell with a lifetime of 0 when it ends.
        try lab.run(
            """
            kill $(cat /run/radvd.pid)
            for _ in $(seq 500); do defaults 6 c | grep -q 'metric 1024' || break; sleep 0.02; done
            ! defaults 6 c | grep 'metric 1024'
            """)
        #expect(try lab.run("defaults 6 c | grep -vc expires || :") == "0")
        // With the winner withdrawn, the next run does not take its absence for somebody's purpose.
        try lab.run(
            "ip -n c -6 route del default; ip link del vc1; attach c 1 eth9 9; cni ADD c eth9; cni CHECK c eth9 2>&1")
        #expect(try lab.run("defaults 6 c").contains("dev eth9"))

    }
}
