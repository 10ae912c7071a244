extension Page {
    static let limits = [
        Page(
            id: .natOnSeveralNetworks, title: "a container that translates addresses itself, on several networks",
            symptom: """
                Docker or Kubernetes in a container, or a VPN gateway, on two networks. A port that it publishes for something inside
                answers by the address of one network and times out by that of the other.
                """,
            cause: """
                What comes in by the second network is translated to an inner address. The answer is routed before it is
                translated back: its source is the inner address then, which is no network's own, so no rule for a source
                address matches, and it leaves by the default. A strict filter on the host or beyond drops it. Programs of the
                container itself are not concerned, nor is what the inner ones begin themselves.
                """,
            proof: """
                In the container's namespace:

                    nft list ruleset | grep dnat; iptables-save -t nat | grep DNAT
                    ip route get 192.0.2.1 from 10.244.0.2 iif eth0 || true     # an inner address and its interface: the default
                    tcpdump -ni eth0 tcp port 30080                             # answers with the address of eth1
                """,
            withEvenkeel: """
                None of its own: Evenkeel touches no rules of translation in a container. Publish by the address of the network
                that has the default, or choose that network with the policy's defaultRoute.prefer. With the source rules in place
                a connection's mark leads its answers home, see below; the table is 17739000 and the interface's index.
                """,
            without: """
                Remember by which network a connection came in, and route its answers by that. In the container's namespace, with
                the second network on eth1:

                    nft add table inet home
                    nft add chain inet home in '{ type filter hook prerouting priority mangle; }'
                    nft add rule inet home in iifname eth1 ct state new ct mark set 2
                    nft add rule inet home in iifname != eth1 ct mark 2 meta mark set 2
                    ip route add default via 10.89.2.1 dev eth1 table 102
                    ip rule add fwmark 2 lookup 102

                Or have the host let such packets in: net.ipv4.conf.BRIDGE.rp_filter=2.
                """,
            references: [
                "https://wiki.nftables.org/wiki-nftables/index.php/Setting_packet_connection_metainformation",
                "https://lartc.org/howto/lartc.netfilter.html", "ip-rule(8), fwmark",
            ]),
        Page(
            id: .wildcardUDPServer, title: "a UDP server on every address of a container on several networks",
            symptom: """
                DNS, syslog, a game server or a VPN answers by one network's published port or address and not by the other's.
                TCP on the same ports works. tcpdump shows the answer leave with the wrong source address. Clients say "reply from
                unexpected source".
                """,
            cause: """
                A UDP socket that is bound to 0.0.0.0 or :: leaves it to the kernel which source address an answer gets. The
                kernel looks up the route to the client and takes the address of the interface it leads to: for clients from
                afar that is the default's, whatever address was asked. Rules for source addresses come too late, since
                there is no source address yet. TCP keeps the address that was asked. Programs may ask for it and name it
                (IP_PKTINFO), as dnsmasq, unbound with interface-automatic, CoreDNS and WireGuard do; those are not concerned, and
                the kernel does not show which they are.
                """,
            proof: """
                In the container's namespace:

                    ss -ulnp                                  # 0.0.0.0:53, *:53
                    ip route get 192.0.2.1                    # "src": the address of every answer to afar
                    tcpdump -ni any udp port 53
                """,
            withEvenkeel: """
                Choose the network whose address is asked as the one that has the default: the policy's defaultRoute.prefer. No
                route can help the other.
                """,
            without: """
                Bind the server to the address that is asked, or one socket to each: listen-address of dnsmasq, interface of unbound,
                listen-on of BIND, UDPServerAddress of rsyslog, bind of CoreDNS. Or publish the port on the network that has the
                default (in podman and Docker, the container's address there).
                """,
            references: [
                "IP_PKTINFO in ip(7)", "RFC 1123, section 4.1.3.5",
                "https://github.com/miekg/dns/issues/95", "https://github.com/NLnetLabs/unbound/issues/1026",
            ]),
        Page(
            id: .multicastFollowsDefault, title: "multicast that goes by the default route, beside a LAN",
            symptom: """
                Home Assistant, a media server or a printer's driver is on a macvlan of the LAN and on a bridge, and finds no
                devices. It found them when it was on the LAN alone, or finds them after some restarts and not after others.
                """,
            cause: """
                A program that sends to a multicast group without naming an interface has the packet leave by the default route,
                and one that joins a group so, joins it there. Multicast is of one link: on a bridge of the host there are
                containers alone, and the devices are on the LAN. Rules for source addresses do not help, since the source is
                chosen by the same route. IPv6 takes another way: the first interface, or the one that is named.
                """,
            proof: """
                In the container's namespace:

                    ip route get 239.255.255.250       # dev eth0, the bridge
                    ip maddress show                   # groups that are joined, by interface
                    tcpdump -ni eth1 udp port 1900     # nothing leaves on the LAN
                """,
            withEvenkeel: """
                Have the LAN win, by its interface, network, gateway or prefix: the policy's defaultRoute.prefer. What is bound to
                the bridge's address still finds its way.
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
