import Laboratory
import Testing

extension Engines {
    /// podman with CNI changes the networks of a running container: the plugin runs for each one that comes or goes.
    @Suite(.enabled(if: Podman.version == 4, "podman 5 has left CNI behind"))
    struct CNIChangeTests {
        @Test func whicheverNetworkGoesTheBestOfTheOthersHasTheDefaultRouteAtOnce() throws {
            let host = try PodmanHost(.cni)
            try host.run("start c --network n1,n2 -p 8080:80")
            let first = try #require(try host.winner(of: "c"))
            try host.run("podman network connect n3 c")
            #expect(try host.winner(of: "c") == first)
            try expectNoFaults(on: host, after: "n3 came")

            try host.run("podman network disconnect \(first) c")
            let second = try #require(try host.winner(of: "c"))
            #expect(second != first)
            try expectNoFaults(on: host, after: "the winner went")

            let loser = try #require(["n1", "n2", "n3"].first { ![first, second].contains($0) })
            try host.run("podman network disconnect \(loser) c")
            #expect(try host.winner(of: "c") == second)
            #expect(try !host.run("inside c ip rule; inside c ip -6 rule").contains("proto 69"))
            try expectNoFaults(on: host, after: "a loser went")
        }

        @Test func reloadLeavesEveryContainerAsSafeAsItWas() throws {
            let host = try PodmanHost(.cni)
            try host.run("start c --network n1,n2 -p 8080:80; start d --network n2,n3")
            for change in ["network reload c", "network reload --all"] {
                let namespaces = "for name in c d; do readlink /proc/$(process $name)/ns/net; done"
                let before = try host.run(namespaces)
                try host.run("podman \(change)")
                #expect(try host.run(namespaces) == before)
                try expectNoFaults(on: host, after: change)
                let ofTheOther = try host.lines(
                    "filters d; probes=2; outgoing d 4 ping tcp udp; outgoing d 6 ping tcp udp")
                #expect(ofTheOther == [], "after \(change)")
                #expect(try host.defaultRoutes(of: "d").count == 1)
                #expect(try host.defaultRoutes(of: "d", family: 6).count == 1)
            }
        }

        @Test func whatStartsAgainIsSafeAtItsFirstActionAgain() throws {
            let host = try PodmanHost(.cni)
            try host.run("start c --network n1,n2 -p 8080:80")
            for change in ["restart -t 0 c", "stop -t 0 c; guarded; podman start c"] {
                #expect(try host.lines("podman \(change)").allSatisfy { $0 == "c" }, "a stopped container is guarded")
                let first = try host.firstAction(of: "c")
                #expect(first.defaultRoutes.count == 1, "after \(change)")
                for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
                try expectNoFaults(on: host, after: change)
            }
        }

        @Test func theLastContainerOfANetworkLeavesNothingOfOursOnTheHost() throws {
            let host = try PodmanHost(.cni)
            try host.run("start c --network n1,n2; start d --network n1")
            #expect(
                try host.lines("guarded") == ["ip cni-podman1", "ip cni-podman2", "ip6 cni-podman1", "ip6 cni-podman2"])
            try host.run("podman rm -f -t 0 c")
            #expect(try host.lines("guarded") == ["ip cni-podman1", "ip6 cni-podman1"])
            try host.run("podman rm -f -t 0 d")
            let leftovers = try host.lines("leftovers")
            #expect(leftovers == [])
            #expect(try host.run("podman ps -aq; ls /run/netns") == "far")
        }

        private func expectNoFaults(on host: PodmanHost, after change: String) throws {
            let faults = try host.faults(of: "c")
            #expect(faults == [], "after \(change)")
        }
    }
}
