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
            let faults = try host.faults(of: "c", probes: 6)
            #expect(faults == [])
        }

        /// The control.
        @Test func withoutThePluginItHasTwoDefaultRoutesAndLoses() throws {
            let host = try PodmanHost(.cni, isGuarded: false)
            try host.run("start c --network n1,n2 -p 8080:80")
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 2)
            let losses = try host.run("probes=2; outgoing c 4 ping tcp udp")
            for kind in ["ping", "tcp", "udp"] { #expect(losses.contains("IPv4 \(kind) from 10.89."), "\(losses)") }
            #expect(try host.lines("guarded") == [])
        }

        @Test func inAUserNamespaceOfItsOwnItIsAsSafe() throws {
            let host = try PodmanHost(.cni)
            try host.run("start c --network n1,n2 -p 8080:80 --uidmap 0:100000:5000")
            #expect(try host.lines("awk '{ print $2 }' /proc/$(process c)/uid_map") == ["100000"])
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1)
            for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
            let faults = try host.faults(of: "c")
            #expect(faults == [])
        }

        @Test func theMembersOfAPodShareOneSafeNetwork() throws {
            let host = try PodmanHost(.cni)
            try host.run(
                """
                podman pod create --name p --network n1,n2 -p 8080:80 --sysctl net.ipv4.conf.all.rp_filter=1
                join a p "$program"
                """)
            let alone = try host.faults(of: "a")
            #expect(alone == [])
            try host.run("join b p \"${program%nc*}sleep 1000\"")
            for member in ["a", "b"] {
                let first = try host.firstAction(of: member)
                #expect(first.defaultRoutes.count == 1)
                #expect(first.filters["all"] == "1" && first.filters["eth0"] == "2" && first.filters["eth1"] == "2")
            }
            let together = try host.faults(of: "a")
            #expect(together == [])
            try host.run("podman pod rm -f -t 0 p")
            let leftovers = try host.lines("leftovers")
            #expect(leftovers == [])
        }

        @Test func aFaultyPolicyKeepsAContainerFromStartingOnlyIfErrorsRefuse() throws {
            let host = try PodmanHost(.cni)
            try host.run(
                "mkdir /etc/evenkeel; echo '{\"rpFilter\": \"lose\"}' >/etc/evenkeel/policy.json; start a --network n1,n2"
            )
            #expect(try host.firstAction(of: "a").defaultRoutes.count == 1)
            try host.run("echo '{\"rpFilter\": \"lose\", \"onError\": \"fail\"}' >/etc/evenkeel/policy.json")
            let output = try host.attempt("start c --network n1,n2")
            #expect(output.status != 0)
            #expect(output.err.contains("rpFilter"))
            #expect(output.err.contains("loose"))
        }
    }
}
