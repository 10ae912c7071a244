import Laboratory
import Testing

/// Without /proc, as in a bare chroot, every program says that this is what it lacks.
@Suite struct NoProcTests {
    private static let hidden = """
        lab 2
        nsenter --net=/run/netns/c sleep 600 </dev/null >/dev/null 2>&1 &
        pid=$!
        until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
        mount -t tmpfs tmpfs /proc

        """

    @Test(arguments: [
        "evenkeel doctor", "evenkeel doctor --netns /run/netns/c", "evenkeel host status", "evenkeel host top",
        "evenkeel host apply", "evenkeel host remove", "evenkeel apply --all", "evenkeel apply --netns /run/netns/c",
        "evenkeel apply --container c",
    ])
    func aCommandSaysSoAndPrintsNoHelp(command: String) throws {
        let lab = try Lab()
        let output = try lab.attempt(Self.hidden + "\"$programs\"/\(command)")
        #expect(output.status == 1 || output.status == 2)
        #expect(output.err.contains("/proc") && output.err.contains("it is not mounted"), "\(output.err)")
        #expect(!output.out.contains("USAGE"))
        #expect(try lab.run("nft list tables | grep evenkeel || :") == "")
    }

    @Test func whatNeedsNoProcWorks() throws {
        let lab = try Lab()
        try lab.run(
            Self.hidden + """
                [[ $("$programs/evenkeel" --version) == +([0-9.]) ]]
                "$programs/evenkeel" explain no-default-route | grep -q 'no default route'
                mkdir /run/lists
                echo '{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"bridge"}]}' >/run/lists/n.conflist
                "$programs/evenkeel" cni add --force /run/lists/n.conflist >/dev/null
                grep -q evenkeel /run/lists/n.conflist
                """)
    }

    @Test func thePluginSaysSoAndChangesNothing() throws {
        let lab = try Lab()
        let before = try lab.run("lab 2; ip -n c route; ip -n c rule; filters c; nft list tables")
        for verb in ["ADD", "CHECK"] {
            let output = try lab.attempt("mount -t tmpfs tmpfs /proc; cni \(verb) c eth0")
            #expect(output.status == 1 && output.out.contains("\"code\":100"), "\(output.out)")
            #expect(output.out.contains("it is not mounted") && output.out.contains("mount -t proc"), "\(output.out)")
            try lab.run("umount /proc")
        }
        #expect(try lab.run("ip -n c route; ip -n c rule; filters c; nft list tables") == before)
    }

    @Test(arguments: [("warn", 0), ("fail", 1)]) func theHookAndTheRuntimeObeyOnError(policy: String, status: Int)
        throws
    {
        let lab = try Lab()
        let said = try lab.run(
            """
            private_etc; mkdir -p /run/runc/x /run/bundle
            echo '{"onError": "\(policy)"}' >/etc/evenkeel/policy.json
            """ + "\n" + Self.hidden + """
                echo '{}' >/run/bundle/config.json
                echo '{"init_process_pid":'$pid',"config":{"labels":["bundle=/run/bundle"]}}' >/run/runc/x/state.json
                status=0
                "$programs/evenkeel-hook" <<<'{"id":"x","status":"creating","pid":'$pid'}' 2>&1 || status=$?
                echo $status
                status=0
                EVENKEEL_RUNTIME=/bin/true "$programs/evenkeel-runtime" start x 2>&1 || status=$?
                echo $status
                """)
        let lines = said.split(separator: "\n")
        #expect(lines.count == 4 && lines[1] == "\(status)" && lines[3] == "\(status)", "\(said)")
        for line in [lines[0], lines[2]] {
            #expect(line.hasPrefix("evenkeel: container x: cannot read /proc: "), "\(line)")
            #expect(line.contains("starts all the same") == (status == 0))
        }
    }

    /// It would execute itself for ever.
    @Test func theRuntimeStillKnowsItself() throws {
        let lab = try Lab()
        let output = try lab.attempt(
            Self.hidden
                + "EVENKEEL_RUNTIME=\"$programs/evenkeel-runtime\" timeout 10 \"$programs/evenkeel-runtime\" state x")
        #expect(output.status == 1 && output.err.contains("is evenkeel-runtime itself"))
    }
}
