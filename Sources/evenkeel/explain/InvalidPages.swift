extension Page {
    static let invalid = [
        Page(
            id: .invalidNotDroppedInput, title: "the host answers INVALID segments with RST",
            symptom: """
                "Connection reset by peer" in the middle of a large download, push or backup from a container; the same from the
                host works. More of it the busier or the longer the line. The server says that the client reset the connection,
                and the client says that the server did.
                """,
            cause: """
                Connection tracking calls some TCP segments INVALID: far above the window that it knows, an acknowledgement of what
                it never saw, a stray SYN-ACK, a bad checksum (before Linux 6.1 also those that are merely late). What is INVALID is
                not translated back to the container: it is addressed to the host and stays there. The host has no such socket and
                answers as it must, with RST, which ends a healthy connection. A drop in the forward chain, which some engines
                have, never sees it. Where no address is translated, or with nf_conntrack_tcp_be_liberal=1, nothing of the kind
                happens, and nothing is found.
                """,
            proof: """
                On the host:

                    conntrack -S | grep -o 'invalid=[0-9]*'            # rises; by two a segment where it is answered
                    nstat -az TcpOutRsts                               # rises with it
                    nft list ruleset | grep -n 'ct state invalid'      # none in a chain of hook input or output
                    tcpdump -ni any 'tcp[tcpflags] & tcp-rst != 0'     # from the host's address, to the server

                sysctl net.netfilter.nf_conntrack_log_invalid=6 logs each of them.
                """,
            withEvenkeel: """
                sudo evenkeel host apply, or the next container that starts, makes the table "ip evenkeel" (and "ip6 evenkeel" where
                IPv6 is translated). A rule in input notes INVALID segments for a second and drops nothing; a rule in output
                drops the bare RST that answers one of them. The peer sends the segment again, and the download goes on. Refusals
                of new connections and aborts by programs pass. What is not told either: a peer that still holds a connection which
                the host has lost gets no RST and waits for its own time-out. While nf_conntrack_tcp_loose is 0 there are no such
                rules: there that peer has to be told.
                """,
            without: """
                iptables -I INPUT ! -i lo -p tcp -m conntrack --ctstate INVALID -j DROP (the policy's invalid.mode "input" has that
                rule), which also takes segments of the host's own connections where connection tracking misjudges them; or
                sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1, which translates such segments and delivers them.
                """,
            references: [
                "https://github.com/moby/libnetwork/issues/1090",
                "https://github.com/kubernetes/kubernetes/issues/74839",
                "nf_conntrack_tcp_be_liberal in https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
            ]),
        Page(
            id: .invalidLeaksForward, title: "INVALID segments of containers leave untranslated",
            symptom: """
                Packets with a container's private address show on the host's uplink. A provider or a firewall complains about
                10.x or 172.x sources. Connections of containers hang at their end, or the far side keeps half-open ones.
                """,
            cause: """
                Masquerading belongs to a connection, and an INVALID segment belongs to none. If nothing drops it in the forward
                chain it goes out as the container sent it.
                """,
            proof: """
                On the host, on the interface towards the world:

                    tcpdump -ni UPLINK 'src net 10.88.0.0/16 or src net 172.16.0.0/12'
                    conntrack -S | grep -o 'invalid=[0-9]*'
                    nft list table ip evenkeel       # the set "containers" lacks the container's bridge, or there is no table
                """,
            withEvenkeel: """
                sudo evenkeel apply --all puts the bridges of containers into the set "containers". Dropped in forward is what comes in
                by one of them, would leave by something that is none, has a sender that lives behind that bridge, and is INVALID.
                Left alone are what goes from container to container, machines of a LAN whose packets come by the host one way, and
                SYN-ACKs and resets of containers that are routed. The policy's invalid.forward turns that off.
                """,
            without: """
                iptables -I FORWARD -i BRIDGE -p tcp -m conntrack --ctstate INVALID -j DROP, for each bridge. Without the bridge
                it breaks routers and paths that only one direction of a connection takes. Netavark has such a rule since 1.8.
                """,
            references: [
                "https://github.com/containers/netavark/issues/1149",
                "https://github.com/kubernetes/kubernetes/issues/94861",
                "https://github.com/firewalld/firewalld/issues/1061",
            ]),
    ]

    static let invalidPolicy = [
        Page(
            id: .invalidPolicyConflict, title: "settings for INVALID segments that undo one another",
            symptom: """
                The rules for INVALID segments are there, and connections are reset all the same; or their counters stay at 0 though
                connection tracking counts INVALID; or someone else's connections are cut since they were put in.
                """,
            cause: """
                Some things make the rules meaningless or harmful. An eBPF data plane, such as Cilium's, or a notrack rule: packets
                never come to connection tracking, and the rules see none of them. nf_conntrack_tcp_loose=0: a connection of the
                host's own that connection tracking lost sight of is INVALID, and its peer has to be told; Evenkeel leaves its
                rules out then, takes away what is there, and says so. A drop in input, as an older version of Evenkeel made it and
                the policy's invalid.mode "input" does: it takes segments for the host's own sockets wherever connection tracking
                misjudges them, and cuts what IPVS forwards by direct routing. nf_conntrack_tcp_be_liberal=1: segments outside
                the window are not INVALID any more, so the rules find only what is damaged. Connections are saved either way, so
                that is information alone.
                """,
            proof: """
                On the host:

                    sysctl net.netfilter.nf_conntrack_tcp_be_liberal net.netfilter.nf_conntrack_tcp_loose
                    nft list ruleset | grep -n notrack; iptables-save -t raw | grep -i notrack
                    bpftool net list          # programs of tc or XDP on the interfaces
                    ipvsadm -Ln               # Route or Tunnel behind a server
                """,
            withEvenkeel: """
                sudo evenkeel host apply takes away chains that should not be there. Then choose one: the policy's invalid.mode
                "drop" with be_liberal=0 and loose=1, or "liberal" without the rules, or "keep" where another data plane is in
                charge.
                """,
            without: """
                Set be_liberal to 0 where a drop is wanted, and take the drop away where it is 1. Leave connections of an eBPF data
                plane to its own settings.
                """,
            references: [
                "https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
                "https://github.com/kubernetes/kubernetes/issues/94861", "nft(8), notrack",
            ])
    ]
}
