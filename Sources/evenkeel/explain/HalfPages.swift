extension Page {
    static let halves = [
        Page(
            id: .duplicateSplitDefault, title: "several networks bring 0.0.0.0/1 and 128.0.0.0/1",
            symptom: """
                As for duplicate-default-route: a container on two networks reaches the internet by one network, but not from
                the other's address. After the next start it may be the other way round.
                """,
            cause: """
                0.0.0.0/1 and 128.0.0.0/1 together lead everywhere. They are more specific than a default route, so they win
                over it. VPNs and some CNI configurations use them to override the cluster's default. If two networks bring
                the same halves with one metric, IPv4 uses the one added first, and IPv6 merges them into a route of two legs.
                Packets with the other network's address leave by that route as well.

                They are not default routes. Evenkeel leaves all specific routes alone, because it cannot tell these from a
                VPN's.
                """,
            proof: """
                In the container's namespace:

                    ip route show 0.0.0.0/1; ip -6 route show ::/1         # twice, with the same metric
                    ip route get 192.0.2.1; ip route get 192.0.2.1 from 10.89.2.5    # both answer the same device
                    ip rule
                """,
            withEvenkeel: """
                None for the halves. Configure a default route instead of them: Evenkeel handles those, and
                defaultRoute.prefer names the network that wins.
                """,
            without: """
                Give the halves of one network another metric. For a running container, in its namespace:

                    ip route del 0.0.0.0/1 dev eth1; ip route add 0.0.0.0/1 via 10.89.2.1 dev eth1 metric 200
                    ip route del 128.0.0.0/1 dev eth1; ip route add 128.0.0.0/1 via 10.89.2.1 dev eth1 metric 200

                Then add a rule for that network's address, as duplicate-default-route shows.
                """,
            references: [
                "redirect-gateway def1 in openvpn(8)", "https://www.cni.dev/plugins/current/ipam/host-local/",
                "ip-route(8)",
            ])
    ]
}
