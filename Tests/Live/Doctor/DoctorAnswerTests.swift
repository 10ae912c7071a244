import Laboratory
import Testing

/// How the doctor answers: text, JSON, exit status, and what an ordinary user is told.
@Suite struct DoctorAnswerTests {
    @Test func jsonHasTheKeysThatAreDocumented() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("rp_filter=2; lab 2; ip netns attach netns-1 $(pgrep -n socat); ip netns add blue")
        let output = try lab.attempt("doctor --json")
        #expect(output.status == 1)
        let keys = { (path: String) in try lab.run("jq -r '\(path) | keys | join(\" \")'", input: output.out) }
        #expect(try keys(".") == "complete error findings looked missed skipped verdict version watcher")
        #expect(
            try keys(".findings[0]") == "consequence evidence id place remedy severity summary")
        #expect(try keys(".findings[0].place") == "containers engine kind namespace")
        #expect(try keys(".looked") == "containers host")
        #expect(try keys(".skipped[0]") == "namespace reason")
        #expect(
            try lab.run(
                "jq -r '.version, .verdict, .complete, .findings[0].place.namespace, .looked.containers[0].engine'",
                input: output.out) == "1\nfindings\ntrue\n/run/netns/netns-1\npodman")
    }

    @Test func textIsPlainWhereNobodyLooksAtATerminal() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("lab 2")
        let plain = try lab.attempt("doctor --netns /run/netns/c").out
        #expect(!plain.utf8.contains(0x1b) && plain.utf8.allSatisfy { $0 < 0x80 })
        #expect(plain.contains("\n  error: duplicate-default-route: "))
        let terminal = "script -qec '\"$programs/evenkeel\" doctor --netns /run/netns/c' /dev/null </dev/null || :"
        #expect(
            try lab.attempt("export programs TERM=xterm LC_ALL=C.UTF-8; \(terminal)").out.contains(
                "\u{1b}[31;1m✗ duplicate"))
        let ascii = try lab.attempt("export programs TERM=xterm LC_ALL=C; \(terminal)").out
        #expect(ascii.contains("\u{1b}[31;1merror: duplicate") && ascii.utf8.allSatisfy { $0 < 0x80 })
        let without = try lab.attempt("export programs TERM=xterm NO_COLOR=1; \(terminal)").out
        #expect(without.contains("error: duplicate-default-route") && !without.utf8.contains(0x1b))
    }

    @Test func aDiagramDrawsEachNetwork() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("lab 2")
        let drawn = try lab.attempt("doctor --netns /run/netns/c --diagram").out
        for line in [
            "  +- eth0  10.89.1.5/24  fd00:89:1::5/64  MTU 1500  rp_filter 1 strict\n",
            "  |    host: vc2 on bridge br2  MTU 1500  rp_filter 0 off  INVALID dropped\n",
            "  IPv4: eth0 and eth1 take turns\n",
            "  IPv6: eth0 and eth1 each take a share of the flows\n",
        ] {
            #expect(drawn.contains(line), "\(drawn)")
        }
        try lab.run("nft delete table ip evenkeel; sysctl -qw net.ipv4.ip_forward=0")
        let lost = try lab.attempt("doctor --netns /run/netns/c --diagram").out
        #expect(lost.contains("x  packets are lost on the host: INVALID TCP segments reach the host"), "\(lost)")
        #expect(lost.contains("x  packets are lost on the host: the host does not forward"), "\(lost)")
    }

    @Test(arguments: ["/proc/1/ns/net", "/etc/passwd", "/nonexistent"])
    func whatIsNamedAndCannotBeLookedAtIsTold(path: String) throws {
        let lab = try Lab("Doctor/doctor.sh")
        let output = try lab.attempt("doctor --netns \(path)")
        #expect(output.status == 2 && output.out.contains("could not look at") && output.out.contains(path))
        #expect(try lab.run("doctor --netns \(path) --json | jq -r '.verdict, .complete' || :") == "unknown\nfalse")
    }

    @Test func aContainerThatIsNotThereIsTold() throws {
        let lab = try Lab("Doctor/doctor.sh")
        let output = try lab.attempt("doctor --container nobody --json")
        #expect(output.status == 2 && output.err.contains("is called nobody"))
        #expect(try lab.run("jq -r '.verdict, .error'", input: output.out).contains("nobody"))
    }

    @Test func aWrongCommandLineIsTold() throws {
        let lab = try Lab("Doctor/doctor.sh")
        for arguments in [
            "--all --pid 3", "--pid 0", "--watch 0", "--diagram --json", "--container ''", "--netns ''", "--nonsense",
        ] {
            #expect(try lab.attempt("doctor \(arguments)").status == 64)
        }
        #expect(try lab.attempt("doctor --policy /run/none").status == 2)
    }

    @Test func anOrdinaryUserIsToldWhatWasNotLookedAt() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            "rp_filter=2; host; network 1; container netns-1; attach netns-1 1 eth0 5; sysctl -qw net.ipv4.ip_forward=0"
        )
        try lab.run("cp \"$programs/evenkeel\" /run/evenkeel; chmod a+rx /run /run/evenkeel")
        let output = try lab.attempt("setpriv --reuid=65534 --regid=65534 --clear-groups /run/evenkeel doctor --json")
        #expect(output.status == 2)
        let answer = "jq -r '.verdict, .complete, .missed[-1].what, .missed[-1].advice'"
        let said = try lab.run(answer, input: output.out)
        #expect(said.hasPrefix("unknown\nfalse\n/run/netns/netns-1\nrun it as root"), "\(said)")
    }

    /// No process tells of a container, and the folders may be listed: only the ruleset is refused.
    @Test func anOrdinaryUserWhoSeesNoContainerIsNotToldThatAllIsWell() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run("cp \"$programs/evenkeel\" /run/evenkeel; chmod a+rx /run /run/evenkeel")
        let user = "setpriv --reuid=65534 --regid=65534 --clear-groups /run/evenkeel doctor"
        let output = try lab.attempt(user)
        #expect(output.status == 2 && output.out.hasPrefix("could not look at all of the host "), "\(output.out)")
        #expect(!output.out.contains("healthy"))
        let answer = try lab.attempt("\(user) --json")
        #expect(
            try lab.run("jq -r '.verdict, .complete, .looked.host'", input: answer.out) == "unknown\nfalse\nfalse")
    }
}
