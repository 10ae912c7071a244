extension Page {
    static let links = [
        Page(
            id: .gatewayNotReachable, title: "a gateway that does not answer",
            symptom: """
                "No route to host", or no answer, from everything beyond the container's own network. The address and the
                default route look right. Common with macvlan, after a bridge was recreated, or with a gateway configured by
                hand.
                """,
            cause: """
                The default route's gateway is on none of the interface's networks, or nobody answered when the kernel asked
                for its hardware address: the neighbour is FAILED, or INCOMPLETE for a second or more. The kernel keeps this
                state until the gateway is used again. So a FAILED older than a minute is only information, and it is not
                reported if the host has the address by now.

                Or a link on the way is down: the veth's end on the host, which also takes the carrier from the container's
                end, or the bridge with the gateway's address. Then the neighbour's state does not matter.
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
                None: only the network's administrator knows the right gateway. If another network has a working gateway,
                choose that network: the policy's defaultRoute.prefer, or --annotation evenkeel.default-route=eth1.
                """,
            without: """
                Put the gateway's address on the bridge (podman network reload, or start the container again), or create the
                network with --gateway.
                """,
            references: ["ip-neighbour(8)", "RFC 4861, section 7.3", "podman-network-create(1), --gateway"]),
        Page(
            id: .ipForwardOff, title: "the host does not forward packets",
            symptom: """
                Containers reach the host and one another, and nothing else. It began after a reboot, a new sysctl file, or
                the installation of another network manager. Ports published by a userland proxy still work.
                """,
            cause: """
                For IPv4 the incoming interface decides: net.ipv4.conf.BRIDGE.forwarding for what the container sends, the
                uplink's for the answers. net.ipv4.ip_forward only writes all of them at once: 0 there and 1 on both
                interfaces works, and 1 there and 0 on the bridge does not. For IPv6 net.ipv6.conf.all.forwarding decides, or
                from Linux 6.17 on the interface's force_forwarding. Engines switch forwarding on when they make a network. A
                later sysctl --system or hardening script switches it off again.
                """,
            proof: """
                On the host:

                    sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding
                    sysctl net.ipv4.conf.BRIDGE.forwarding net.ipv4.conf.UPLINK.forwarding
                    grep -rn 'ip_forward\\|forwarding' /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d
                    nstat -az IpForwDatagrams         # does not rise
                """,
            withEvenkeel: """
                None: the host's owner decides whether it routes. The fix is the sysctl; write it to /etc/sysctl.d, too.
                """,
            without: """
                sysctl -w net.ipv4.ip_forward=1 and net.ipv6.conf.all.forwarding=1. If the first is already 1, writing it
                again changes no interface: write the interface's own sysctl. With the second, the host ignores router
                advertisements unless accept_ra is 2 on its uplink.
                """,
            references: [
                "ip_forward in https://docs.kernel.org/networking/ip-sysctl.html",
                "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
            ]),
        Page(
            id: .mtuMismatch, title: "a container's interface and its network have different MTUs",
            symptom: """
                ping works and curl hangs. TLS handshakes time out. SSH connects and freezes with the first long listing.
                Uploads stall, downloads do not, or the reverse. Or TCP works and large datagrams do not: DNS with long
                answers, VPNs in the container, video. It depends on the network, not on the server.
                """,
            cause: """
                A veth and a bridge port drop packets larger than their MTU. Neither is a router, so neither answers
                "fragmentation needed"; at most a program in the container reads "No buffer space available". It does harm if
                the container's own end has a larger MTU than what follows: the host's end of its veth, or another bridge port
                that leads on, such as a tunnel or a network card. Overlay networks, VPNs and clouds have less than 1500;
                jumbo frames have more.

                If one end of a connection has the smallest MTU, TCP adapts in both directions, since each end announces its
                size at the start. So a smaller MTU of only the container's own end, or of another container with all of its
                path, loses only larger datagrams. That is information.

                The host uses the bridge's own MTU when it sends to the container. If that is smaller than the container's,
                the host does answer "fragmentation needed", but not every sender receives it.

                Large segments that the kernel has not split yet (GSO) pass at any size. So between containers of one host TCP
                may work while ping -M do fails.
                """,
            proof: """
                    ip link show BRIDGE; nsenter -t PID -n ip link show eth0          # compare "mtu"
                    bridge link show | grep 'master BRIDGE'                           # of each port
                    nsenter -t PID -n ping -c 3 -M do -s 1472 GATEWAY                 # 1472 + 28 is 1500
                    ping -c 3 -M do -s 1472 ADDRESS                                   # the other way, from the host
                """,
            withEvenkeel: """
                None: the MTU belongs to the network's configuration, and Evenkeel leaves that alone. The doctor's fix sets
                both ends of this container's veth to the smaller of its bridge's MTU and the smallest other port's.
                """,
            without: """
                For a running container, set both ends, or one drops what the other sends:

                    nsenter -t PID -n ip link set eth0 mtu 1400; ip link set VETH mtu 1400

                Permanently: create the network with the smallest MTU on the path: podman network create -o mtu=1400, docker
                network create -o com.docker.network.driver.mtu=1400, "mtu" of CNI's bridge plugin. Running containers keep
                the old MTU, so restart them as well.
                """,
            references: [
                "https://github.com/moby/moby/issues/22297", "https://github.com/moby/moby/issues/36659",
                "is_skb_forwardable in the kernel's net/core/dev.c, ip-link(8)",
            ]),
    ]
}
