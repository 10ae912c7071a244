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
}
