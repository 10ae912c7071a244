extension Page {
    static let invalid = [
        Page(
            id: .invalidNotDroppedInput, title: "the host answers INVALID segments with RST",
            symptom: """
                "Connection reset by peer" in the middle of a large download, push or backup from a container; from the host
                the same works. It happens more often on busy or long lines. The server says that the client reset the
                connection, and the client says that the server did.
                """,
            cause: """
                Connection tracking calls some TCP segments INVALID: far above the known window, acknowledging data it never
                saw, a stray SYN-ACK, a bad checksum (before Linux 6.1 also late segments). The kernel does not translate an
                INVALID segment back to the container, so it goes to the host itself. The host has no such socket and must
                answer with RST, which ends a healthy connection. Some engines drop INVALID in the forward chain, but the
                segment never passes there. Without address translation, or with nf_conntrack_tcp_be_liberal=1, this does not
                happen, and the doctor reports nothing.
                """,
            proof: """
                On the host:

                    conntrack -S | grep -o 'invalid=[0-9]*'            # rises; by two for each answered segment
                    nstat -az TcpOutRsts                               # rises with it
                    nft list ruleset | grep -n 'ct state invalid'      # none in an input or output chain
                    tcpdump -ni any 'tcp[tcpflags] & tcp-rst != 0'     # from the host's address, to the server

                sysctl net.netfilter.nf_conntrack_log_invalid=6 logs each of them.
                """,
            withEvenkeel: """
                sudo evenkeel host apply, or the next container that starts, makes the table "ip evenkeel" (and "ip6 evenkeel"
                if IPv6 is translated). A rule in input remembers INVALID segments for a second and drops nothing. A rule in
                output drops the bare RST that answers one of them. The peer sends the segment again, and the download goes
                on. Refusals of new connections and aborts by programs pass. The price: a peer that still holds a connection
                which the host has lost gets no RST and waits for its own time-out. While nf_conntrack_tcp_loose is 0 that
                peer needs the RST, so Evenkeel makes no rules.
                """,
            without: """
                iptables -I INPUT ! -i lo -p tcp -m conntrack --ctstate INVALID -j DROP (the rule of the policy's invalid.mode
                "input"). It also drops segments of the host's own connections that connection tracking misjudges. Or run
                sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1: the kernel then translates and delivers such segments.
                """,
            references: [
                "https://github.com/moby/libnetwork/issues/1090",
                "https://github.com/kubernetes/kubernetes/issues/74839",
                "nf_conntrack_tcp_be_liberal in https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
            ]),
        Page(
            id: .invalidLeaksForward, title: "INVALID segments of containers leave untranslated",
            symptom: """
                Packets with a container's private address appear on the host's uplink. A provider or a firewall complains
                about 10.x or 172.x sources. Connections of containers hang at their end, or the far side keeps half-open
                ones.
                """,
            cause: """
                Masquerading works per connection, and an INVALID segment belongs to none. If nothing drops it in the forward
                chain, it leaves with the container's address.
                """,
            proof: """
                On the host, on the interface towards the world:

                    tcpdump -ni UPLINK 'src net 10.88.0.0/16 or src net 172.16.0.0/12'
                    conntrack -S | grep -o 'invalid=[0-9]*'
                    nft list table ip evenkeel       # the set "containers" lacks the container's bridge, or there is no table
                """,
            withEvenkeel: """
                sudo evenkeel apply --all puts the containers' bridges into the set "containers". In forward a packet is
                dropped if it is INVALID, comes in by one of these bridges, comes from an address behind that bridge, and
                would leave by another kind of interface. Not dropped: traffic between containers, packets of LAN machines
                that pass the host in one direction only, and SYN-ACKs and resets of routed containers. The policy's
                invalid.forward turns the drop off.
                """,
            without: """
                iptables -I FORWARD -i BRIDGE -p tcp -m conntrack --ctstate INVALID -j DROP, for each bridge. Without -i
                BRIDGE the rule breaks routers and paths that only one direction of a connection takes. Netavark has such a
                rule since 1.8.
                """,
            references: [
                "https://github.com/containers/netavark/issues/1149",
                "https://github.com/kubernetes/kubernetes/issues/94861",
                "https://github.com/firewalld/firewalld/issues/1061",
            ]),
    ]

    static let invalidPolicy = [
        Page(
            id: .invalidPolicyConflict, title: "settings for INVALID segments that contradict each other",
            symptom: """
                The rules for INVALID segments are there, but connections are still reset. Or the rules' counters stay at 0
                although connection tracking counts INVALID. Or other connections break since the rules exist.
                """,
            cause: """
                Some settings make the rules useless or harmful. With an eBPF data plane, such as Cilium's, or a notrack rule,
                packets bypass connection tracking, so the rules see none of them. With nf_conntrack_tcp_loose=0 the host's
                connection that connection tracking has lost is INVALID, and its peer needs the RST; Evenkeel then makes no
                rules, removes existing ones, and says so. A drop in input (older versions of Evenkeel, and the policy's
                invalid.mode "input") also drops misjudged segments for the host's own sockets, and breaks what IPVS forwards
                by direct routing. With nf_conntrack_tcp_be_liberal=1 segments outside the window are not INVALID, so the
                rules match only damaged segments. Connections survive either way, so that is only information.
                """,
            proof: """
                On the host:

                    sysctl net.netfilter.nf_conntrack_tcp_be_liberal net.netfilter.nf_conntrack_tcp_loose
                    nft list ruleset | grep -n notrack; iptables-save -t raw | grep -i notrack
                    bpftool net list          # programs of tc or XDP on the interfaces
                    ipvsadm -Ln               # "Route" or "Tunnel" beside a server
                """,
            withEvenkeel: """
                sudo evenkeel host apply removes chains that should not be there. Then choose one invalid.mode in the policy:
                "drop" with be_liberal=0 and loose=1, "liberal" without the rules, or "keep" if another data plane is in
                charge.
                """,
            without: """
                To use a drop rule, set be_liberal to 0. To use be_liberal=1, remove the drop rule. Configure an eBPF data
                plane by its own settings.
                """,
            references: [
                "https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
                "https://github.com/kubernetes/kubernetes/issues/94861", "nft(8), notrack",
            ])
    ]
}
