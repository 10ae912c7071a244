extension Page {
    static let receivers = [
        Page(
            id: .rpFilterNoRoute, title: "a reverse path filter where no route leads back",
            symptom: """
                A collector of syslog, NetFlow, SNMP traps or a multicast stream receives from its own subnet, and nothing from
                others. tcpdump in the container shows the datagrams come in. It has no default route, since it answers nobody.
                """,
            cause: """
                A loose filter (rp_filter=2) lets in what some route leads back to, by whatever interface. Without a default
                route none leads back to other subnets, so the filter drops what comes from there, as a strict one does. With 0
                it would come in. Evenkeel leaves 0 as it is where there is no default route; where there was one when the
                container started and it was taken away later, the filter that was set then stays.
                """,
            proof: """
                In the container's namespace:

                    ip route show default                    # nothing
                    sysctl -a --pattern '\\.rp_filter$'
                    nstat -az TcpExtIPReversePathFilter      # rises with each datagram from afar
                """,
            withEvenkeel: """
                The fix that the doctor names switches the filter off in this container. For the next start: the policy's rpFilter
                "relax" (only what is strict is touched) or "keep", for that container or network. Where it may have a route back,
                a default route is the other cure.
                """,
            without: """
                sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 in the container's namespace: the larger of the
                two counts. When it starts: podman run --sysctl net.ipv4.conf.all.rp_filter=0 … Or a route to the senders' networks.
                """,
            references: [
                "rp_filter in https://docs.kernel.org/networking/ip-sysctl.html", "RFC 3704, section 2.4",
                "fib_validate_source in the kernel's net/ipv4/fib_frontend.c",
            ])
    ]
}
