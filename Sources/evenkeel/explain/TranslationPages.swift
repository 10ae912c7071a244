extension Page {
    static let translation = [
        Page(
            id: .engineNATGone, title: "an engine's translation of addresses is gone",
            symptom: """
                All containers of an engine lose the internet at once, and their published ports. They still reach the host and one
                another. Before that somebody ran nft flush ruleset, restarted nftables or firewalld, or applied a firewall's rules
                anew. New containers may work.
                """,
            cause: """
                Engines translate the private addresses of their networks by rules in the host's firewall, which they make when a
                network or a container starts, and do not look after. Whoever loads a whole ruleset takes them away. The packets
                then leave with a private address, to which no answer finds its way.

                The doctor says so where the engine's own configuration has a network translated (podman's network file, a CNI list
                with "ipMasq", Docker's daemon), containers have their default route by its bridge, and no rule of nftables and
                iptables could translate their address.
                """,
            proof: """
                On the host:

                    nft list ruleset | grep -E 'masquerade|snat|MASQUERADE'
                    iptables-save -t nat | grep -E 'MASQUERADE|SNAT'
                    conntrack -L | head -n 3
                    tcpdump -ni UPLINK net 10.0.0.0/8 or net 172.16.0.0/12
                """,
            withEvenkeel: """
                None of its own: the rules are the engine's. The fix that the doctor names has it make them again.
                """,
            without: """
                podman: podman network reload --all. Docker: systemctl restart docker, which also restarts its containers unless
                "live-restore" is set; with firewalld it notices a reload by itself. CNI has no way to make the rules of a running
                container anew: start the pod again.

                Keep it from happening: in /etc/nftables.conf replace "flush ruleset" by a flush of your own tables.
                """,
            references: [
                "podman-network-reload(1)", "https://github.com/containers/podman/issues/5431",
                "https://github.com/containers/podman/issues/3842",
                "https://github.com/moby/moby/issues/12294",
                "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
            ])
    ]
}
