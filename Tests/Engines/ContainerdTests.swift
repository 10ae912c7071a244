import Laboratory
import Testing

extension Engines {
    /// containerd with the plugin last in the list of a network.
    @Suite(.enabled(if: Containerd.isInstalled, "needs containerd and python3-grpcio"))
    struct ContainerdTests {
        /// Of its own client the namespace is that of a process, and gone by the time of DEL. Since 1.7
        /// the client asks twice, the second time with nothing left.
        @Test func aContainerIsSafeAtItsFirstActionAndMayEndBeforeItsNetwork() throws {
            let host = try ContainerdHost(networks: 2)
            let client = try startWithClient("c", on: host)
            let first = try #require(FirstAction(try host.run("cat /run/look")))
            #expect(first.defaultRoutes.count == 1)
            #expect(first.filters["eth0"] == "2" && first.filters["default"] == "2")
            #expect(try host.lines("guarded") == ["ip cni1", "ip6 cni1"])
            #expect(try host.run("nft list chain ip evenkeel input").contains("ct state invalid update @misjudged {"))
            #expect(try host.calls().map(\.command) == ["ADD"])
            try endWithClient("c", client, on: host)
            let end = try host.calls()
            #expect(end.first == ContainerdHost.Call(command: "DEL", namespace: "", hasResult: true), "\(end)")
            #expect(end.allSatisfy { $0.command == "DEL" })
        }

        @Test func itsEndLeavesNothingThoughTheKernelIsNotDoneWithItsNamespace() throws {
            let host = try ContainerdHost()
            for name in ["c", "d", "e"] {
                let client = try startWithClient(name, on: host)
                #expect(try host.lines("guarded") == ["ip cni1", "ip6 cni1"])
                // With others to take apart the kernel is later with this one.
                try host.run("for _ in {1..40}; do unshare --net true & done")
                try endWithClient(name, client, on: host)
                let leftovers = try host.lines("leftovers")
                #expect(leftovers == [])
            }
        }

        /// Starts a container with containerd's own client, which waits for its end; the client's process.
        private func startWithClient(_ name: String, on host: ContainerdHost) throws -> String {
            try host.run(
                """
                rm -f /run/look
                look="$look; exec sleep 1000"
                ctr run --rm --cni localhost/busybox:latest \(name) /bin/sh -c "$look" >/run/look 2>/run/said &
                for _ in {1..100}; do ! grep -qs lo/rp_filter /run/look || break; sleep 0.1; done
                echo $!
                """)
        }

        /// The client that has ended stays a process, because nobody waits for it, but one without a program.
        private func endWithClient(_ name: String, _ client: String, on host: ContainerdHost) throws {
            try host.run(
                """
                ctr task kill -s KILL \(name)
                for _ in {1..100}; do readlink /proc/\(client)/exe >/dev/null || exit 0; sleep 0.1; done
                cat /run/said >&2
                exit 1
                """)
        }

        @Test func aPodWithAPublishedPortIsSafeUntilItIsRemoved() throws {
            let host = try ContainerdHost()
            try host.run("start c --publish 8080:80")
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1)
            #expect(first.filters["all"] == "1" && first.filters["eth0"] == "2" && first.filters["default"] == "2")
            let faults = try host.faults(of: "c", probes: 4)
            #expect(faults == [])
            let namespace = try #require(try host.calls().first).namespace
            #expect(namespace.contains("/netns/cni-"))

            try host.run("cri stop-pod $(</run/pods/c)")
            #expect(try host.calls() == [ContainerdHost.Call(command: "DEL", namespace: namespace, hasResult: true)])
            let leftovers = try host.lines("leftovers")
            #expect(leftovers == [])
            try host.run("cri remove-pod $(</run/pods/c)")
            #expect(try host.calls() == [ContainerdHost.Call(command: "DEL", namespace: "", hasResult: false)])
            let removed = try host.run("leftovers; ls /run/netns; ctr -n k8s.io container ls -q")
            #expect(removed == "far")
        }

        /// The CRI runs the lists of all networks at the same time.
        @Test func aPodOnTwoNetworksIsSafeAlthoughBothAreAttachedAtOnce() throws {
            let host = try ContainerdHost(networks: 2)
            try host.run("start c --publish 8080:80")
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1)
            for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
            let faults = try host.faults(of: "c", probes: 4)
            #expect(faults == [])
            try host.run("cri remove-pod $(</run/pods/c)")
            let leftovers = try host.lines("leftovers")
            #expect(leftovers == [])
        }

        /// The control.
        @Test func withoutThePluginAPodOnTwoNetworksLoses() throws {
            let host = try ContainerdHost(networks: 2, isGuarded: false)
            try host.run("start c --publish 8080:80")
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 2)
            let losses = try host.run("probes=2; outgoing c 4 tcp")
            #expect(losses.contains("IPv4 tcp from 10.89."))
        }
    }
}

/// The containerd that is installed.
enum Containerd {
    /// Whether it is there, with what its client for pods needs.
    static let isInstalled =
        !EngineSandbox.version(of: "containerd").isEmpty
        && EngineSandbox.answer(["/usr/bin/python3", "-c", "import grpc"]) != nil

    /// Whether it can tell of pods by NRI, as 1.7 and later can.
    static let hasNRI = !EngineSandbox.version(of: "containerd").lexicographicallyPrecedes([1, 7])

    /// Whether it reads files beside a list, as libcni does since 1.3.
    static let knowsDropIns =
        isInstalled
        && (try? Shell.run(["grep", "-q", "loadOnlyInlinedPlugins", EngineSandbox.below + "/usr/bin/containerd"]))?
            .status == 0
}
