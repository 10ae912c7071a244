extension Page {
    private static let sysctls = "https://docs.kernel.org/networking/nf_conntrack-sysctl.html"

    static let conntrack = [
        Page(
            id: .conntrackFull, title: "the connection tracking table is full",
            symptom: """
                "sendmsg: Operation not permitted", "ping: sendmsg: Operation not permitted",
                "connect: operation not permitted" on the host, even as root and without a firewall rule that forbids it. In
                containers new connections time out and DNS fails, while existing connections go on. The kernel's log has
                "nf_conntrack: table full, dropping packet".
                """,
            cause: """
                Address translation needs a table entry for each connection, and nf_conntrack_max limits their number. At the
                limit the kernel drops the first packet of each new connection. An entry outlives its connection: by default 5
                days for a TCP connection that nobody closed.

                The limit is the same for the whole machine, but each network namespace counts its own entries. So a container
                that translates for others (Docker or Kubernetes in a container, a VPN gateway), or rootless podman's network
                namespace, may be full while the host's table is nearly empty. The doctor names the full namespace.
                """,
            proof: """
                On the host, and in the namespace that the finding names (nsenter -t PID -n). A container that translates
                nothing shows zeros:

                    sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max
                    conntrack -S                             # drop= and early_drop= rise
                    dmesg | grep 'nf_conntrack: table full'  # rate-limited: an empty result proves nothing
                    conntrack -L -p tcp | awk '{print $4}' | sort | uniq -c | sort -n      # counts the states
                """,
            withEvenkeel: """
                sudo evenkeel host apply makes the table as large as the machine allows, never smaller than it is. The
                policy's conntrack.max, tcpEstablishedTimeout and genericTimeout set the values. The limit holds for every
                namespace, so this helps a container's own table as well. sudo evenkeel host top shows who fills the table;
                for a container's own table, sudo nsenter -t PID -n evenkeel host top.
                """,
            without: """
                Run sysctl -w net.netfilter.nf_conntrack_max=N, and write a quarter of N to
                /sys/module/nf_conntrack/parameters/hashsize. An entry takes some 320 bytes. Shorten
                nf_conntrack_tcp_timeout_established (86400 is plenty), and find out what opens so many connections. Each
                namespace has its own timeouts; the limit can only be set on the host.
                """,
            references: [
                sysctls, "https://github.com/kubernetes/kubernetes/issues/71261",
                "https://github.com/kubernetes/kubernetes/issues/18604",
            ]),
        Page(
            id: .conntrackNearFull, title: "the connection tracking table is nearly full",
            symptom: """
                None yet. At peak hours, or in a burst of DNS look-ups or scans, the symptoms of conntrack-full.
                """,
            cause: """
                The number of entries is close to nf_conntrack_max: above nine tenths, unless the policy's conntrack.warnAt
                sets another share. Above 95% the kernel begins to drop unassured entries early, to make room.
                """,
            proof: """
                On the host:

                    sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max
                    conntrack -L | grep -c ESTABLISHED; conntrack -L | grep -c TIME_WAIT
                    conntrack -L | sed 's/ dst=.*//; s/.*src=//' | sort | uniq -c | sort -n | tail     # by source address
                """,
            withEvenkeel: "sudo evenkeel host apply sizes the table for the machine.",
            without: "As for conntrack-full, but before the table is full.",
            references: [sysctls, "https://github.com/kubernetes/kubernetes/issues/32435"]),
        Page(
            id: .conntrackDrops, title: "connection tracking has dropped packets",
            symptom: """
                Now and then a new connection fails, or takes a second or more too long. When you look, nothing is wrong.
                """,
            cause: """
                The counters since boot show that the table was full for a moment. The kernel dropped packets of new
                connections (drop), or removed unanswered connections to make room (early_drop).

                When two packets race to make the same entry, as a resolver's two questions from one port do, the kernel
                counts one under both drop and insert_failed. A larger table does not help against that, so the doctor
                subtracts these and does not report them; evenkeel host status shows them. Name look-ups that take five
                seconds have this cause.
                """,
            proof: """
                On the host:

                    conntrack -S                     # one line per processor; add them up
                    cat /proc/net/stat/nf_conntrack  # the same in hexadecimal, if conntrack is not installed

                Look again after a while: only rising counters matter.
                """,
            withEvenkeel: """
                sudo evenkeel host apply enlarges the table; sudo evenkeel host top shows who fills it. No setting helps
                against insert_failed.
                """,
            without: """
                Against drop and early_drop: a larger table. Against insert_failed with DNS: "options single-request-reopen"
                in resolv.conf of glibc, or a caching resolver beside the program.
                """,
            references: [
                "https://github.com/kubernetes/kubernetes/issues/56903", sysctls, "conntrack(8)",
            ]),
    ]

    static let conntrackLimits = [
        Page(
            id: .conntrackLimitConflict,
            title: "several programs or files set the size of the connection tracking table",
            symptom: """
                nf_conntrack_max is set in /etc/sysctl.d, but after a while, a restart or a reboot it has another value. The
                table is full again although it was made larger.
                """,
            cause: """
                kube-proxy sets its own limit, even if that is lower. systemd applies sysctl.d before the module is loaded,
                when there is nothing to set, or after another program has set the limit. The last one wins. Evenkeel does not
                fight them: it names who else sets the limit.
                """,
            proof: """
                On the host:

                    grep -rs nf_conntrack_max /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d
                    ps -o args= -C kube-proxy | grep -o 'conntrack[^ ]*'     # or "conntrack:" in its configuration
                    sysctl net.netfilter.nf_conntrack_max
                """,
            withEvenkeel: """
                Set the limit in one place: the policy's conntrack.max. Set that to "keep" if kube-proxy or sysctl.d is to
                decide.
                """,
            without: """
                kube-proxy: set conntrack.maxPerCore and conntrack.min in its configuration; with both at 0 it leaves the
                limit alone. sysctl.d: remove the other lines, and load nf_conntrack early by a file in /etc/modules-load.d.
                """,
            references: [
                "https://github.com/kubernetes/kops/pull/2223", "https://github.com/kubernetes/kubernetes/issues/32435",
                "sysctl.d(5), modules-load.d(5)",
            ])
    ]
}
