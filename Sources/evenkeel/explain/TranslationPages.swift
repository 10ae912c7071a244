extension Page {
    static let translation = [
        Page(
            id: .engineNATGone, title: "an engine's address translation is gone",
            symptom: """
                All containers of an engine lose the internet and their published ports at once. They still reach the host and
                one another. It happens after nft flush ruleset, a restart of nftables or firewalld, or a reload of firewall
                rules. New containers may work.
                """,
            cause: """
                Engines translate their networks' private addresses by rules in the host's firewall. They make these rules
                when a network or a container starts, and do not check them later. Loading a whole ruleset removes them.
                Packets then leave with a private address, so no answer comes back.

                The doctor reports this if the engine's own configuration requires translation for a network (podman's network
                file, a CNI list with "ipMasq", Docker's daemon), containers have their default route by its bridge, and no
                rule of nftables and iptables could translate their address.
                """,
            proof: """
                On the host:

                    nft list ruleset | grep -E 'masquerade|snat|MASQUERADE'
                    iptables-save -t nat | grep -E 'MASQUERADE|SNAT'
                    conntrack -L | head -n 3
                    tcpdump -ni UPLINK net 10.0.0.0/8 or net 172.16.0.0/12
                """,
            withEvenkeel: """
                None: the rules are the engine's. The doctor's fix makes the engine restore them.
                """,
            without: """
                podman: podman network reload --all. Docker: systemctl restart docker, which also restarts its containers
                unless "live-restore" is set; with firewalld it notices a reload by itself. CNI cannot restore the rules of a
                running container: restart the pod.

                To prevent it, replace "flush ruleset" in /etc/nftables.conf by a flush of your own tables.
                """,
            references: [
                "podman-network-reload(1)", "https://github.com/containers/podman/issues/5431",
                "https://github.com/containers/podman/issues/3842",
                "https://github.com/moby/moby/issues/12294",
                "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
            ])
    ]
}
