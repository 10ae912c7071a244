import Laboratory
import Testing

extension Engines {
    /// Where the hook must hold back, and where it fires more often than there is something to do.
    @Suite struct HookTests {
        @Test(arguments: ["runc", "crun"])
        func aContainerInTheHostsNetworkLeavesTheHostAlone(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            // Two default routes of one metric, so there would be something to do.
            try host.run(
                """
                ip link add spare type veth peer name spare netns far
                ip addr add 203.0.113.1/24 dev spare
                ip link set spare up
                ip route append default via 198.51.100.2 dev uplink metric 100
                ip route append default via 203.0.113.2 dev spare metric 100
                """)
            let state =
                "ip -4 route show table all; ip rule; grep . /proc/sys/net/ipv4/conf/*/rp_filter; nft list ruleset"
            let before = try host.run(state)
            #expect(try host.run("podman run --rm --network host localhost/busybox ip route").contains("dev spare"))
            let after = try host.run(state)
            #expect(after == before)
            // The hook is there and would have acted.
            try host.run("start c --network n1,n2")
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 1)
        }

        @Test func theMembersOfAPodShareOneSafeNetwork() throws {
            let host = try PodmanHost()
            let fired = "readlink /proc/$(/usr/bin/jq .pid)/ns/net >>/run/fired"
            try host.run(
                "cat >\(HostScript.hooks)/witness.json",
                input: """
                    {"version": "1.0.0", "hook": {"path": "/bin/sh", "args": ["sh", "-c", "\(fired)"]},
                     "when": {"always": true}, "stages": ["createRuntime"]}
                    """)
            try host.run("podman pod create --name p --network n1,n2 -p 8080:80 --infra-command 'sleep 1000'")
            try host.run("join a p \"$program\"; join b p \"${program%nc*}sleep 1000\"")
            #expect(try host.run("sort /run/fired | uniq -c | awk '{ print $1 }'") == "3")
            for member in ["a", "b"] {
                let first = try host.firstAction(of: member)
                #expect(first.defaultRoutes.count == 1)
                #expect(first.filters["eth0"] == "2" && first.filters["eth1"] == "2")
            }
            let losses = try host.losses(of: "a")
            #expect(losses == [])
            try host.run("podman pod rm -f -t 0 p")
        }
    }
}
