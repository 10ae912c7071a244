import Laboratory
import Testing

extension Engines {
    /// podman with CNI: the plugin, last in each network's list, runs for every attachment.
    @Suite(.enabled(if: Podman.version == 4, "podman 5 has left CNI behind"))
    struct CNITests {
        @Test(arguments: ["runc", "crun"])
        func aContainerOnTwoNetworksIsSafeAtItsFirstAction(runtime: String) throws {
            let host = try PodmanHost(.cni, runtime: runtime)
            try host.run("start c --network n1,n2 -p 8080:80")
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1)
            for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
            let routes6 = try host.defaultRoutes(of: "c", family: 6)
            #expect(routes6.count == 1)
            let losses = try host.losses(of: "c")
            #expect(losses == [])
        }

        /// The control.
        @Test func withoutThePluginItHasTwoDefaultRoutesAndLoses() throws {
            let host = try PodmanHost(.cni, isGuarded: false)
            try host.run("start c --network n1,n2 -p 8080:80")
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 2)
            #expect(try host.run("probes=4; pings c 4").contains("IPv4 ping from 10.89."))
        }

        @Test func whenTheWinnerIsDisconnectedTheOthersDefaultRouteIsBackAtOnce() throws {
            let host = try PodmanHost(.cni)
            try host.run("start c --network n1,n2 -p 8080:80")
            let winner = try #require(try host.winner(of: "c"))
            try host.run("podman network disconnect \(winner) c")
            let successor = try host.winner(of: "c")
            #expect(successor == (winner == "n1" ? "n2" : "n1"))
            let routes6 = try host.defaultRoutes(of: "c", family: 6)
            #expect(routes6.count == 1)
            let losses = try host.losses(of: "c")
            #expect(losses == [])
        }

        @Test func connectReloadRestartAndRemoveSucceedAndStaySafe() throws {
            let host = try PodmanHost(.cni)
            try host.run("start c --network n1 -p 8080:80")
            for change in ["network connect n2 c", "network reload c", "restart -t 0 c"] {
                try host.run("podman \(change)")
                let routes = try host.defaultRoutes(of: "c")
                #expect(routes.count == 1, "after \(change)")
                let routes6 = try host.defaultRoutes(of: "c", family: 6)
                #expect(routes6.count == 1, "after \(change)")
                #expect(try host.run("inside c ip -o -4 addr show scope global | wc -l") == "2", "after \(change)")
                let losses = try host.losses(of: "c", probes: 3)
                #expect(losses == [], "after \(change)")
            }
            try host.run("podman rm -f -t 0 c")
            #expect(try host.run("podman ps -aq; ls /run/netns") == "far")
        }

        @Test func aBrokenPolicyKeepsAContainerFromStartingAndSaysWhy() throws {
            let host = try PodmanHost(.cni)
            try host.run("mkdir /etc/evenkeel; echo '{\"rpFilter\": \"lose\"}' >/etc/evenkeel/policy.json")
            let output = try host.attempt("start c --network n1,n2")
            #expect(output.status != 0)
            #expect(output.err.contains("rpFilter"))
            #expect(output.err.contains("loose"))
        }
    }
}
