extension Page {
    static let reversePaths = [
        Page(
            id: .rpFilterStrict, title: "a strict reverse path filter in a container on several networks",
            symptom: """
                Replies reach the container's interface, as tcpdump on the host shows, but the program never gets them. A port
                published on the second network times out. Half of the pings are lost in a container on two networks. No
                firewall rule counts them.
                """,
            cause: """
                With rp_filter=1 the kernel drops a packet if its answer would leave by another interface. With one network
                there is no other. With two, the kernel drops everything from beyond the second network's gateway. The larger
                of the interface's value and the value of "all" is in force: 0 off, 1 strict, 2 loose. New namespaces inherit
                the host's "all" and "default", and some distributions ship 1. IPv6 has no such filter.
                """,
            proof: """
                In the container's namespace:

                    sysctl -a --pattern '\\.rp_filter$'
                    nstat -az TcpExtIPReversePathFilter      # rises when you try again

                The namespace that drops the packet counts it, so look there and not on the host. With sysctl
                net.ipv4.conf.all.log_martians=1 there, the kernel's log (dmesg) names each packet.
                """,
            withEvenkeel: """
                sudo evenkeel apply --all sets the container's interfaces to loose, and "default" too, so that later
                interfaces are also loose. The policy's rpFilter chooses: "loose", "relax" (only what is strict), or "keep".
                """,
            without: """
                podman run --sysctl net.ipv4.conf.all.rp_filter=2 ..., which also applies to existing interfaces; "default"
                applies only to new ones. Or on the host, for future containers, net.ipv4.conf.default.rp_filter=2 in
                /etc/sysctl.d. Netavark 1.11 and later sets 2 on bridge networks itself.
                """,
            references: [
                "rp_filter in https://docs.kernel.org/networking/ip-sysctl.html", "RFC 3704, section 2",
                "https://github.com/containers/podman/issues/20429",
                "https://github.com/containers/podman/issues/27334",
            ]),
        Page(
            id: .hostRPFilterStrict, title: "a host that filters strictly between containers' networks",
            symptom: """
                A Docker container on two networks cannot be reached by the ports of one of them, or a program bound to its
                second address gets no answer. The container's packets appear on its interface and on the bridge, and go no
                further.
                """,
            cause: """
                The container sends from its second address by its only default route, so the packet reaches the host by the
                first network's bridge. The host would answer that address by the second's, so its strict filter drops the
                packet. Docker gives a container only one default route, so Evenkeel knows no second gateway and cannot make
                source rules. An internal network has no gateway either, but distant peers seldom use it; while the host's
                counter is 0 the finding is only information.
                """,
            proof: """
                On the host:

                    sysctl net.ipv4.conf.all.rp_filter net.ipv4.conf.BRIDGE.rp_filter     # the larger is in force
                    nstat -az TcpExtIPReversePathFilter                                   # rises with each packet
                    sysctl -w net.ipv4.conf.all.log_martians=1; dmesg | grep martian      # shows address and bridge

                The counter does not rise if the container lacks its gateway's hardware address (ip neigh there: INCOMPLETE or
                FAILED): it asks with the second address as its source, and the host drops the question. The log shows it.
                """,
            withEvenkeel: """
                If each network has a gateway, sudo evenkeel apply --all makes every packet leave by its own network, and the
                host may stay strict. Otherwise let the host accept such packets:

                    sudo sysctl -w net.ipv4.conf.BRIDGE.rp_filter=2
                """,
            without: """
                The same command, and the setting in /etc/sysctl.d for the next boot. systemd-udev applies those files to each
                interface as it appears, so name the bridge, or use net.ipv4.conf.all.rp_filter=2.
                """,
            references: [
                "rp_filter in https://docs.kernel.org/networking/ip-sysctl.html",
                "https://github.com/containers/podman/issues/27334", "https://github.com/cilium/cilium/issues/10645",
            ]),
    ]
}
