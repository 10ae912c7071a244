extension Page {
    static let limits = [
        Page(
            id: .natOnSeveralNetworks, title: "a container that translates addresses itself, on several networks",
            symptom: """
                Docker or Kubernetes in a container, or a VPN gateway, on two networks. A port that it publishes for an inner
                container answers at one network's address and times out at the other's.
                """,
            cause: """
                A packet that comes in by the second network is translated to an inner address. The kernel routes the answer
                before it translates it back. Its source is still the inner address, so no source rule matches, and it leaves
                by the default route. A strict filter on the host or beyond drops it. The container's own programs are not
                affected, nor are connections that inner containers open.
                """,
            proof: """
                In the container's namespace:

                    nft list ruleset | grep dnat; iptables-save -t nat | grep DNAT
                    ip route get 192.0.2.1 from 10.244.0.2 iif eth0 || true     # an inner address and its interface: the default
                    tcpdump -ni eth0 tcp port 30080                             # answers with the address of eth1
                """,
            withEvenkeel: """
                None: Evenkeel changes no translation rules in a container. Publish the port at the address of the network
                that has the default route, or choose that network with the policy's defaultRoute.prefer. Or use connection
                marks as below, with Evenkeel's table: 17739000 + the interface's index.
                """,
            without: """
                Mark each connection with the network it came in by, and route its answers by the mark. In the container's
                namespace, with the second network on eth1:

                    nft add table inet home
                    nft add chain inet home in '{ type filter hook prerouting priority mangle; }'
                    nft add rule inet home in iifname eth1 ct state new ct mark set 2
                    nft add rule inet home in iifname != eth1 ct mark 2 meta mark set 2
                    ip route add default via 10.89.2.1 dev eth1 table 102
                    ip rule add fwmark 2 lookup 102

                Or let the host accept such packets: net.ipv4.conf.BRIDGE.rp_filter=2.
                """,
            references: [
                "https://wiki.nftables.org/wiki-nftables/index.php/Setting_packet_connection_metainformation",
                "https://lartc.org/howto/lartc.netfilter.html", "ip-rule(8), fwmark",
            ]),
        Page(
            id: .wildcardUDPServer, title: "a UDP server on every address of a container on several networks",
            symptom: """
                DNS, syslog, a game server or a VPN answers at one network's published port or address and not at the other's.
                TCP on the same ports works. tcpdump shows that the answer leaves with the wrong source address. Clients say
                "reply from unexpected source".
                """,
            cause: """
                For a UDP socket bound to 0.0.0.0 or :: the kernel chooses an answer's source address. It looks up the route
                to the client and takes that interface's address. For distant clients that is the default route's interface,
                whatever address they asked. Source rules cannot help, since the packet has no source address yet. TCP keeps
                the address that was asked. A UDP program can do the same with IP_PKTINFO, as dnsmasq, unbound with
                interface-automatic, CoreDNS and WireGuard do; these are not affected, but the kernel does not show which
                programs do it.
                """,
            proof: """
                In the container's namespace:

                    ss -ulnp                                  # 0.0.0.0:53, *:53
                    ip route get 192.0.2.1                    # "src": the source of every answer to distant clients
                    tcpdump -ni any udp port 53
                """,
            withEvenkeel: """
                Give the default route to the network whose address clients use: the policy's defaultRoute.prefer. No route
                can help the other network.
                """,
            without: """
                Bind the server to the address that clients use, or one socket to each address: listen-address of dnsmasq,
                interface of unbound, listen-on of BIND, UDPServerAddress of rsyslog, bind of CoreDNS. Or publish the port on
                the network that has the default (in podman and Docker, the container's address there).
                """,
            references: [
                "IP_PKTINFO in ip(7)", "RFC 1123, section 4.1.3.5",
                "https://github.com/miekg/dns/issues/95", "https://github.com/NLnetLabs/unbound/issues/1026",
            ]),
        Page(
            id: .multicastFollowsDefault, title: "multicast that leaves by the default route instead of the LAN",
            symptom: """
                Home Assistant, a media server or a printer's driver is on a macvlan of the LAN and on a bridge, and finds no
                devices. It found them when it was only on the LAN, or it finds them after some restarts only.
                """,
            cause: """
                If a program names no interface, its multicast leaves by the default route, and it joins groups on that
                interface. Multicast stays on one link: a host's bridge has only containers, and the devices are on the LAN.
                Source rules do not help, since the same route chooses the source address. IPv6 works differently: it uses the
                first interface, or the one named.
                """,
            proof: """
                In the container's namespace:

                    ip route get 239.255.255.250       # dev eth0, the bridge
                    ip maddress show                   # joined groups, by interface
                    tcpdump -ni eth1 udp port 1900     # nothing leaves on the LAN
                """,
            withEvenkeel: """
                Give the LAN the default route: name its interface, network, gateway or prefix in the policy's
                defaultRoute.prefer. Sockets bound to the bridge's address still use the bridge.
                """,
            without: """
                Name the interface in the program (IP_MULTICAST_IF; "interface" or "bind address" in its settings), or give multicast
                a route of its own. In the container's namespace:

                    ip route add 224.0.0.0/4 dev eth1
                """,
            references: [
                "IP_MULTICAST_IF and IP_ADD_MEMBERSHIP in ip(7)", "RFC 1112, section 6.1",
                "https://www.home-assistant.io/integrations/ssdp/",
            ]),
    ]
}
