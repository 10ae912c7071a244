import Laboratory
import Testing

extension Engines {
    /// A host that starts many containers at once.
    @Suite struct ManyTests {
        @Test func manyStartEightAtATimeAndLeaveNothingButTheHostsRules() throws {
            let host = try PodmanHost()
            let many = 48
            try host.run(
                """
                seq \(many) | xargs -P 8 -I '{}' podman run -d --name 'c{}' --network n1,n2 localhost/busybox sleep 1000 \
                    >/dev/null
                """)
            #expect(try host.run("podman ps -q | wc -l") == "\(many)")
            let routes = try host.run(
                """
                for pid in $(podman inspect -f '{{.State.Pid}}' $(podman ps -q)); do
                    nsenter -t $pid -n ip route show default | wc -l
                    nsenter -t $pid -n ip -6 route show default | grep -c via
                done | sort | uniq -c | xargs
                """)
            #expect(routes == "\(2 * many) 1")
            try host.run("podman rm -fa -t 0 >/dev/null")
            #expect(try host.run("ls /run/netns") == "far")
            #expect(try !host.run("ip -o link; ip rule; ip route show table all").contains("17739"))
            for family in ["ip", "ip6"] {
                #expect(try host.run("nft list table \(family) evenkeel | grep -c comment") == "3")
            }
        }
    }
}
