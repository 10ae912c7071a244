extension Page {
    static let routes = [
        Page(
            id: .duplicateDefaultRoute,
            title: "several default routes of one metric; the kernel alternates between them",
            symptom: """
                "Works about 50% of the time." Every other ping from the container is lost. A container on two podman networks
                reaches the internet now and then. A published port answers some clients and not others, or stops when a second
                network is connected. After a restart it may be the other way round.
                """,
            cause: """
                Each network brings a default route, and all have the same metric. When the kernel has not heard from the
                first gateway for a while (ip neigh: STALE), it switches to the other route with every look-up. A ping makes
                one look-up, a connected UDP socket two, a TCP connection three. So a packet may leave by one network with the
                other's address. The host's reverse path filter drops it, or the container's own filter drops the reply.

                In IPv6 most such routes merge into one (see default-route-multipath-v6). Routes from router advertisements
                stay separate, and the kernel does not alternate between them: it uses the first until its gateway stops
                answering, then the next, whatever network the source address belongs to.
                """,
            proof: """
                In the container's namespace (nsenter -t PID -n), look at the routes, and ask twice which one the kernel uses:

                    ip route show default              # two lines of one metric
                    ip route get 192.0.2.1             # dev eth0 ...
                    ip route get 192.0.2.1             # ... dev eth1
                    nstat -az TcpExtIPReversePathFilter

                Look at the counter in the container and on the host: it rises where packets are dropped. If both answers are
                the same, the first line's gateway is REACHABLE now, or was never used (ip neigh). Then use the gateway and
                the device of that line:

                    ping -c 1 10.89.1.1
                    ip neigh change 10.89.1.1 dev eth0 nud stale

                and ask again. In IPv6 the answers stay the same while that gateway answers; there the routes are the proof:

                    ip -6 route show default           # two lines of one metric, neither with "nexthop" below it
                """,
            withEvenkeel: """
                sudo evenkeel apply --all keeps one default route in main, with a gateway that answers, and moves each other
                to its own table. Packets sent from that network's prefixes, or by sockets bound to its device, use that table
                by rules. The OCI hook or the CNI plugin does so when a container starts.

                    ip rule          # main, but not its default; main, but no network's default; from PREFIX iif lo; oif DEVICE
                    ip link          # the networks' interfaces are in group 17739

                Evenkeel leaves alone: default routes that the kernel can tell apart (another metric, or router preference),
                several on one interface, tunnels and all that is routed into them, routing daemons' and multipath routes, and
                packets that the container forwards. It cannot help UDP servers on every address, containers that translate
                addresses themselves, and multicast that names no interface: these use the remaining default route.
                """,
            without: """
                Give each network a metric of its own (podman 4.4 and later, with netavark: podman network create -o
                metric=200), or create all but one without a gateway (--internal, or from podman 4.6 on -o
                no_default_route=true). Packets from the other network's address still leave by the one default route. For
                them, in the container's namespace:

                    ip route add default via 10.89.2.1 dev eth1 table 102
                    ip rule add from 10.89.2.5 lookup 102
                    ip rule add lookup main suppress_prefixlength 0      # comes first: all routes but the default
                """,
            references: [
                "https://github.com/containers/podman/issues/16233",
                "https://github.com/containers/podman/issues/20429",
                "https://github.com/containers/podman/issues/23984",
                "https://github.com/containers/podman/issues/26044",
                "fib_select_default in the kernel's net/ipv4/fib_semantics.c, ip-route(8)",
            ]),
        Page(
            id: .defaultRouteMultipathV6,
            title: "IPv6 default routes of one metric, merged into one route of several legs",
            symptom: """
                Over IPv6 a container on two networks reaches some addresses and never reaches others, however often it tries.
                Over IPv4, or from another container, they are reachable. A published port never answers some clients, always
                the same ones.
                """,
            cause: """
                The kernel merges IPv6 default routes with one metric into a multipath route. A hash of the flow's addresses
                and protocol (with fib_multipath_hash_policy=1 also its ports) chooses the leg, so each flow keeps its leg. On
                the wrong leg it leaves by a network to which its source address does not belong, and routers and firewalls
                there drop it.
                """,
            proof: """
                In the container's namespace:

                    ip -6 route show default           # one default with two lines "nexthop via ..."
                    ip -6 route get 2001:db8::1        # dev eth0
                    ip -6 route get 2001:db8::2        # another destination: perhaps dev eth1
                    tcpdump -ni eth1 ip6               # packets with the address of eth0
                """,
            withEvenkeel: """
                sudo evenkeel apply --all keeps one leg as the default route and moves the other to its own table. Rules for
                that network's prefixes, and for sockets bound to its device, lead to the table. Evenkeel leaves multipath
                routes alone that were made with next-hop objects or by a routing daemon.
                """,
            without: """
                In the container's namespace, remove one leg (name its gateway: with only the device the kernel deletes both),
                and give its network's address its own table:

                    ip -6 route del default via fd00:89:2::1 dev eth1
                    ip -6 route add default via fd00:89:2::1 dev eth1 table 102
                    ip -6 rule add from fd00:89:2::5 lookup 102
                    ip -6 rule add lookup main suppress_prefixlength 0   # comes first: all routes but the default

                Or give each network its own metric, as for duplicate-default-route.
                """,
            references: [
                "https://github.com/containers/podman/issues/23984",
                "https://github.com/containers/podman/issues/16233",
                "fib_multipath_hash_policy in https://docs.kernel.org/networking/ip-sysctl.html", "ip-route(8)",
            ]),
        Page(
            id: .noDefaultRoute, title: "no default route",
            symptom: """
                "Network is unreachable" or "connect: network unreachable" in the container, while its own network and the
                host answer. Often after podman network disconnect.
                """,
            cause: """
                The main table has no default route, no other table that all packets use has one, and no other routes lead
                everywhere, as a VPN's 0.0.0.0/1 and 128.0.0.0/1 do. Internal networks have none on purpose, and a VPN's kill
                switch removes it on purpose. So this is only information, and Evenkeel never restores a route that somebody
                removed. If the network with the default route is gone and another one is in reserve, it is a warning, and the
                fix restores the next best.
                """,
            proof: """
                In the container's namespace:

                    ip route show default; ip -6 route show default      # nothing
                    ip rule; ip route show table all | grep ^default     # nor in another table that all packets use
                    ip route get 192.0.2.1                               # RTNETLINK answers: Network is unreachable
                """,
            withEvenkeel: """
                If the network with the default route was disconnected, sudo evenkeel apply --all restores the next best whose
                gateway answers, from table 17739000 + the interface's index. With the policy's defaultRoute.mode "ranked" the
                kernel falls back by itself. Evenkeel does not restore a default route that somebody deleted while its
                interface exists; its next run also removes the rules for the other networks.
                """,
            without: """
                ip route add default via GATEWAY in the container's namespace, or connect the container to a network that is not
                internal.
                """,
            references: [
                "https://github.com/containers/podman/issues/9603", "podman-network-create(1), --internal",
                "ip-route(8)",
            ]),
        Page(
            id: .sourceAddressMismatch, title: "an address whose replies leave by another interface",
            symptom: """
                A port published on the container's second network times out for distant clients, but answers the host and the
                same network. tcpdump shows that the request comes in by eth1 and the answer leaves by eth0. A program bound
                to the second address gets no reply.
                """,
            cause: """
                The kernel chooses routes by destination. With one default route, by eth0, every packet to a distant peer
                leaves there, even with eth1's address, unless a rule for that source address looks up another table. That
                rule is gone, the address is new, or there never was a rule.
                """,
            proof: """
                In the container's namespace, ask for the route from each of its addresses:

                    ip route get 192.0.2.1 from 10.89.1.5      # dev eth0: correct
                    ip route get 192.0.2.1 from 10.89.2.5      # dev eth0, although the address is eth1's
                    ip rule                                    # no "from 10.89.2.5 lookup ..."

                If the host's filter is strict, nstat -az TcpExtIPReversePathFilter rises on the host with each such packet.
                """,
            withEvenkeel:
                "sudo evenkeel apply --all adds the rules and a table with the network's default route, if its gateway answers.",
            without: """
                In the container's namespace:

                    ip route add default via 10.89.2.1 dev eth1 table 102
                    ip rule add from 10.89.2.5 lookup 102
                    ip rule add lookup main suppress_prefixlength 0      # comes first: all routes but the default

                or set the host's filters to loose (see host-rp-filter-strict).
                """,
            references: [
                "https://github.com/containers/podman/issues/26044",
                "https://lartc.org/howto/lartc.rpdb.multiple-links.html",
                "ip-rule(8)",
            ]),
    ]
}
