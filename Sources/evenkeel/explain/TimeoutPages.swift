extension Page {
    static let conntrackTimeouts = [
        Page(
            id: .conntrackTimeoutShort, title: "idle TCP connections are forgotten early",
            symptom: """
                A database pool, an SSH session or a message queue over a published port works, is quiet for a while, and then gets
                "Connection reset by peer" or hangs with the first query. Always after the same time of silence.
                """,
            cause: """
                A translated connection lives in the connection tracking table for as long as nf_conntrack_tcp_timeout_established
                says behind its last packet: 5 days in the kernel, one day with kube-proxy. Some shorten it to an hour or less to
                keep the table small. A connection that says nothing for longer is forgotten. When the container speaks first
                after that, its segment leaves untranslated, or as a new connection from another port, and the peer answers with
                a reset.

                TCP itself asks whether the other end is there after 2 hours, and only where a program wants it (SO_KEEPALIVE).
                So RFC 5382 has a translator wait for at least 2 hours and 4 minutes, 7440 seconds.
                """,
            proof: """
                On the host:

                    sysctl net.netfilter.nf_conntrack_tcp_timeout_established
                    conntrack -L -p tcp --state ESTABLISHED | head -n 3     # the third column: seconds until it is forgotten

                In the container's namespace, what keeps connections alive (a timer of its own, or "keepalive"):

                    ss -tno state established
                    sysctl net.ipv4.tcp_keepalive_time
                """,
            withEvenkeel: """
                conntrack.tcpEstablishedTimeout of 7440 or more in the policy, or none, and sudo evenkeel host apply. If the table is
                too small for that, make the table larger: conntrack.max.
                """,
            without: """
                sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=86400, and out of /etc/sysctl.d with the smaller one. Or
                have one side speak more often: tcp_keepalives_idle of PostgreSQL, ServerAliveInterval of ssh, a lifetime for idle
                connections in the pool, net.ipv4.tcp_keepalive_time in the container for programs with SO_KEEPALIVE.
                """,
            references: [
                "RFC 5382, section 5, REQ-5", "https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
                "https://github.com/moby/moby/issues/31208", "https://github.com/cockroachdb/cockroach/issues/13823",
            ])
    ]
}
