extension Page {
    static let routes = [
        Page(
            id: .duplicateDefaultRoute,
            title: "several default routes of one metric, between which the kernel takes turns",
            symptom: """
                "Works about 50% of the time." Every other ping from the container is lost. A container on two podman networks
                reaches the internet now and then. A published port answers some clients and not others, or stops when a second
                network is connected. After a restart it may be the other way round.
                """,
            cause: """
                Each network brings a default route, and all have the same metric. When the first gateway has not been heard of
                for a while (ip neigh: STALE), the kernel goes from one route to the other with every look-up. A ping makes one
                look-up, a connected UDP socket two, a TCP connection three; so a packet leaves by one network with the address
                of the other. What is wrong about that is dropped on the way: by the host's reverse path filter, or, when the
                reply comes in, by the container's own.

                In IPv6 most such routes merge into one (see default-route-multipath-v6). Those that stay apart, as routers'
                advertisements make them, take no turns: the first is used until its gateway does not answer, then the next,
                whatever network the source address belongs to.
                """,
            proof: """
                In the container's namespace (nsenter -t PID -n), look at the routes, and ask twice which one is taken:

                    ip route show default              # two lines of one metric
                    ip route get 192.0.2.1             # dev eth0 …
                    ip route get 192.0.2.1             # … dev eth1
                    nstat -az TcpExtIPReversePathFilter

                A counter that rises tells who drops: look in the container and on the host. If both answers are the same, the
                gateway of the first line is REACHABLE just now, or nothing was ever sent to it (ip neigh). With the gateway and
                the device of that line:

                    ping -c 1 10.89.1.1
                    ip neigh change 10.89.1.1 dev eth0 nud stale

                and ask again. In IPv6 the answers are the same for as long as that gateway answers; there the routes are the
                proof:

                    ip -6 route show default           # two lines of one metric, neither with "nexthop" below it
                """,
            withEvenkeel: """
                sudo evenkeel apply --all keeps one of them in main, by a gateway that answers, and the others in tables of their
                own. Rules lead there what is sent from those networks' prefixes, or bound to their devices. The OCI hook or the
                CNI plugin does so when a container starts.

                    ip rule          # main, but not its default; main, but no network's default; from PREFIX iif lo; oif DEVICE
                    ip link          # the networks' interfaces are in group 17739

                Left alone are defaults that the kernel can tell apart (another metric, or router preference), several on one
                interface, tunnels and all that is routed into them, routing daemons' and multipath routes, and what is forwarded
                through the container. Not cured are UDP servers on every address, containers that translate addresses themselves,
                and multicast that names no interface: these go by the default route left.
                """,
            without: """
                Give each network a metric of its own (podman 4.4 and later, with netavark: podman network create -o metric=200),
                or leave out the gateway of all but one (--internal, or from podman 4.6 on -o no_default_route=true). Packets
                from the address of the other network still leave by the one default route then; for them, in the container's
                namespace:

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
                Over IPv6 some addresses are reachable from a container on two networks and others never, however often it is
                tried again; over IPv4 or from another container they are. A published port never answers some clients, and
                always the same.
                """,
            cause: """
                The kernel makes one multipath route of IPv6 default routes that share a metric. A hash of the flow's addresses
                and protocol (with fib_multipath_hash_policy=1 of its ports, too) chooses the leg, so each flow keeps to its
                own: with the wrong one it leaves by a network to which its source address does not belong, where routers and
                firewalls check source addresses.
                """,
            proof: """
                In the container's namespace:

                    ip -6 route show default           # one default with two lines "nexthop via …"
                    ip -6 route get 2001:db8::1        # dev eth0
                    ip -6 route get 2001:db8::2        # another destination, and it may be dev eth1
                    tcpdump -ni eth1 ip6               # packets with the address of eth0
                """,
            withEvenkeel: """
                sudo evenkeel apply --all keeps one leg as the default route and puts the other into a table of its own, which
                rules for its network's prefixes and for sockets bound to its device look up. A route of several legs that somebody
                made, by next-hop objects or a routing daemon, is left alone.
                """,
            without: """
                In the container's namespace, take one leg away (name its gateway: with the device alone the kernel deletes
                both), and give its network's address a table of its own:

                    ip -6 route del default via fd00:89:2::1 dev eth1
                    ip -6 route add default via fd00:89:2::1 dev eth1 table 102
                    ip -6 rule add from fd00:89:2::5 lookup 102
                    ip -6 rule add lookup main suppress_prefixlength 0   # comes first: all routes but the default

                Or give the networks metrics of their own, as for duplicate-default-route.
                """,
            references: [
                "https://github.com/containers/podman/issues/23984",
                "https://github.com/containers/podman/issues/16233",
                "fib_multipath_hash_policy in https://docs.kernel.org/networking/ip-sysctl.html", "ip-route(8)",
            ]),
        Page(
            id: .noDefaultRoute, title: "no default route",
            symptom: """
                "Network is unreachable" or "connect: network unreachable" in the container, while others on its network, and the
                host, answer. Often after podman network disconnect.
                """,
            cause: """
                No default route is in the main table, nor in another that all packets ask, nor do others lead everywhere, as a
                VPN's 0.0.0.0/1 and 128.0.0.0/1 do. That is so by intent on internal networks, and a VPN's kill switch takes the
                route away on purpose; so this is only worth knowing, and Evenkeel never adds a route that somebody took away. If
                the network that had the default is gone and another had stood by, it is a warning, and the fix puts the next best
                in its place.
                """,
            proof: """
                In the container's namespace:

                    ip route show default; ip -6 route show default      # nothing
                    ip rule; ip route show table all | grep ^default     # nor in another table that all packets ask
                    ip route get 192.0.2.1                               # RTNETLINK answers: Network is unreachable
                """,
            withEvenkeel: """
                Where the default network was disconnected, sudo evenkeel apply --all restores the next best that answers, which
                waits in table 17739000 + the interface's index until then. With the policy's defaultRoute.mode "ranked" the kernel
                falls back by itself. A default that somebody deleted while its interface is there stays away; the next look takes
                the rules for the other networks away as well.
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
                A port published on the container's second network times out from elsewhere, and answers from the host or the
                same network. tcpdump shows the request come in by eth1 and the answer leave by eth0. A program bound to the
                second address gets no reply.
                """,
            cause: """
                Routes are chosen by destination. With one default route, by eth0, every packet to far away leaves there, also
                those that carry the address of eth1: unless a rule for that source address looks up another table. There was one
                and it is gone, the address is new, or there never was one.
                """,
            proof: """
                In the container's namespace, ask for the route from each of its addresses:

                    ip route get 192.0.2.1 from 10.89.1.5      # dev eth0: its own
                    ip route get 192.0.2.1 from 10.89.2.5      # dev eth0, though the address is eth1's
                    ip rule                                    # no "from 10.89.2.5 lookup …"

                Where the host's filter is strict, nstat -az TcpExtIPReversePathFilter rises there with each such packet.
                """,
            withEvenkeel:
                "sudo evenkeel apply --all adds the rules, and the table with the network's own default route, if its gateway answers.",
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
