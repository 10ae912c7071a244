extension Page {
    private static let sysctls = "https://docs.kernel.org/networking/nf_conntrack-sysctl.html"

    static let conntrack = [
        Page(
            id: .conntrackFull, title: "the table of connections is full",
            symptom: """
                "sendmsg: Operation not permitted", "ping: sendmsg: Operation not permitted", "connect: operation not permitted"
                on the host, as root, with no firewall rule that says so. In containers new connections time out, DNS fails, and
                those that exist go on. The kernel's log has "nf_conntrack: table full, dropping packet".
                """,
            cause: """
                Address translation needs an entry for each connection, and their number has a limit, nf_conntrack_max. When it
                is reached the kernel drops the first packet of each new one. Entries live on after the connection: 5 days for
                TCP that nobody closed, by default.

                The limit is the machine's, and each network namespace is measured by it on its own. So a container that translates
                for others (Docker or Kubernetes in a container, a VPN gateway), and the network namespace of rootless podman, may
                be full while the host's table is nearly empty. The doctor names the namespace that is.
                """,
            proof: """
                On the host, and again in the namespace that the finding names (nsenter -t PID -n). A container that translates
                nothing sees zeros:

                    sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max
                    conntrack -S                             # drop= and early_drop= rise
                    dmesg | grep 'nf_conntrack: table full'  # rate-limited: that there is nothing proves nothing
                    conntrack -L -p tcp | awk '{print $4}' | sort | uniq -c | sort -n      # in which state most of them are
                """,
            withEvenkeel: """
                sudo evenkeel host apply makes the table as large as the machine allows, never smaller than it is; the policy's
                conntrack.max, tcpEstablishedTimeout and genericTimeout choose. The limit is every namespace's, so that helps a
                container's own table as well. Who fills it: sudo evenkeel host top, and of a container's own
                sudo nsenter -t PID -n evenkeel host top.
                """,
            without: """
                sysctl -w net.netfilter.nf_conntrack_max=N, with a quarter of N written to
                /sys/module/nf_conntrack/parameters/hashsize; an entry takes some 320 bytes. Shorten
                nf_conntrack_tcp_timeout_established (86400 is plenty), and look for what opens so many connections. Timeouts are each
                namespace's own; the limit can be set on the host alone.
                """,
            references: [
                sysctls, "https://github.com/kubernetes/kubernetes/issues/71261",
                "https://github.com/kubernetes/kubernetes/issues/18604",
            ]),
        Page(
            id: .conntrackNearFull, title: "the table of connections is nearly full",
            symptom: """
                Nothing yet. At peak hours, or in a burst of DNS look-ups or scans, what conntrack-full describes.
                """,
            cause: """
                The number of entries comes close to nf_conntrack_max: nine tenths, if the policy's conntrack.warnAt says nothing
                else. Above 95% the kernel begins to drop entries that are not assured early, to make room.
                """,
            proof: """
                On the host:

                    sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max
                    conntrack -L | grep -c ESTABLISHED; conntrack -L | grep -c TIME_WAIT
                    conntrack -L | sed 's/ dst=.*//; s/.*src=//' | sort | uniq -c | sort -n | tail     # whose they are
                """,
            withEvenkeel: "sudo evenkeel host apply sizes the table for the machine.",
            without: "As for conntrack-full, before it is.",
            references: [sysctls, "https://github.com/kubernetes/kubernetes/issues/32435"]),
        Page(
            id: .conntrackDrops, title: "connection tracking has dropped packets",
            symptom: """
                Now and then a new connection fails, or takes a second or more longer than it should. Nothing is wrong when one
                looks.
                """,
            cause: """
                The counters since boot show that the table was full for a moment: packets of new connections were dropped
                (drop), or connections that nobody had answered yet were thrown out to make room (early_drop).

                The kernel also counts under drop when two packets raced to make the same entry, as a resolver's two questions
                from one port do, and then under insert_failed as well. Room does not help against that, so the doctor takes it
                off and says nothing of it: evenkeel host status shows it. Name look-ups that take five seconds are of that kind.
                """,
            proof: """
                On the host:

                    conntrack -S                     # a line for each processor; add them up
                    cat /proc/net/stat/nf_conntrack  # the same in hexadecimal, where conntrack is not installed

                Look again after a while: what counts is whether they rise.
                """,
            withEvenkeel: """
                sudo evenkeel host apply. sudo evenkeel host top tells who fills the table. For insert_failed there is nothing to
                set.
                """,
            without: """
                For drop and early_drop a larger table. For insert_failed with DNS: "options single-request-reopen" in resolv.conf
                of glibc, or a caching resolver beside the program.
                """,
            references: [
                "https://github.com/kubernetes/kubernetes/issues/56903", sysctls, "conntrack(8)",
            ]),
    ]

    static let conntrackLimits = [
        Page(
            id: .conntrackLimitConflict, title: "several set the size of the table of connections",
            symptom: """
                nf_conntrack_max is set in /etc/sysctl.d, and after a while, a restart or a reboot it has another value. The table
                is full again though it was made larger.
                """,
            cause: """
                kube-proxy writes the limit when it differs from its own, downwards too, and sysctl.d is applied before the module
                is loaded, when there is nothing to set, or after somebody else. The last one wins. Evenkeel does not fight them:
                it says who else does it.
                """,
            proof: """
                On the host:

                    grep -rs nf_conntrack_max /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d
                    ps -o args= -C kube-proxy | grep -o 'conntrack[^ ]*'     # or conntrack: in its configuration
                    sysctl net.netfilter.nf_conntrack_max
                """,
            withEvenkeel: """
                Say it in one place: the policy's conntrack.max, or "keep" there if kube-proxy or sysctl.d is to decide.
                """,
            without: """
                kube-proxy: conntrack.maxPerCore and conntrack.min in its configuration, 0 and 0 to leave it alone. sysctl.d: take
                the other lines out, and load nf_conntrack early by /etc/modules-load.d.
                """,
            references: [
                "https://github.com/kubernetes/kops/pull/2223", "https://github.com/kubernetes/kubernetes/issues/32435",
                "sysctl.d(5), modules-load.d(5)",
            ])
    ]
}
