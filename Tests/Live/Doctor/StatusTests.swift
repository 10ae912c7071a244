import Testing

/// `evenkeel status` over containers in each state.
@Suite struct StatusTests {
    @Test func eachContainerHasItsLine() throws {
        let said = try Lab("Watch/watch.sh").run(
            """
            lab 2; container d; attach d 1 eth0 6; container e; attach e 2 eth0 7; of_engine c d e
            state() { "$programs/evenkeel" status --json | jq -c '[.watcher.kept, (.containers[] | .state, (.ipv4 | map(.interface)))]'; }
            state; watcher; kept c d; quiet
            "$programs/evenkeel" status | tail -n +4
            """)
        #expect(
            said.split(separator: "\n").map(String.init) == [
                #"[null,"not guarded",["eth0","eth1"],"not guarded",["eth0"],"not guarded",["eth0"]]"#,
                "CONTAINER           ENGINE  NETWORKS   IPV4  IPV6  STATE",
                "/run/netns/netns-c  podman  eth0,eth1  eth0  eth0  kept",
                "/run/netns/netns-d  podman  eth0       eth0  eth0  kept",
                "/run/netns/netns-e  podman  eth0       eth0  eth0  kept",
            ])
    }

    /// A container that asked for it is left alone, and one without a default route says so.
    @Test func skippedAndWithoutAWayOut() throws {
        let said = try Lab("Watch/watch.sh").run(
            """
            lab 1; of_engine c; hook c '{}' '{"evenkeel.skip": "true"}' 2>/dev/null
            ip -n c route del default; ip -n c -6 addr flush dev eth0 scope global
            "$programs/evenkeel" status | tail -n 1 | xargs
            """)
        #expect(said == "/run/netns/netns-c podman eth0 none - skipped")
    }

    /// Gateways on other machines, of which the kernel has forgotten whether they answer: nothing is known against the rules.
    @Test func gatewaysThatNobodyTalkedToLatelyAreNoTrouble() throws {
        let said = try Lab("Watch/watch.sh", "DefaultRoute/world.sh").run(
            """
            world; rp_filter=0 container c; of_engine c
            for n in 5 6; do lan $n; plug c $n eth$((n - 5)) 5; by_lan c $n eth$((n - 5)); done
            "$programs/evenkeel" apply --netns /run/netns/c --default-route eth1 >/dev/null
            "$programs/evenkeel" status --json | jq -r '.containers[].state'
            for family in 4 6; do ip -n c -$family neigh flush all; done
            [[ -z $(ip -n c neigh show to 192.168.5.1) ]] && echo forgotten
            "$programs/evenkeel" status --json | jq -r '.containers[].state'
            "$programs/evenkeel" doctor --netns /run/netns/c --json | jq -r '.findings[].id' | grep -x container-not-guarded || :
            """)
        #expect(said == "kept\nforgotten\nkept")
    }

    /// Whoever asked for it need not be alarmed.
    @Test func whatIsLeftAloneIsNoError() throws {
        let said = try Lab("Watch/watch.sh").run(
            """
            lab 2; of_engine c; hook c '{}' '{"evenkeel.skip": "true"}' 2>/dev/null
            { "$programs/evenkeel" doctor --netns /run/netns/c --json || :; } |
                jq -r '.findings[] | select(.id == "duplicate-default-route") | .severity, (.consequence | contains("it is left alone"))'
            """)
        #expect(said == "information\ntrue")
    }
}
