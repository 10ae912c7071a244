import Laboratory
import Testing

extension Engines {
    /// containerd names its namespaces as CNI does, or, of its own client, not at all.
    @Suite(.enabled(if: Containerd.isInstalled, "needs containerd and python3-grpcio"))
    struct WatchedContainerdTests {
        @Test(arguments: [true, false])
        func podsAndTasksAreFoundAndKept(isGuarded: Bool) throws {
            let host = try ContainerdHost(isGuarded: isGuarded)
            try host.run(Watched.start)
            try host.run("start c; safe c")
            try host.run(
                """
                ctr run -d --cni localhost/busybox:latest task /bin/sleep 1000
                pid=$(ctr task ls | awk '$1 == "task" { print $2 }')
                safe c /proc/$pid/ns/net
                # As another agent would, who sets a host's sysctls.
                for name in c /proc/$pid/ns/net; do inside $name sysctl -qw net.ipv4.conf.eth0.rp_filter=1; done
                safe c /proc/$pid/ns/net
                """)
            #expect(try host.run("eventually '(($(status .namespaces.kept) == 2))'; guarded") == "ip cni1\nip6 cni1")
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }
    }
}
