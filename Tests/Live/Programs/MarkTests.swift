import Laboratory
import Testing

/// What a start leaves in a container's kernel, and how later runs go by it. The numbers: `Keel/Container/Mark.swift`.
@Suite struct MarkTests {
    private static let skip = #"'' '{"evenkeel.skip": "true"}'"#

    /// All that a start could change in the container, but the mark.
    private static let state = "state cni-7 | grep -v 'table 17738997'"

    private func prepared(_ script: String) throws -> Lab {
        let lab = try Lab()
        try lab.run("host; network 1 1; network 2 1; container cni-7\n" + script)
        return lab
    }

    private static let oneNetwork = "attach cni-7 1 eth0 5"
    private static let twoNetworks = "attach cni-7 2 eth1 5; attach cni-7 1 eth0 5"

    @Test func theHookLeavesItOnOneNetworkAndNothingElse() throws {
        let lab = try prepared(Self.oneNetwork)
        let routes = "ip -n cni-7 route show table all; ip -n cni-7 -6 route show table all; ip -n cni-7 rule"
        let before = try lab.run(routes)
        let said = try lab.attempt("hook cni-7").err
        #expect(!said.contains("mark"))
        #expect(try lab.run("mark cni-7") == "1")
        #expect(try lab.run("{ \(routes); } | grep -v 17738997") == before)
        // Once more, as another container of the pod starts.
        #expect(try lab.attempt("hook cni-7").err == "")
        #expect(try lab.run("mark cni-7") == "1")
    }

    @Test func itGoesWithTheLastChanges() throws {
        let lab = try prepared(Self.twoNetworks)
        try lab.run(
            """
            call ADD test /run/netns/cni-7 eth0 strace -f -qq -v -s 65536 -e trace=sendto -o /run/calls \
                <<<'{"cniVersion":"1.0.0","name":"n","type":"evenkeel","prevResult":{"cniVersion":"1.0.0"}}'
            """)
        // 17738997 in the machine's byte order; strace does not decode a socket of another namespace. 0x19 is RTM_DELROUTE.
        let calls = try lab.run(#"grep -F '\xf5\xac\x0e\x01' /run/calls"#)
        #expect(calls.split(separator: "\n").count == 1 && calls.contains("nlmsg_type=0x19 "), "\(calls)")
        #expect(try lab.run("mark cni-7") == "1")
    }

    @Test func aContainerWithoutANetworkGetsIt() throws {
        let lab = try prepared("")
        #expect(try lab.attempt("hook cni-7").err.contains("it has no network yet, so nothing was done"))
        #expect(try lab.run("mark cni-7") == "1")
    }

    @Test(arguments: [
        (#"hook cni-7 '{"defaultRoute": {"mode": "keep"}}'"#, "17"),
        (#"cni ADD cni-7 eth0 '{"rpFilter": "keep", "invalid": {"mode": "liberal"}}'"#, "481"),
        (#"cni ADD cni-7 eth0 '{"defaultRoute": {"mode": "distinct"}}'"#, "1"),
        (#"cni ADD cni-7 eth0 '{"rpFilter": "keep"}'; cni ADD cni-7 eth1; cni ADD cni-7 eth1"#, "1 97"),
        (#"cni ADD cni-7 eth0; "$programs/evenkeel" apply --all"#, "1"),
        (#""$programs/evenkeel" apply --netns /run/netns/cni-7"#, "1"),
        ("hook cni-7; hook cni-7 \(skip)", "1 2"),
        ("hook cni-7; cni CHECK cni-7 eth0 || :; cni DEL cni-7 eth1; cni DEL cni-7 eth0", "1"),
        (
            #"cni CHECK cni-7 eth0 || :; cni DEL cni-7 eth0; "$programs/evenkeel" apply --all --dry-run; "#
                + #""$programs/evenkeel" doctor || :"#, ""
        ),
    ])
    func itHoldsWhatIsSaidOtherwiseThanByTheHost(script: String, marks: String) throws {
        let lab = try prepared(Self.twoNetworks)
        try lab.run("{ \(script); } >/dev/null 2>&1")
        #expect(try lab.run("mark cni-7") == marks)
    }

    @Test func aSkippedContainerIsLeftAloneUntilItIsNamed() throws {
        let lab = try prepared(Self.twoNetworks)
        let before = try lab.run(Self.state)
        try lab.run("hook cni-7 \(Self.skip)")
        #expect(try lab.run("mark cni-7") == "2")
        let all = try lab.attempt("\"$programs/evenkeel\" apply --all")
        #expect(all.status == 0 && all.out == "")
        let reason = "it was started with evenkeel.skip; name it with --netns to change it"
        #expect(all.err.contains("evenkeel: left alone: /run/netns/cni-7 (\(reason))\n"))
        let json = #"jq -r '.namespaces[].namespace, (.skipped[] | select(.namespace | test("cni-7")).reason)'"#
        #expect(try lab.run("\"$programs/evenkeel\" apply --all --json | \(json)") == reason)
        #expect(try lab.run(Self.state) == before)
        #expect(try lab.run("mark cni-7") == "2")

        let note = "note: it was started with evenkeel.skip; because it is named, it is no longer left alone"
        let named = "\"$programs/evenkeel\" apply --netns /run/netns/cni-7"
        #expect(try lab.run(named + " --dry-run").contains(note))
        #expect(try lab.run("mark cni-7") == "2")
        let done = try lab.run(named)
        #expect(done.contains(note) && done.contains("set rp_filter of eth0 to 2"))
        #expect(try lab.run("mark cni-7; \(named)") == "1\nnothing to do")
    }

    /// One container of a pod wants to be left alone; the others share its namespace.
    @Test func anOptOutIsNotForgotten() throws {
        let lab = try prepared(Self.oneNetwork)
        try lab.run("hook cni-7 \(Self.skip); hook cni-7; attach cni-7 2 eth1 5")
        #expect(try lab.run("mark cni-7") == "1 2")
        let before = try lab.run(Self.state)
        #expect(try lab.attempt("\"$programs/evenkeel\" apply --all").out == "")
        #expect(try lab.run(Self.state) == before)
    }

    @Test func aHostThatLocksAnythingLetsNoMarkSkip() throws {
        let lab = try prepared(Self.twoNetworks)
        try lab.run("hook cni-7 \(Self.skip); echo '{\"annotations\": {\"locked\": [\"skip\"]}}' >/run/policy")
        let said = try lab.run("\"$programs/evenkeel\" apply --all --policy /run/policy")
        #expect(said.contains("set rp_filter of eth0 to 2") && !said.contains("evenkeel.skip"))
    }

    @Test func applyObeysWhatTheContainerSaidAtItsStart() throws {
        let lab = try prepared(Self.twoNetworks)
        try lab.run("hook cni-7 '{\"defaultRoute\": {\"mode\": \"keep\"}, \"rpFilter\": \"keep\"}'")
        for selection in ["--all", "--netns /run/netns/cni-7"] {
            let said = try lab.run("\"$programs/evenkeel\" apply \(selection)")
            #expect(!said.contains("default") && !said.contains("rp_filter"), "\(said)")
        }
        #expect(try lab.run("defaults 4 cni-7 | wc -l") == "2")
    }

    @Test func theHostsOwnNamespaceGetsNone() throws {
        let lab = try Lab()
        try lab.run(
            """
            host
            ip netns attach cni-7 $$
            for more in null '{"evenkeel.skip": "true"}'; do hook cni-7 '' "$more"; done
            CNI_ARGS=EVENKEEL_SKIP=true cni ADD cni-7 eth0 >/dev/null
            """)
        #expect(try lab.run("mark cni-7; ip route show table all | grep -c 17738997 || :") == "0")
    }

    @Test func aSkipNeverRefusesAStart() throws {
        let lab = try prepared("private_etc; echo '{\"onError\": \"fail\"}' >/etc/evenkeel/policy.json")
        let output = try lab.attempt(
            """
            "$programs/evenkeel-hook" <<<'{"id": "c", "status": "created", "pid": 4194303,
                "annotations": {"evenkeel.skip": "true"}}'
            """)
        #expect(output.status == 0 && output.err.contains("cannot look at process 4194303"))
        #expect(try lab.attempt("CNI_ARGS=EVENKEEL_SKIP=true cni ADD nowhere eth0").status == 0)
    }

    @Test func theDoctorSaysOnceAndQuietlyThatAContainerIsLeftAlone() throws {
        let lab = try Lab("Doctor/doctor.sh")
        let finding = #"jq -r '.findings[] | "\(.id) \(.severity) \(.summary)"'"#
        let doctor = "{ doctor --netns /run/netns/c --json || :; } | \(finding)"
        try lab.run("lab 1; hook c \(Self.skip)")
        #expect(
            try lab.run(doctor)
                == "container-not-guarded information left alone, as it was started with evenkeel.skip")
        try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c")
        #expect(try lab.run(doctor) == "")
        // Without its mark it would pass for one that Evenkeel has never seen.
        try lab.run("inside c sysctl -qw net.ipv4.conf.eth0.rp_filter=0")
        #expect(
            try lab.run(doctor)
                == "container-not-guarded information it is no longer as Evenkeel would set it up")
    }
}
