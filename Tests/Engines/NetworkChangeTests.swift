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
            #expect(report.out.contains("(podman)"))
            #expect(report.err.contains("left alone: /run/netns/far"))
            let successor = try host.winner(of: "c")
            #expect(successor == (winner == "n1" ? "n2" : "n1"))
            let routes6 = try host.defaultRoutes(of: "c", family: 6)
            #expect(routes6.count == 1)
            #expect(try !host.run("inside c ip rule; inside c ip -6 rule").contains("proto 69"))
            let losses = try host.losses(of: "c")
            #expect(losses == [])
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
                let losses = try host.lines("probes=3; losses c")
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
