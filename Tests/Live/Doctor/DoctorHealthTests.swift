import Laboratory
import Testing

/// What the doctor leaves alone: containers that are as somebody wants them, and everything it looks at.
@Suite struct DoctorHealthTests {
    private static let apply = "\"$programs/evenkeel\" apply --netns /run/netns/c >/dev/null"

    @Test(arguments: [
        "lab 3 1; \(apply)", "lab 1; \(apply)",
        // No network but lo.
        "host; container c",
        // The routes of one network in a table that a rule for its address looks up, as the CNI plugin sbr has them.
        """
        single 2 1; ip -n c route del 10.89.2.0/24; ip -n c rule add from 10.89.2.5 lookup 100
        ip -n c route add 10.89.2.0/24 dev eth1 src 10.89.2.5 table 100
        ip -n c route add default via 10.89.2.1 dev eth1 table 100
        """,
        "echo '{\"defaultRoute\":{\"mode\":\"ranked\"}}' >/run/p; lab 3; \(apply) --policy /run/p; policy=--policy=/run/p",
    ])
    func nothingIsFoundOf(container: String) throws {
        let lab = try Lab("Doctor/doctor.sh")
        let script = "rp_filter=2; policy=; \(container)\nfound c $policy; doctor --netns /run/netns/c $policy"
        #expect(try lab.run(script) == "healthy: nothing wrong with the host and 1 container")
    }

    /// A default at a worse metric that stands by, and one taken away on purpose after Evenkeel's work.
    @Test(arguments: [
        (
            "host; network 1; network 2; container c; attach c 1 eth0 5; attach c 2 eth1 5 200",
            "source-address-mismatch"
        ),
        ("lab 2; \(apply); ip -n c route del default; ip -n c -6 route del default", "no-default-route"),
    ])
    func whatMayBeMeantIsInformation(script: String, id: String) throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("rp_filter=2\n" + script)
        let severities = ".findings | map(\"\\(.id) \\(.severity)\") | unique | join(\" \")"
        #expect(
            try lab.run("doctor --netns /run/netns/c --json | jq -r '\(severities)'") == "\(id) information")
    }

    @Test func whatThePolicyKeepsIsInformation() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("lab 2; echo '{\"defaultRoute\":{\"mode\":\"keep\"},\"rpFilter\":\"keep\"}' >/run/p")
        #expect(
            try lab.run("found c --policy /run/p")
                == "default-route-multipath-v6 duplicate-default-route rp-filter-strict"
        )
        #expect(try lab.attempt("doctor --netns /run/netns/c --policy /run/p").status == 0)
    }

    @Test func nothingIsChanged() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            "lab 3 1; ip addr del 10.89.3.1/24 dev br3; forget_gateways c; ip -n c neigh replace 10.89.3.1 dev eth2 nud stale lladdr 02:00:00:00:00:01"
        )
        let before = try lab.run("guard_host; everything")
        #expect(try lab.attempt("doctor --netns /run/netns/c --diagram").status == 1)
        #expect(try lab.run("everything") == before)
        #expect(before.contains("net.ipv4.conf.eth2.rp_filter = 1"))
    }

    @Test func manyContainersAreLookedAtEachOnItsOwn() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            rp_filter=2; host; network 1; network 2; network 3
            for part in {2..81}; do
                container netns-$part
                attach netns-$part 1 eth0 $part; attach netns-$part 2 eth1 $part 200; attach netns-$part 3 eth2 $part 300
            done
            "$programs/evenkeel" apply --all >/dev/null 2>&1
            """)
        let output = try lab.attempt("doctor --json")
        #expect(try lab.run("jq -r '.verdict, (.looked.containers | length)'", input: output.out) == "healthy\n80")
        #expect(output.err.isEmpty, "progress is for a terminal")
        let terminal = "script -qec '\"$programs/evenkeel\" doctor' /dev/null </dev/null || :"
        let shown = try lab.attempt("export programs TERM=xterm; \(terminal)").out
        #expect(shown.contains("\r79 of 80 containers\r\(String(repeating: " ", count: 19))"), "\(shown)")
        try lab.run(
            "ip -n netns-40 route append default via 10.89.2.1 dev eth1 metric 100; ip -n netns-7 link set eth2 mtu 1300"
        )
        #expect(
            try lab.run("doctor --json | jq -r '.findings[] | .place.namespace + \" \" + .id' | sort || :")
                == "/run/netns/netns-40 duplicate-default-route\n/run/netns/netns-7 mtu-mismatch")
    }
}
