import Laboratory
import Testing

/// Whose default wins, by what networks and runtimes say, and what the runtime is told of it.
@Suite struct PreferenceTests {
    /// Without the members of the one prevResult that lab.sh passes.
    private func add(_ interface: String, _ members: String, verb: String = "ADD", arguments: String = "") -> String {
        """
        CNI_COMMAND=\(verb) CNI_CONTAINERID=test CNI_NETNS=/run/netns/c CNI_IFNAME=\(interface) CNI_ARGS='\(arguments)' \
            "$programs/evenkeel-cni" <<<'{"cniVersion":"1.0.0","name":"n","prevResult":{"cniVersion":"1.0.0"},\(members)"x":0}'

        """
    }

    private func winners(_ lab: Lab) throws -> String {
        try lab.run("for f in 4 6; do defaults $f c | grep -o 'dev [^ ]*'; done | sort -u")
    }

    @Test(arguments: [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 1, 2]])
    func aPreferredNetworkWinsInWhateverOrderTheyCome(order: [Int]) throws {
        let lab = try Lab()
        try lab.run("host; container c; for n in 1 2 3; do network $n; done")
        for n in order {
            let members = n == 2 ? "\"prefer\":true," : ""
            try lab.run("attach c \(n) eth\(n - 1) 5\n" + add("eth\(n - 1)", members))
        }
        #expect(try winners(lab) == "dev eth1")
        for n in 1...3 {
            #expect(try lab.run(add("eth\(n - 1)", n == 2 ? "\"prefer\":true," : "", verb: "CHECK") + "true") == "")
        }
        try lab.run("hook c; \"$programs/evenkeel\" apply --netns /run/netns/c")
        #expect(try winners(lab) == "dev eth1", "other programs know it, too")
        try lab.run(add("eth1", "", verb: "DEL") + "ip -n c link del eth1")
        #expect(try winners(lab) == "dev eth0")
        #expect(try lab.run("ip -n c route show table 17738999; ip -n c -6 route show table 17738999") == "")
    }

    @Test(arguments: [
        ("", "EVENKEEL_PREFER=true", "dev eth2"), ("", "EVENKEEL_DEFAULT_ROUTE=eth2", "dev eth2"),
        ("\"args\":{\"cni\":{\"evenkeel\":{\"prefer\":true}}},", "", "dev eth2"),
        ("\"runtimeConfig\":{\"evenkeel\":{\"prefer\":true}},", "EVENKEEL_PREFER=false", "dev eth2"),
        ("\"prefer\":true,\"runtimeConfig\":{\"evenkeel\":{\"prefer\":false}},", "", "dev eth0"),
        (
            "\"runtimeConfig\":{\"evenkeel\":{\"defaultRoute\":{\"prefer\":[\"10.89.2.0/24\",\"fd00:89:2::/64\"]}}},",
            "", "dev eth1"
        ),
    ])
    func aRuntimeSaysForOneContainer(members: String, arguments: String, winner: String) throws {
        let lab = try Lab()
        try lab.run("lab 3\n" + add("eth2", members, arguments: arguments))
        #expect(try winners(lab) == winner)
    }

    @Test(arguments: ["\"runtimeConfig\":{\"evenkeel\":{\"skip\":true}},", ""]) func aContainerIsLeftAlone(
        members: String
    ) throws {
        let lab = try Lab()
        let state = "ip -n c rule; nft list ruleset; ip netns exec c sysctl net.ipv4.conf; ip -n c route show table all"
        try lab.run("lab 2")
        let before = try lab.run(state)
        for verb in ["ADD", "CHECK", "DEL"] {
            try lab.run(add("eth1", members, verb: verb, arguments: members.isEmpty ? "EVENKEEL_SKIP=true" : ""))
        }
        #expect(try lab.run(state + " | grep -v 17738997") == before)
        #expect(try lab.run("mark c") == "2")
    }

    @Test func theResultLeavesOutADefaultThatLost() throws {
        let lab = try Lab()
        try lab.run("lab 2")
        let result = { (interface: String, n: Int, verb: String) in
            """
            CNI_COMMAND=\(verb) CNI_CONTAINERID=test CNI_NETNS=/run/netns/c CNI_IFNAME=\(interface) "$programs/evenkeel-cni" <<EOF
            {"cniVersion":"1.0.0","name":"n","prevResult":{"cniVersion":"1.0.0","ips":[{"address":"10.89.\(n).5/24"}],
            "routes":[{"dst":"0.0.0.0/0","gw":"10.89.\(n).1"},{"dst":"10.1.0.0/16"},{"dst":"::/0"}],"dns":{"domain":"x"}}}
            EOF
            """
        }
        let left = try lab.run(result("eth1", 2, "ADD") + "\n")
        #expect(
            left
                == #"{"cniVersion":"1.0.0","ips":[{"address":"10.89.2.5/24"}],"routes":[{"dst":"10.1.0.0/16"}],"dns":{"domain":"x"}}"#
        )
        for _ in 1...2 {
            #expect(
                try lab.run(result("eth0", 1, "ADD") + "\n").contains(
                    #"{"dst":"0.0.0.0/0","gw":"10.89.1.1"},{"dst":"10.1.0.0/16"},{"dst":"::/0"}"#))
        }
        #expect(
            try lab.run(result("eth1", 2, "ADD") + "\n") == left, "a second run finds nothing to do and answers alike")
    }

    @Test func aLogIsWrittenWhereItIsAskedFor() throws {
        let lab = try Lab()
        let log = "\"logFile\":\"/run/evenkeel.log\","
        try lab.run("lab 2\n" + add("eth1", log) + add("eth1", log))
        let lines = try lab.run("cat /run/evenkeel.log").split(separator: "\n")
        #expect(lines.contains { $0.contains(" info ADD test eth1: removed default via 10.89.2.1 dev eth1 (kept: ") })
        #expect(
            lines.allSatisfy { $0.wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ info ADD test eth1: .*/) != nil })
        #expect(try lab.run("stat -c %a /run/evenkeel.log") == "600")
        try lab.run("rm /run/evenkeel.log\n" + add("eth0", log + "\"logLevel\":\"debug\","))
        #expect(try lab.run("cat /run/evenkeel.log").hasSuffix(" debug ADD test eth0: nothing to do"))
        try lab.run("rm /run/evenkeel.log\n" + add("eth0", log + "\"logLevel\":\"error\","))
        #expect(try lab.run("cat /run/evenkeel.log") == "")
        // A name that somebody planted leads nowhere, and no log is no reason not to work.
        let planted = try lab.attempt(
            "rm /run/evenkeel.log; ln -s /run/elsewhere /run/evenkeel.log\n" + add("eth0", log))
        #expect(planted.status == 0 && planted.err.contains("logFile is not written") && planted.err.contains("ELOOP"))
        #expect(try lab.attempt("ls /run/elsewhere").status != 0)
    }
}
