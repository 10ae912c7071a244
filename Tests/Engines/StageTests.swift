import Laboratory
import Testing

extension Engines {
    /// The stages of a container's life at which a runtime may be told to run the hook.
    @Suite struct StageTests {
        @Test(arguments: ["runc", "crun"])
        func atEachStageBeforeTheStartItMakesTheFirstActionSafe(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime, isGuarded: false)
            for stage in ["prestart", "createRuntime"] {
                try host.addHook(stages: [stage])
                try host.run("start c --network n1,n2")
                #expect(try host.firstAction(of: "c").defaultRoutes.count == 1, "\(stage)")
                try host.run("podman rm -f -t 0 c")
            }
        }

        /// runc runs what is meant for after the start before it.
        @Test func afterTheStartItCatchesUpWithNetworksThatCameLate() throws {
            let host = try PodmanHost(runtime: "crun", isGuarded: false)
            try host.addHook(stages: ["poststart"])
            try host.run("start c \(PodmanHost.withOwnUsers) --network n1,n2 -p 8080:80")
            let routes = try host.defaultRoutes(of: "c")
            #expect(routes.count == 1)
            let losses = try host.losses(of: "c", probes: 5)
            #expect(losses == [])
        }

        @Test(arguments: ["runc", "crun"])
        func inTheContainerItRefusesAndNamesTheStagesToUse(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime, isGuarded: false)
            try host.addHook(stages: ["createContainer"])
            let output = try host.attempt("start c --network n1,n2 --annotation run.oci.hooks.stderr=/run/hook")
            #expect(output.status != 0)
            let said = output.err + (try host.run("cat /run/hook 2>/dev/null || :"))
            #expect(said.contains("use createRuntime, prestart or poststart"))
            #expect(try host.run("podman inspect -f '{{.State.Running}}' c") == "false")
        }

        /// There the hook is looked for inside, and what it says is the container's own output.
        @Test(arguments: ["runc", "crun"])
        func soItDoesInPlaceOfItsFirstProcess(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime, isGuarded: false)
            try host.addHook(stages: ["startContainer"])
            // The hook's libraries are the host's.
            try host.run("start c -v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro --network n1,n2 || :")
            #expect(try host.run("podman wait c") != "0")
            #expect(try host.attempt("podman cp c:/first-action -").status != 0)
            let said = try host.run("podman logs c 2>&1")
            let expected =
                ["runc": "use createRuntime, prestart or poststart", "crun": "evenkeel-hook` (exit code: 1)"][runtime]
            #expect(said.contains(try #require(expected)))
        }

        @Test(arguments: ["runc", "crun"])
        func afterTheEndTheHostForgetsWhatNobodyIsBehind(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime, isGuarded: false)
            try host.addHook(stages: ["createRuntime", "poststop"])
            try host.run(networksByHand)
            try host.run("start kept --network n1")
            for name in ["bridged", "bare"] { try host.run("start \(name) --network ns:/run/netns/\(name)") }
            try host.run("start c --network n2")
            #expect(try host.guardedInterfaces() == ["bare", "bridge", "podman1", "podman2"])
            // netavark removes the bridge of an empty network; a pair goes whole; and a bridge may stay without ports.
            for (name, left) in [
                ("c", ["bare", "bridge", "podman1"]), ("bare", ["bridge", "podman1"]), ("bridged", ["podman1"]),
            ] {
                try host.run("ip link del \(name) 2>/dev/null || :; podman rm -f -t 0 \(name)")
                #expect(try host.guardedInterfaces() == left, "after \(name)")
            }
            #expect(try host.run("ip -o link show type bridge").contains("bridge"))
            // What ended keeps nothing from ending, not even where nothing of ours is left.
            try host.run("nft delete table ip evenkeel; podman rm -f -t 0 kept")
            #expect(try host.run("podman ps -aq") == "")
        }

        /// The control: what is said above is the work of the hook after the end.
        @Test func withoutThatStageTheHostStillKnowsThem() throws {
            let host = try PodmanHost(isGuarded: false)
            try host.addHook(stages: ["createRuntime"])
            try host.run("start c --network n1,n2; podman rm -f -t 0 c")
            #expect(try host.guardedInterfaces() == ["podman1", "podman2"])
        }

        private let networksByHand = """
            ip link add bridge type bridge
            ip link set bridge up
            for name in bridged bare; do
                ip netns add $name
                ip link add $name type veth peer name eth0 netns $name
                [[ $name == bare ]] || ip link set $name master bridge
                ip link set $name up
                ip -n $name link set eth0 up
            done
            ip addr add 10.91.1.1/24 dev bridge
            ip addr add 10.91.2.1/24 dev bare
            ip -n bridged addr add 10.91.1.2/24 dev eth0
            ip -n bridged route add default via 10.91.1.1
            ip -n bare addr add 10.91.2.2/24 dev eth0
            ip -n bare route add default via 10.91.2.1
            # With a connection to translate there is something to look after.
            nft 'add table ip hand; add chain ip hand post { type nat hook postrouting priority 100; }'
            """
    }
}

extension PodmanHost {
    /// Has podman run the hook at other stages than it would be installed for.
    func addHook(stages: [String], path: String = "/usr/local/libexec/evenkeel/evenkeel-hook") throws {
        let names = stages.map { "\"\($0)\"" }.joined(separator: ", ")
        try run(
            "mkdir -p \(HostScript.hooks); cat >\(HostScript.hooks)/evenkeel.json",
            input: """
                {"version": "1.0.0", "hook": {"path": "\(path)"}, "when": {"always": true}, "stages": [\(names)]}
                """)
    }

    /// The host's side of the containers whose INVALID segments go no further.
    func guardedInterfaces() throws -> [String] {
        let elements = "jq -r '[.nftables[].set.elem // empty] | flatten | sort | .[]'"
        return try run("nft -j list set ip evenkeel containers | \(elements)").split(separator: "\n").map(String.init)
    }
}
