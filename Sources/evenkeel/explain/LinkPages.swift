extension Page {
    static let links = [
        Page(
            id: .gatewayNotReachable, title: "a gateway that nobody answers for",
            symptom: """
                "No route to host", or nothing at all, for everything beyond the container's own network. The address and the
                default route look right. Common with macvlan, after a bridge was made anew, or with a gateway that was written by
                hand.
                """,
            cause: """
                The default route leads to an address that is on none of the interface's networks, or that nobody answered for
                when the kernel asked for its hardware address: the neighbour is FAILED or INCOMPLETE.
                """,
            proof: """
                In the container's namespace:

                    ip route show default; ip -br addr
                    ip neigh                                # FAILED or INCOMPLETE behind the gateway
                    arping -c 3 -I eth0 GATEWAY             # asks once more

                On the host: bridge link (is the veth a port of the bridge?), ip addr show BRIDGE (does it have the gateway's
                address?). A macvlan container never reaches its host by design.
                """,
            withEvenkeel: """
                None: which gateway is right is for whoever looks after the network to say. Where another network has one that
                works, choose it: the policy's defaultRoute.prefer, or --annotation evenkeel.default-route=eth1.
                """,
            without: """
                Put the gateway's address on the bridge (podman network reload, or start the container again), or create the
                network with --gateway.
                """,
            references: ["ip-neighbour(8)", "RFC 4861, section 7.3", "podman-network-create(1), --gateway"]),
        Page(
            id: .ipForwardOff, title: "the host does not forward packets",
            symptom: """
                Containers reach the host and one another, and nothing else. It worked before a reboot, a new sysctl file, or the
                installation of another network manager. Ports published by a userland proxy still work.
                """,
            cause: """
                net.ipv4.ip_forward (or net.ipv6.conf.all.forwarding) is 0. Engines switch it on when they make a network, and a
                later sysctl --system or hardening script switches it off again.
                """,
            proof: """
                On the host:

                    sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding
                    grep -rn 'ip_forward\\|forwarding' /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d
                    nstat -az IpForwDatagrams         # does not rise
                """,
            withEvenkeel: """
                None: whether a host is a router is its owner's word. The fix is the sysctl; write it into /etc/sysctl.d, too.
                """,
            without: """
                sysctl -w net.ipv4.ip_forward=1 and net.ipv6.conf.all.forwarding=1. With the latter the host takes no router
                advertisements unless accept_ra is 2 on its uplink.
                """,
            references: [
                "ip_forward in https://docs.kernel.org/networking/ip-sysctl.html",
                "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
            ]),
        Page(
            id: .mtuMismatch, title: "a container's interface and its bridge take packets of different size",
            symptom: """
                ping works and curl hangs. TLS handshakes time out. SSH connects and freezes with the first long listing. Uploads
                stall, downloads do not, or the other way round. It depends on the network, not on the server.
                """,
            cause: """
                A bridge passes on no packet that is larger than the port it leaves by, and tells nobody: it is no router, so there
                is no "fragmentation needed". With different sizes on a veth's two ends and the bridge, one direction loses
                whatever is larger than the smaller of them. Overlay networks, VPNs and clouds have less than 1500; jumbo frames
                have more.
                """,
            proof: """
                    ip -br link show BRIDGE; nsenter -t PID -n ip link show eth0      # compare "mtu"
                    nsenter -t PID -n ping -M do -s 1472 GATEWAY                      # 1472 + 28 is 1500
                    ip -s link show dev VETH                                          # "dropped" rises
                """,
            withEvenkeel: "None: the size belongs to the network's configuration, and Evenkeel leaves that alone.",
            without: """
                Give the network one size, that of the narrowest part: podman network create -o mtu=1400,
                docker network create -o com.docker.network.driver.mtu=1400, "mtu" of CNI's bridge plugin. It counts for
                containers that start afterwards. For one that runs: ip link set eth0 mtu 1400 in its namespace.
                """,
            references: [
                "https://github.com/moby/moby/issues/22297", "https://github.com/moby/moby/issues/36659",
                "is_skb_forwardable in the kernel's net/core/dev.c, ip-link(8)",
            ]),
    ]
}
