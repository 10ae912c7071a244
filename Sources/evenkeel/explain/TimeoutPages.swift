extension Page {
    static let conntrackTimeouts = [
        Page(
            id: .conntrackTimeoutShort, title: "idle TCP connections are forgotten early",
            symptom: """
                A database pool, an SSH session or a message queue over a published port works. After a quiet time the next
                query gets "Connection reset by peer" or hangs. Always after the same time of silence.
                """,
            cause: """
                The connection tracking table keeps an idle connection for nf_conntrack_tcp_timeout_established after its last
                packet: 5 days in the kernel, one day with kube-proxy. Some shorten it to an hour or less to keep the table
                small. The kernel forgets a connection that is idle for longer. If the container sends first after that, its
                segment leaves untranslated, or as a new connection from another port, and the peer answers with a reset.

                TCP sends a keep-alive after 2 hours, and only if the program asks for it (SO_KEEPALIVE). So RFC 5382 requires
                a translator to wait at least 2 hours and 4 minutes, 7440 seconds.
                """,
            proof: """
                On the host:

                    sysctl net.netfilter.nf_conntrack_tcp_timeout_established
                    conntrack -L -p tcp --state ESTABLISHED | head -n 3     # the third column: seconds until it is forgotten

                In the container's namespace, what keeps connections alive (a program's timer, or "keepalive"):

                    ss -tno state established
                    sysctl net.ipv4.tcp_keepalive_time
                """,
            withEvenkeel: """
                Set the policy's conntrack.tcpEstablishedTimeout to 7440 or more, or remove it, and run sudo evenkeel host
                apply. If the table is then too small, enlarge it with conntrack.max.
                """,
            without: """
                sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=86400, and remove the smaller value from
                /etc/sysctl.d. Or let one side send more often: tcp_keepalives_idle of PostgreSQL, ServerAliveInterval of ssh,
                a lifetime for idle connections in the pool, net.ipv4.tcp_keepalive_time in the container for programs with
                SO_KEEPALIVE.
                """,
            references: [
                "RFC 5382, section 5, REQ-5", "https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
                "https://github.com/moby/moby/issues/31208", "https://github.com/cockroachdb/cockroach/issues/13823",
            ])
    ]
}
