import Laboratory
import Testing

extension Engines {
    /// What becomes of a container for which the hook cannot do its work.
    @Suite struct RefusalTests {
        @Test(arguments: ["runc", "crun"])
        func aFaultyPolicyKeepsAContainerFromStartingOnlyIfErrorsRefuse(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run(
                "mkdir /etc/evenkeel; echo '{\"onError\":\"fail\",\"defaultRoutes\":{}}' >/etc/evenkeel/policy.json")
            let (status, said) = try start(on: host)
            #expect(status != 0)
            #expect(said.contains("/etc/evenkeel/policy.json: defaultRoutes is not a key of the policy"))
            #expect(
                said.contains(
                    "(did you mean defaultRoute?); allowed: defaultRoute, rpFilter, invalid, conntrack, onError"))
            #expect(try host.run("podman inspect -f '{{.State.Running}}' c") == "false")
            try host.run(
                """
                podman rm -f -t 0 c >/dev/null
                echo '{"defaultRoutes":{},"rpFilter":"keep"}' >/etc/evenkeel/policy.json
                start c --network n1,n2 --annotation run.oci.hooks.stderr=/run/hook
                """)
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1 && first.filters["default"] != "2", "all other keys hold")
        }

        /// It may have asked to leave everything alone.
        @Test(arguments: ["runc", "crun"])
        func aPolicyThatIsNoJSONLeavesContainersAsTheyAre(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run("mkdir -p /etc/evenkeel/policy.d; echo '{' >/etc/evenkeel/policy.d/10-site.json")
            let (status, said) = try start(on: host)
            #expect(status == 0)
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 2 && first.filters["default"] != "2")
            #expect(try !host.run("nft list tables").contains("evenkeel"))
            if runtime == "crun" { #expect(said.contains("/etc/evenkeel/policy.d/10-site.json is not JSON")) }
        }

        @Test(arguments: ["runc", "crun"])
        func whatTheKernelRefusesOnTheHostKeepsNoContainerFromStarting(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run(ownTheTable)
            let (status, said) = try start(on: host)
            #expect(status == 0)
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 1)
            // Only crun can be made to keep what a hook says when it succeeds.
            if runtime == "crun" {
                #expect(said.contains("EPERM") && said.contains("the container starts all the same"))
            }
        }

        @Test(arguments: ["runc", "crun"])
        func withOnErrorFailItDoes(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run(ownTheTable)
            try host.run("mkdir /etc/evenkeel; echo '{\"onError\": \"fail\"}' >/etc/evenkeel/policy.json")
            let (status, said) = try start(on: host)
            #expect(status != 0)
            #expect(said.contains("table ip evenkeel") && said.contains("EPERM"))
            #expect(try host.run("podman inspect -f '{{.State.Running}}' c") == "false")
        }

        /// podman 4 copies an image's annotations to its containers, podman 5 does not.
        @Test(.enabled(if: Podman.version == 4, "needs podman 4"), arguments: ["runc", "crun"])
        func anImageIsLeftAloneOnlyIfTheHostLetsIt(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run(
                """
                echo 'FROM localhost/busybox' >/root/Containerfile
                podman build --quiet --annotation evenkeel.skip=true --tag localhost/busybox /root >/dev/null
                start a --network n1,n2
                mkdir /etc/evenkeel; echo '{"annotations": {"allow": []}}' >/etc/evenkeel/policy.json
                """)
            #expect(try host.run("podman inspect -f '{{index .Config.Annotations \"evenkeel.skip\"}}' a") == "true")
            #expect(try host.firstAction(of: "a").defaultRoutes.count == 2)
            let (status, said) = try start(on: host)
            #expect(status == 0)
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 1)
            // Only crun can be made to keep what a hook says when it succeeds.
            if runtime == "crun" { #expect(said.contains("annotation evenkeel.skip is ignored: annotations.allow")) }
        }

        /// The status of podman, and what the hook said: runc repeats it, crun throws it away unless told where to.
        private func start(on host: PodmanHost) throws -> (status: Int32, said: String) {
            let output = try host.attempt("start c --network n1,n2 --annotation run.oci.hooks.stderr=/run/hook")
            return (output.status, output.err + (try host.run("cat /run/hook 2>/dev/null || :")))
        }

        /// A table with an owner can be changed by the owner alone, which is who holds the socket it was made through.
        private let ownTheTable = """
            (echo 'add table ip evenkeel { flags owner; }'; exec sleep 1000) | nft -i >/dev/null 2>&1 &
            for _ in {1..100}; do ! nft list table ip evenkeel >/dev/null 2>&1 || exit 0; sleep 0.1; done
            exit 1
            """
    }
}
