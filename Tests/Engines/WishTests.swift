import Laboratory
import Testing

extension Engines {
    /// The network that a container wants to leave by, named as podman names it.
    @Suite struct WishTests {
        private let preferring = "start c --network n1,n2 -p 8080:80 --annotation evenkeel.default-route="

        @Test(arguments: ["n1", "n2"])
        func aNetworkIsPreferredByItsName(network: String) throws {
            let host = try PodmanHost()
            try host.run(preferring + network)
            #expect(try host.winner(of: "c") == network)
            // The second look finds nothing left to do: the wish is remembered.
            let again = try host.run("evenkeel apply --container c")
            #expect(again == "nothing to do")
            #expect(try host.losses(of: "c", probes: 2) == [])
        }

        @Test(arguments: ["runc", "crun"])
        func aNameThatIsNoneIsSaidAndWithFailRefused(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            let network = #"n[12] \(eth[01], 10\.89\.[12]\.0/24\)"#
            let complaint = try Regex(
                "evenkeel.default-route=m2 names none of \(network), \(network); did you mean n[12]\\?")
            let warned = try host.attempt(preferring + "m2 --annotation run.oci.hooks.stderr=/run/hook")
            #expect(warned.status == 0)
            // Only crun can be made to keep what a hook says when it succeeds.
            let said = try host.run("cat /run/hook 2>/dev/null || :")
            if runtime == "crun" { #expect(said.contains(complaint), "\(said)") }
            let found = try host.run("evenkeel doctor --container c || :")
            #expect(found.contains("wish-unmet") && found.contains(complaint), "\(found)")
            try host.run(
                """
                podman rm -f -t 0 c; rm -f /run/hook
                mkdir /etc/evenkeel; echo '{"onError": "fail"}' >/etc/evenkeel/policy.json
                """)
            let refused = try host.attempt(preferring + "m2 --annotation run.oci.hooks.stderr=/run/hook")
            #expect(refused.status != 0)
            let reason = refused.err + (try host.run("cat /run/hook 2>/dev/null || :"))
            #expect(reason.contains(complaint), "\(reason)")
            #expect(try host.run("podman inspect -f '{{.State.Running}}' c") == "false")
        }

        /// Its network comes later, goes, and comes back: the interface is another each time.
        @Test func aWishOutlivesItsNetwork() throws {
            let host = try PodmanHost()
            try host.run(
                """
                start c --network n1 --annotation evenkeel.default-route=n2
                start s --network n1 --annotation evenkeel.skip=true
                podman network connect n2 c; podman network connect n2 s
                """)
            for _ in 1...2 {
                let untouched = try host.defaultRoutes(of: "s")
                #expect(untouched.count == 2)
                try host.run("evenkeel apply --all")
                #expect(try host.winner(of: "c") == "n2")
                #expect(try host.defaultRoutes(of: "s") == untouched)
                try host.run(
                    """
                    podman network disconnect n2 c; evenkeel apply --all; podman network connect n2 c
                    podman restart -t 0 s
                    """)
            }
        }

        /// A user's networks are known by the files in that user's home.
        @Test(arguments: [1, 2])
        func aUsersNetworkIsPreferredByItsName(number: Int) throws {
            let host = try RootlessHost()
            try host.runAsUser("start c --network r1,r2 --annotation evenkeel.default-route=r\(number)")
            let routes = try host.runAsUser("podman exec c ip route | grep ^default")
            #expect(routes.hasPrefix("default via 10.87.\(number).1 ") && !routes.contains("\n"), "\(routes)")
        }

        /// CNI attaches one network after the other, and the plugin runs for each.
        @Test(.enabled(if: Podman.version == 4, "podman 5 has left CNI behind"), arguments: ["n1", "n2"])
        func aNetworkOfCNIIsPreferredByItsName(network: String) throws {
            let host = try PodmanHost(.cni)
            try host.run(
                """
                mkdir /etc/evenkeel; echo '{"defaultRoute": {"prefer": ["\(network)"]}}' >/etc/evenkeel/policy.json
                start c --network n1,n2,n3
                """)
            #expect(try host.winner(of: "c") == network)
        }

        @Test func theWatcherGoesByAWishAsSoonAsItsNetworkComes() throws {
            let host = try PodmanHost()
            try host.run(Watched.start + "start c --network n1 --annotation evenkeel.default-route=n2")
            for _ in 1...2 {
                try host.run("podman network connect n2 c; quiet")
                #expect(try host.winner(of: "c") == "n2")
                try host.run("podman network disconnect n2 c; quiet")
                #expect(try host.winner(of: "c") == "n1")
            }
            #expect(try host.run("podman rm -f -t 0 c >/dev/null; verdict") == "")
        }

        @Test func aRunningContainersWishIsChangedAndTakenBack() throws {
            let host = try PodmanHost()
            try host.run("start c --network n1,n2")
            for network in ["n2", "n1", "n2"] {
                try host.run("evenkeel apply --container c --default-route \(network)")
                #expect(try host.winner(of: "c") == network)
                #expect(try host.run("evenkeel apply --container c") == "nothing to do")
            }
            let refused = try host.attempt("evenkeel apply --container c --default-route n3")
            #expect(refused.status == 1)
            #expect(refused.err.contains("--default-route n3 names none of "))
            #expect(try host.winner(of: "c") == "n2")
            try host.run("evenkeel apply --container c --default-route ''")
            #expect(try host.winner(of: "c") == "n1", "the lowest prefix, as without a wish")
            #expect(try host.run("evenkeel apply --container c") == "nothing to do")
        }

        /// The list in the host's policy, the network's own, and the container's.
        @Test func ofWishesThatContradictTheContainersGoesFirstAndTheOthersAreNamed() throws {
            let host = try PodmanHost()
            try host.run(
                """
                mkdir /etc/evenkeel; echo '{"defaultRoute": {"prefer": ["n1"]}}' >/etc/evenkeel/policy.json
                """ + "\n" + preferring + "n2 --annotation run.oci.hooks.stderr=/run/hook --runtime crun")
            #expect(try host.winner(of: "c") == "n2")
            let said = try host.run("cat /run/hook")
            #expect(
                said.contains("is the container's own choice, which goes before")
                    && said.contains("what the host's policy prefers"), "\(said)")
        }
    }
}
