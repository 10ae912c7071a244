import Laboratory
import Testing

extension Engines {
    /// podman runs no hook when it changes the networks of a running container; with netavark `evenkeel apply` follows.
    @Suite struct NetworkChangeTests {
        @Test func theOtherNetworkAnswersAtOnceWhenTheWinnerIsDisconnected() throws {
            let host = try PodmanHost()
            try host.run("start c --network n1,n2 -p 8080:80")
            let winner = try #require(try host.winner(of: "c"))
            try host.run("podman network disconnect \(winner) c")
            let losses = try host.losses(of: "c", probes: 3)
            // Main has no default route by now, so of what is lost all but unbound IPv4 would be a surprise.
            #expect(losses.filter { !($0.hasPrefix("IPv4 ") && $0.contains(" from any: ")) } == [])
        }

        @Test func applyFindsTheContainerAndPutsADefaultRouteBack() throws {
            let host = try PodmanHost()
            try host.run("start c --network n1,n2 -p 8080:80")
            let winner = try #require(try host.winner(of: "c"))
            try host.run("podman network disconnect \(winner) c")
            #expect(try host.defaultRoutes(of: "c") == [])
            let report = try host.attempt("evenkeel apply --all")
            #expect(report.status == 0)
            #expect(report.out.contains("c (podman, "))
            #expect(report.err.contains("left alone: /run/netns/far"))
            let successor = try host.winner(of: "c")
            #expect(successor == (winner == "n1" ? "n2" : "n1"))
            let routes6 = try host.defaultRoutes(of: "c", family: 6)
            #expect(routes6.count == 1)
            #expect(try !host.run("inside c ip rule; inside c ip -6 rule").contains("proto 69"))
            let losses = try host.losses(of: "c")
            #expect(losses == [])
        }

        /// As a VPN client's container does, whose network another container joins: the hook runs once more.
        @Test func aTunnelTakesWhatItTookAndGivesItBack() throws {
            let host = try PodmanHost()
            try host.run("start c --network n1,n2 -p 8080:80")
            let before = try host.defaultRoutes(of: "c")
            try host.run(
                """
                inside c ip tuntap add dev tun0 mode tun
                inside c ip addr add 10.8.0.2/32 dev tun0
                inside c ip link set tun0 up
                inside c ip route add default dev tun0 metric 0
                podman run -d --name joined --network container:c localhost/busybox sleep 1000
                """)
            let after = try host.defaultRoutes(of: "c")
            #expect(after.count == 2 && after.contains { $0.hasPrefix("default dev tun0 ") })
            #expect(before.allSatisfy(after.contains))
            let beside = try host.lines(
                """
                for from in "" $(addresses c 4); do
                    inside c ip route get 198.51.100.2 ${from:+from $from} | grep -q 'dev tun0' || echo "${from:-any}"
                done
                """)
            #expect(beside == [])
            #expect(try host.lines("devices c").filter { $0.contains("198.51.100.2 by eth") } == [])
            try host.run("inside c ip link del tun0")
            #expect(try host.lines("losses c; devices c") == [])
            try host.run("podman rm -f -t 0 joined; podman rm -f -t 0 c")
        }

        @Test(arguments: ["runc", "crun"])
        func whatPodmanDoesToItsNetworksAfterwardsSucceeds(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run("start c --network n1,n2 -p 8080:80")
            let winner = try #require(try host.winner(of: "c"))
            for change in ["network disconnect \(winner) c", "network connect \(winner) c", "network reload c"] {
                try host.run("podman \(change)")
                let pid = try host.run("process c")
                try host.run("evenkeel apply --pid \(pid)")
                let routes = try host.defaultRoutes(of: "c")
                #expect(routes.count == 1, "after \(change)")
                let losses = try host.lines("probes=3; losses c; devices c")
                #expect(losses == [], "after \(change)")
                #expect(try host.run("evenkeel apply --pid \(pid)").contains("nothing to do"), "after \(change)")
            }
            try host.run("podman restart -t 0 c")
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 1)
            let losses = try host.losses(of: "c", probes: 3)
            #expect(losses == [])
            try host.run("podman rm -f -t 0 c")
            #expect(try host.run("podman ps -aq; ls /run/netns") == "far")
        }
    }
}
