import Laboratory
import Testing

/// What happens to a container after its start, and what the watcher does about it. The container `c` has passed through the hook.
@Suite struct ContainerChangeTests {
    private func watched(_ networks: Int) throws -> Lab {
        let lab = try Lab("Watch/watch.sh")
        try lab.run("lab \(networks); of_engine c; watcher; kept c; quiet")
        return lab
    }

    @Test func aNetworkThatIsConnectedTakesNoPackets() throws {
        let lab = try Lab("Watch/watch.sh")
        let said = try lab.run(
            """
            lab 1; of_engine c; network 2; watcher; kept c; quiet
            attach c 2 eth1 5; publish 2 5
            for family in 4 6; do eventually "one_default $family c >/run/default"; cat /run/default; done
            quiet; losses 2; plan c
            """)
        #expect(said == "dev eth0\ndev eth0")
    }

    /// The interface is gone, so the best that is left answers.
    @Test func aNetworkThatIsDisconnectedIsSucceeded() throws {
        let said = try watched(2).run(
            """
            ip link del vc1
            for family in 4 6; do eventually "[[ \\$(one_default $family c) == 'dev eth1' ]]"; done
            quiet; plan c
            for family in 4 6; do far=far$family; row "IPv$family" ping_once c "${!far}"; done
            """)
        #expect(said == "")
    }

    @Test func aDefaultThatAnybodyAddsIsSetAside() throws {
        let said = try watched(2).run(
            """
            ip -n c route append default via 10.89.2.1 dev eth1 proto static metric 100
            eventually '[[ $(one_default 4 c) == "dev eth0" ]]'; quiet; losses 2; plan c
            """)
        #expect(said == "")
    }

    /// The kernel tells two metrics apart, so it is somebody's wish.
    @Test func aDefaultOfABetterMetricIsLeftAlone() throws {
        let said = try watched(2).run(
            """
            ip -n c route add default via 10.89.2.1 dev eth1 metric 5; quiet
            defaults 4 c | grep -oE 'dev eth[01]|metric [0-9]+' | xargs; plan c
            """)
        #expect(said == "dev eth1 metric 5 dev eth0 metric 100")
    }

    @Test func aTakenDefaultStaysAway() throws {
        let said = try watched(2).run(
            """
            for family in 4 6; do ip -n c -$family route del default; done; quiet
            for family in 4 6; do defaults $family c; done
            plan c
            # Not even after a flap, which flushes the mark that tells.
            ip -n c link set eth0 down; quiet; ip -n c link set eth0 up; quiet; defaults 4 c; defaults 6 c
            """)
        #expect(said == "")
    }

    @Test func theFilterThatADaemonSetsBackIsLoosened() throws {
        let said = try watched(1).run(
            """
            inside c sysctl -qw net.ipv4.conf.eth0.rp_filter=1 net.ipv4.conf.default.rp_filter=1
            eventually '! filters c | grep -q :1'; filters c | grep -E 'eth|default' | sed 's/.*://' | xargs
            """)
        #expect(said == "2 2")
    }

    @Test func addressesThatComeAndMoveHaveTheirWayBack() throws {
        let said = try watched(2).run(
            """
            rule() { ip -n c -$1 rule | grep -o "from $2 .*lookup.*" | grep -c 'proto 69' || :; }
            ip -n c addr add 10.99.9.9/24 dev eth1; ip -n c addr add fd00:99::9/64 dev eth1 nodad
            eventually '(($(rule 4 10.99.9.0/24) == 1 && $(rule 6 fd00:99::/64) == 1))'; plan c
            ip -n c addr del 10.99.9.9/24 dev eth1; ip -n c addr add 10.99.9.9/24 dev eth0
            eventually '(($(rule 4 10.99.9.0/24) == 0))'; quiet; plan c; losses 2
            """)
        #expect(said == "")
    }

    @Test func whatIsTakenOfOursComesBack() throws {
        let said = try watched(2).run(
            """
            ip -n c rule del priority 32765 proto 69; ip -n c link set eth1 group 0
            eventually '(($(ip -n c rule | grep -c "proto 69") == 4)) && [[ $(groups c) == *"eth1 17739"* ]]'
            quiet; losses 2; plan c
            """)
        #expect(said == "")
    }

    /// The kernel flushes the IPv4 routes of a link that goes down, and no engine puts them back.
    @Test(arguments: [1, 2]) func aFlapCostsNoRoute(networks: Int) throws {
        let said = try watched(networks).run(
            """
            state c | grep -v ' -6 ' | grep 'default via 10' >/run/before
            for interface in eth0 $(((\(networks) > 1)) && echo eth1); do
                ip -n c link set $interface down; quiet
                ip -n c link set $interface up
                eventually 'state c | grep "default via 10" | cmp -s - /run/before'
            done
            quiet; row "IPv4 ping" ping_once c $far4; row "IPv4 TCP" tcp_once c $far4 80
            """)
        #expect(said == "")
    }

    @Test func anAddressThatComesBackBringsItsDefaultBack() throws {
        let said = try watched(1).run(
            """
            ip -n c addr del 10.89.1.5/24 dev eth0; quiet; defaults 4 c
            ip -n c addr add 10.89.1.5/24 dev eth0
            eventually '[[ $(one_default 4 c) == "dev eth0" ]]'; row "IPv4 ping" ping_once c $far4
            """)
        #expect(said == "")
    }

    /// A container on one network gets no rules, no group and no tables but the mark.
    @Test func oneNetworkIsLeftAsItIs() throws {
        let said = try watched(1).run(
            """
            ours 4 c | grep -v 17738997 || :; ours 6 c; groups c | grep -v ' default$' || :
            ip -n c link set eth0 down; ip -n c link set eth0 up
            eventually 'one_default 4 c'; quiet; ours 4 c | grep -v 17738997 || :
            """)
        #expect(said == "dev eth0")
    }

    @Test func aContainerWhoseGatewayFailsGetsTheOther() throws {
        let said = try Lab("Watch/watch.sh").run(
            """
            lab 2; of_engine c
            # A router of its own instead of the bridge's address, as on a LAN: it answers until it goes down.
            container router; cable router 1 eth0 9
            for address in 10.89.1.1/24; do ip addr del $address dev br1; ip -n router addr add $address dev eth0; done
            ip -n c neigh flush all
            watcher; kept c; quiet; ping_once c 10.89.1.1 >/dev/null || :
            one_default 4 c
            ip -n router link set eth0 down; ip -n c neigh flush dev eth0
            inside c ping -c 1 -W 1 $far4 >/dev/null || :
            eventually '[[ $(one_default 4 c) == "dev eth1" ]]'; quiet; one_default 4 c
            """)
        #expect(said == "dev eth0\ndev eth1")
    }

    /// A device group that another program had set is not taken, and nothing is done about a namespace without evidence.
    @Test func othersNamespacesAreNeverTouched() throws {
        let said = try watched(2).run(
            """
            container other; attach other 1 eth0 8; attach other 2 eth1 8; state other >/run/before
            ip -n other route append default via 10.89.2.1 dev eth1 metric 100; ip -n other route del default via 10.89.2.1 dev eth1
            state other >/run/before; quiet; state other | cmp - /run/before
            status '.namespaces.kept'
            """)
        #expect(said == "1")
    }
}
