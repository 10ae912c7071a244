import Laboratory
import Testing

/// What a container wishes, and who is no container: nothing is done there.
@Suite struct WatchedWishTests {
    /// The watcher, and a container `w` that is made while it runs: `start POLICY ANNOTATIONS` is its hook, before its networks.
    private func lab(_ script: String) throws -> String {
        try Lab("Watch/watch.sh").run(
            """
            lab 2; of_engine c; watcher; kept c; quiet
            start() { container w; of_engine w; hook w "$@" 2>/dev/null; attach w 1 eth0 7; attach w 2 eth1 7; quiet; }

            """ + script)
    }

    @Test func aContainerWithoutNetworksYetIsSafeOnceTheyCome() throws {
        let said = try lab(
            """
            start; one_default 4 w; one_default 6 w; plan w
            filters w | grep -E '/(eth[01]|default)/' | sed 's/.*://' | xargs
            """)
        #expect(said == "dev eth0\ndev eth0\n2 2 2")
    }

    @Test func skipIsObeyed() throws {
        let said = try lab(
            """
            start "" '{"evenkeel.skip": "true"}'
            defaults 4 w | wc -l; filters w | grep -c '/eth./rp_filter:1'; ours 4 w | grep -v 17738997 || :; status .namespaces.left
            """)
        #expect(said == "2\n2\n1")
    }

    @Test func whatItsPolicyKeepsIsKept() throws {
        let said = try lab(
            """
            start '{"defaultRoute": {"mode": "keep"}, "rpFilter": "keep"}'
            defaults 4 w | wc -l; filters w | grep -c '/eth./rp_filter:1'; status .namespaces.kept
            """)
        #expect(said == "2\n2\n2")
    }

    /// Its description is away for a moment, as while its engine writes it: the way out stays.
    @Test func aNamedNetworkStaysTheWayOutWhileItsNameIsUnknown() throws {
        let said = try lab(
            """
            private_etc; mkdir -p /etc/containers/networks
            echo '{"name": "back", "driver": "bridge", "network_interface": "br2"}' >/etc/containers/networks/back.json
            start "" '{"evenkeel.default-route": "back"}'; one_default 4 w
            rm /etc/containers/networks/back.json; ip -n w addr add 10.89.1.77/24 dev eth0; quiet; one_default 4 w; plan w
            ip -n w link set eth0 down; ip -n w link set eth0 up; quiet; one_default 4 w
            """)
        #expect(said == "dev eth1\ndev eth1\ndev eth1")
    }

    /// A person changed their mind: `evenkeel apply` of the container by name.
    @Test func whoIsNamedIsLookedAfterFromThenOn() throws {
        let said = try lab(
            """
            start "" '{"evenkeel.skip": "true"}'
            "$programs/evenkeel" apply --netns /run/netns/netns-w >/dev/null
            eventually '[[ $(status .namespaces.kept) == 2 ]]'
            ip -n w route append default via 10.89.2.1 dev eth1 proto static metric 100
            eventually 'one_default 4 w'
            """)
        #expect(said == "dev eth0")
    }

    /// Without the hook nothing tells its wishes, so nothing is done until it has settled down.
    @Test func aContainerWithoutAMarkIsYoungFirst() throws {
        let said = try lab(
            """
            container w; of_engine w; inside w sleep 60 </dev/null >/dev/null 2>&1 & sleeper=$!
            attach w 1 eth0 7; attach w 2 eth1 7; eventually 'one_default 4 w'; quiet; mark w; kill $sleeper
            """)
        #expect(said == "dev eth0\n1")
    }

    @Test func nobodysNamespaceIsEntered() throws {
        let said = try lab(
            """
            container other; attach other 1 eth0 8; attach other 2 eth1 8; state other >/run/before
            ip -n other link set eth0 down; ip -n other link set eth0 up; state other >/run/before; quiet
            state other | cmp - /run/before; mark other; status .namespaces.kept
            """)
        #expect(said == "1")
    }

    /// Somebody gave the host's own namespace an id: it stays the host.
    @Test func theHostIsNoContainer() throws {
        let said = try lab(
            """
            ip netns set c 77 2>/dev/null || :
            container loop; inside loop sleep 60 </dev/null >/dev/null 2>&1 & sleeper=$!
            touch /run/netns/netns-host; mount --bind /proc/self/ns/net /run/netns/netns-host
            ip netns set netns-host 99; sysctl -qw net.ipv4.conf.br1.rp_filter=1; ip route add default via 10.89.1.77 dev br1 metric 9
            quiet; sysctl -n net.ipv4.conf.br1.rp_filter; ip route show table all | grep -c 'proto 69' || :; kill $sleeper
            """)
        #expect(said == "1\n0")
    }
}
