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
                when the kernel asked for its hardware address: the neighbour is FAILED, or INCOMPLETE for a second and more. The
                kernel keeps what it found until somebody uses the gateway again. So a FAILED that is older than a minute is only
                worth knowing, and none at all where the host has the address by now.

                Or the way there is down: the veth's end on the host, which takes the carrier from the container's, or the bridge
                that has the gateway's address. What the container remembers of the gateway does not matter then.
                """,
            proof: """
                In the container's namespace:

                    ip route show default; ip -br addr
                    ip neigh                                # FAILED or INCOMPLETE behind the gateway
                    ip -br link                             # LOWERLAYERDOWN or NO-CARRIER
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
                For IPv4 the kernel goes by the interface that a packet comes in by: net.ipv4.conf.BRIDGE.forwarding for what the
                container sends, that of the uplink for the answers. net.ipv4.ip_forward is only a way to write all of them: 0
                there and 1 on both interfaces works, and 1 there and 0 on the bridge does not. For IPv6 it goes by
                net.ipv6.conf.all.forwarding, or from Linux 6.17 on by force_forwarding of the interface. Engines switch it on
                when they make a network, and a later sysctl --system or hardening script switches it off again.
                """,
            proof: """
                On the host:

                    sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding
                    sysctl net.ipv4.conf.BRIDGE.forwarding net.ipv4.conf.UPLINK.forwarding
                    grep -rn 'ip_forward\\|forwarding' /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d
                    nstat -az IpForwDatagrams         # does not rise
                """,
            withEvenkeel: """
                None: whether a host is a router is its owner's word. The fix is the sysctl; write it into /etc/sysctl.d, too.
                """,
            without: """
                sysctl -w net.ipv4.ip_forward=1 and net.ipv6.conf.all.forwarding=1. Where the first is 1 already, writing it again
                changes no interface: write that interface's own. With the second the host takes no router advertisements unless
                accept_ra is 2 on its uplink.
                """,
            references: [
                "ip_forward in https://docs.kernel.org/networking/ip-sysctl.html",
                "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
            ]),
        Page(
            id: .mtuMismatch, title: "a container's interface and its network take packets of different size",
            symptom: """
                ping works and curl hangs. TLS handshakes time out. SSH connects and freezes with the first long listing. Uploads
                stall, downloads do not, or the other way round; or TCP works, and large datagrams do not: DNS with long answers,
                VPNs inside, video. It depends on the network, not on the server.
                """,
            cause: """
                A veth and a port of a bridge drop what is larger than they take. Neither is a router, so there is no
                "fragmentation needed"; at most a program in the container reads "No buffer space available". That harms where
                the container's own end takes more than what comes behind it: the host's end of its veth, or another port of
                the bridge that leads on, such as a tunnel's or a network card's. Overlay networks, VPNs and clouds have less than
                1500; jumbo frames have more.

                Where an end of the connection is what takes least, TCP fits itself to it in both directions, since each end says
                when it begins how much it takes: a smaller size of the container's own end alone, or of another container with
                all of its way, loses larger datagrams and nothing else. That is information.

                The bridge's own size is what the host goes by when it sends to the container. If it is smaller than the
                container's, the host does answer "fragmentation needed", which not every sender gets to see.

                Segments that the kernel has not cut up yet pass whatever their size, so between containers of one host TCP may
                work where ping -M do does not.
                """,
            proof: """
                    ip link show BRIDGE; nsenter -t PID -n ip link show eth0          # compare "mtu"
                    bridge link show | grep 'master BRIDGE'                           # of each port
                    nsenter -t PID -n ping -c 3 -M do -s 1472 GATEWAY                 # 1472 + 28 is 1500
                    ping -c 3 -M do -s 1472 ADDRESS                                   # the other way, from the host
                """,
            withEvenkeel: """
                None: the size belongs to the network's configuration, and Evenkeel leaves that alone. The fix that the doctor names
                gives both ends of this container the size of its bridge and of the smallest other port.
                """,
            without: """
                For a container that runs, both ends, or one of them drops what the other sends:

                    nsenter -t PID -n ip link set eth0 mtu 1400; ip link set VETH mtu 1400

                For good, give the network one size, that of the narrowest part, when it is created: podman network create
                -o mtu=1400, docker network create -o com.docker.network.driver.mtu=1400, "mtu" of CNI's bridge plugin. It counts for
                containers that start afterwards; those that run keep the old one, so start them again as well.
                """,
            references: [
                "https://github.com/moby/moby/issues/22297", "https://github.com/moby/moby/issues/36659",
                "is_skb_forwardable in the kernel's net/core/dev.c, ip-link(8)",
            ]),
    ]
}
