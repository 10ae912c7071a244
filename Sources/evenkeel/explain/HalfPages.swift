extension Page {
    static let halves = [
        Page(
            id: .duplicateSplitDefault, title: "halves of all addresses that several networks bring",
            symptom: """
                As of duplicate-default-route: a container on two networks reaches the world by one of them and not by the other's
                address, and after the next start it may be the other way round.
                """,
            cause: """
                0.0.0.0/1 and 128.0.0.0/1 together lead everywhere, and are more specific than a default route, so they win over
                it: VPNs use that, and some CNI configurations, to stand before the cluster's own default. Where two networks
                bring the same halves with one metric, IPv4 takes that which was added first, and IPv6 merges them into a route of
                two legs. What has the address of the other network leaves there as well.

                They are no default routes: Evenkeel leaves specific routes alone, whoever made them, and cannot tell these from a
                VPN's.
                """,
            proof: """
                In the container's namespace:

                    ip route show 0.0.0.0/1; ip -6 route show ::/1         # twice, with the same metric
                    ip route get 192.0.2.1; ip route get 192.0.2.1 from 10.89.2.5    # the same device for both
                    ip rule
                """,
            withEvenkeel: """
                None for the halves. Bring a default route in their place: those Evenkeel knows how to tell apart, and
                defaultRoute.prefer names the network that is to win.
                """,
            without: """
                Give the halves of one network a metric of its own. In the container's namespace, for one that runs:

                    ip route del 0.0.0.0/1 dev eth1; ip route add 0.0.0.0/1 via 10.89.2.1 dev eth1 metric 200
                    ip route del 128.0.0.0/1 dev eth1; ip route add 128.0.0.0/1 via 10.89.2.1 dev eth1 metric 200

                and lead its address home, as duplicate-default-route tells.
                """,
            references: [
                "redirect-gateway def1 in openvpn(8)", "https://www.cni.dev/plugins/current/ipam/host-local/",
                "ip-route(8)",
            ])
    ]
}
