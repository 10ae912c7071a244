extension Page {
    static let receivers = [
        Page(
            id: .rpFilterNoRoute, title: "a reverse path filter in a container without a route back to the sender",
            symptom: """
                A collector of syslog, NetFlow, SNMP traps or a multicast stream receives from its own subnet only. tcpdump in
                the container shows that datagrams from other subnets arrive. It has no default route, since it answers
                nobody.
                """,
            cause: """
                A loose filter (rp_filter=2) accepts a packet if any route leads back to its sender, by any interface. Without
                a default route none leads back to other subnets, so even the loose filter drops packets from there. With 0
                the kernel accepts them. Evenkeel does not change 0 in a container without a default route. If the default
                route was removed after the container started, the filter that was set at the start stays.
                """,
            proof: """
                In the container's namespace:

                    ip route show default                    # nothing
                    sysctl -a --pattern '\\.rp_filter$'
                    nstat -az TcpExtIPReversePathFilter      # rises with each datagram from other subnets
                """,
            withEvenkeel: """
                The doctor's fix switches the filter off in this container. For the next start set the policy's rpFilter to
                "relax" (changes only strict filters) or "keep", for that container or network. If the container may have a
                default route, adding one also helps.
                """,
            without: """
                sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 in the container's namespace: the
                larger of the two counts. At its start: podman run --sysctl net.ipv4.conf.all.rp_filter=0 ... Or add a route to
                the senders' networks.
                """,
            references: [
                "rp_filter in https://docs.kernel.org/networking/ip-sysctl.html", "RFC 3704, section 2.4",
                "fib_validate_source in the kernel's net/ipv4/fib_frontend.c",
            ])
    ]
}
