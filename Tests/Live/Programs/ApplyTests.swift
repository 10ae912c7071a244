import Laboratory
import Testing

/// `evenkeel apply`: for containers that run already.
@Suite struct ApplyTests {
    private static let state =
        "ip -n c route show table all; ip -n c -6 route show table all; ip -n c rule; nft list ruleset; "
        + "ip netns exec c sysctl -a 2>/dev/null | grep rp_filter"

    @Test func aDryRunSaysWhatAndChangesNothing() throws {
        let lab = try Lab()
        try lab.run("lab 2")
        let before = try lab.run(Self.state)
        let said = try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c --dry-run")
        #expect(said.contains("would remove default via 10.89.2.1 dev eth1 (kept: via 10.89.1.1 dev eth0, metric 100)"))
        #expect(said.contains("would set rp_filter of eth0 to 2"))
        #expect(said.contains("would add rules for INVALID TCP segments"))
        #expect(try lab.run(Self.state) == before)
        let done = try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c")
        #expect(
            done
                == said.replacing("would remove", with: "removed").replacing("would add", with: "added")
                .replacing("would set", with: "set"))
        #expect(try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c") == "nothing to do")
    }

    @Test func jsonSaysTheSame() throws {
        let lab = try Lab()
        try lab.run("lab 2")
        let json = "\"$programs/evenkeel\" apply --netns /run/netns/c --json"
        #expect(
            try lab.run(
                "\(json) --dry-run | jq -r '.version, .dryRun, .namespaces[0].changes[].status' | sort -u | xargs")
                == "1 proposed true")
        #expect(
            try lab.run("\(json) | jq -r '[.namespaces[0].changes[].remedy] | unique | join(\" \")'")
                == "default-route invalid rp-filter")
        #expect(try lab.run("\(json) | jq '.namespaces[0].changes | length'") == "0")
    }

    /// Later runs would not go by it, and undo it.
    @Test func aWishThatTheHostLocksIsRefused() throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 2; private_etc
            echo '{"annotations": {"locked": ["defaultRoute.prefer"]}}' >/etc/evenkeel/policy.json
            """)
        let refused = try lab.attempt("\"$programs/evenkeel\" apply --netns /run/netns/c --default-route eth1")
        #expect(refused.status == 1)
        #expect(
            refused.err
                == "evenkeel: defaultRoute.prefer of --default-route is ignored: annotations.locked in "
                + "/etc/evenkeel/policy.json lists defaultRoute.prefer\n")
        #expect(try lab.run("defaults 4 c | wc -l; ls /run/evenkeel/wishes 2>/dev/null || :") == "2")
        #expect(
            try lab.run(
                "\"$programs/evenkeel\" apply --netns /run/netns/c --default-route '' >/dev/null; defaults 4 c | wc -l"
            ) == "1")
    }

    @Test func aWishIsRefusedWhereThePolicyLetsNothingBeChosen() throws {
        let lab = try Lab()
        let keep = #"'{"defaultRoute": {"mode": "keep"}, "onError": "fail"}'"#
        let refused = try lab.attempt("lab 2; hook c \(keep) '{\"evenkeel.default-route\": \"eth1\"}'")
        #expect(refused.status == 1)
        #expect(
            refused.err.contains(
                "evenkeel.default-route=eth1 names no winner: defaultRoute.mode is \"keep\", so the default routes stay"
            ))
        // With one network there is nothing to choose.
        try lab.run("ip -n c link del eth1; hook c \(keep) '{\"evenkeel.default-route\": \"eth0\"}' 2>/dev/null")
    }

    @Test func aPidNamesItsNamespace() throws {
        let lab = try Lab()
        try lab.run(
            "lab 2; ip netns exec c sleep 600 </dev/null >/dev/null 2>&1 & sleep 0.2; \"$programs/evenkeel\" apply --pid $!"
        )
        #expect(try lab.run("defaults 4 c | wc -l") == "1")
    }

    @Test func allTakesWhatAnEngineVouchesForAndListsTheRest() throws {
        let lab = try Lab()
        try lab.run(
            """
            host; network 1; network 2; mkdir -p /run/docker/netns; part=7
            for name in netns-4 cni-7 qrouter-1 d; do
                container $name; attach $name 1 eth0 $part; attach $name 2 eth1 $part; part=$((part + 1))
            done
            # Docker's own mount of a namespace that has no other name.
            touch /run/docker/netns/0123456789ab; mount --bind /run/netns/d /run/docker/netns/0123456789ab; ip netns del d
            """)
        let output = try lab.attempt("\"$programs/evenkeel\" apply --all")
        #expect(output.status == 0)
        for path in [
            "/run/netns/netns-4 (podman)", "/run/netns/cni-7 (CNI)", "/run/docker/netns/0123456789ab (Docker)",
        ] {
            #expect(output.out.contains("\(path)\n  set rp_filter of eth0"), "\(output.out)")
        }
        let left = ["far", "qrouter-1"].map {
            "evenkeel: left alone: /run/netns/\($0) (no container engine's; name it with --netns)\n"
        }
        #expect(output.err == left.joined())
        #expect(try lab.run("defaults 4 qrouter-1 | wc -l; defaults 4 cni-7 | wc -l") == "2\n1")
        #expect(
            try lab.run(
                "\"$programs/evenkeel\" apply --all --json 2>/dev/null | jq '[.namespaces[].changes[]] | length'")
                == "0")
    }

    @Test(arguments: [
        ("/proc/1/ns/net", "host's own"), ("/etc/passwd", "not a network namespace"), ("/nonexistent", "ENOENT"),
    ])
    func whatIsNoContainersNamespaceIsRefused(path: String, reason: String) throws {
        let lab = try Lab()
        let output = try lab.attempt("\"$programs/evenkeel\" apply --netns \(path)")
        #expect(output.status == 1 && output.out.isEmpty)
        #expect(output.err.contains(path) && output.err.contains(reason))
        #expect(try lab.run("nft list tables") == "")
    }

    @Test func aWrongCommandLineIsTold() throws {
        let lab = try Lab()
        for arguments in [
            "", "--all --pid 3", "--all --container web", "--container ''", "--netns ''", "--pid 0", "--pid x",
            "--nonsense",
        ] {
            #expect(try lab.attempt("\"$programs/evenkeel\" apply \(arguments)").status == 64)
        }
    }

    @Test func aNamedPolicyMustBeThere() throws {
        let lab = try Lab()
        let output = try lab.attempt(
            "lab 2; \"$programs/evenkeel\" apply --netns /run/netns/c --policy /run/none --json")
        #expect(output.status == 1)
        #expect(try lab.run("jq -r .error", input: output.out).contains("ENOENT"))
        #expect(try lab.run("defaults 4 c | wc -l") == "2")
    }

    @Test func aBrokenPolicyChangesNothing() throws {
        let lab = try Lab()
        let output = try lab.attempt(
            "lab 2; echo '{\"defaultRoute\":{\"mode\":\"two\"}}' >/run/p; \"$programs/evenkeel\" apply --netns /run/netns/c --policy /run/p"
        )
        #expect(output.status == 1)
        #expect(
            output.err
                == "evenkeel: /run/p: defaultRoute.mode is \"two\"; allowed: \"distinct\", \"one\", \"ranked\", \"keep\"\n"
        )
        #expect(try lab.run("defaults 4 c | wc -l") == "2")
    }
}
