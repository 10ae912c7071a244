import Testing

/// Whatever the command line prints fits the terminal, and is only what the terminal can show.
@Suite struct TerminalWidthTests {
    private static let commands = """
        doctor
        doctor --verbose
        doctor --diagram --netns /run/netns/d
        doctor --netns /run/none
        doctor --container nobody
        explain
        \(pages.map { "explain \($0)" }.joined(separator: "\n"))
        status
        apply --all --dry-run
        apply --netns /run/netns/c --dry-run
        apply --netns /proc/1/ns/net
        host status
        host apply --dry-run
        host remove --dry-run
        host top --once
        host top --once --by container
        watch status
        watch status --socket /run/a-socket-with-a-long-name/that-is-not-there-at-all/watch.sock
        cni directories
        cni directories --check
        cni add --dir /etc/cni/net.d --dry-run
        cni add /run/cni/n.conflist --force --dry-run
        policy show
        policy show --container database
        policy check /run/faulty.json
        docter
        explain duplicat-default
        status --twice
        \(helps.map { "\($0) --help" }.joined(separator: "\n"))
        """
    private static let pages = ["duplicate-default-route", "rp-filter-strict", "conntrack-full", "wish-unmet"]
    private static let helps = [
        "", "doctor", "explain", "status", "apply", "host", "host status", "host apply", "host remove", "host top",
        "watch", "watch status", "watch events", "cni", "cni add", "cni remove", "cni directories", "policy",
        "policy check", "policy show", "policy schema", "runtime-class",
    ]

    @Test func noLineIsWiderThanTheTerminal() throws {
        let lab = try Lab("Watch/watch.sh", "Output/scene.sh")
        let said = try lab.run(
            """
            scene; watcher
            python3 "$libraries/Output/terminals.py" "$programs/evenkeel" <<'EOF'
            \(Self.commands)
            EOF
            """)
        let lines = said.split(separator: "\n")
        #expect(Int(lines.last ?? "") ?? 0 > 250, "so many runs")
        #expect(lines.dropLast().isEmpty, "\(lines.dropLast().joined(separator: "\n"))")
    }

    /// A script that looks for a line finds it, whoever runs it.
    @Test func offATerminalTheTextIsTheSameForAll() throws {
        let lab = try Lab("Watch/watch.sh", "Output/scene.sh")
        let said = try lab.run(
            """
            scene
            for command in "doctor --netns /run/netns/e" "status" "explain mtu-mismatch" "policy show" "host top --once"; do
                "$programs/evenkeel" $command >/run/one || :
                COLUMNS=40 TERM=xterm LC_ALL=C.UTF-8 "$programs/evenkeel" $command >/run/two || :
                cmp <(grep -v IPReversePathFilter /run/one) <(grep -v IPReversePathFilter /run/two) && wc -c </run/one
            done
            """)
        #expect(said.split(separator: "\n").count == 5, "\(said)")
    }

    @Test func theDoctorNamesWhatIsWellAndSortsByName() throws {
        let lab = try Lab("Watch/watch.sh", "Output/scene.sh")
        let said = try lab.attempt("scene; \"$programs/evenkeel\" doctor -v").out
        let titles = said.split(separator: "\n").filter { $0.hasSuffix(": well") }.map { $0.prefix { $0 != "(" } }
        #expect(
            titles.map { $0.trimmingSuffix(" ") } == ["host: well", "database", Self.long("abcde"), Self.long("fghij")])
        for line in [
            "  ok IPv4 leaves by one network: eth0", "  ok the policy has no fault",
            "  ok connection tracking has room: ",
        ] {
            #expect(said.contains(line), "\(line)\n\(said)")
        }
        let broken = said.components(separatedBy: "\(Self.long("abcde")) (").last ?? ""
        #expect(!broken.prefix { $0 != "\n" }.isEmpty && !broken.contains("ok IPv4 leaves by one network"))
    }

    private static func long(_ part: String) -> String {
        "production-orders-service-5d9c7b6f4-\(part)-with-a-very-long-name"
    }

    @Test func applyNamesTheContainerFirst() throws {
        let lab = try Lab("Watch/watch.sh", "Output/scene.sh")
        let said = try lab.run("scene; \"$programs/evenkeel\" apply --all --dry-run 2>/dev/null")
        #expect(said.contains("\(Self.long("abcde")) (") && said.contains("\ndatabase ("), "\(said)")
    }

    /// A wrong word is answered with the nearest right one.
    @Test(arguments: [
        ("docter", "did you mean evenkeel doctor?"), ("host stats", "did you mean evenkeel host status?"),
        ("watch stauts", "did you mean evenkeel watch status?"), ("policy chek", "did you mean evenkeel policy check?"),
        ("explain duplicat-default", "did you mean duplicate-default-route?"),
        ("mtu-mismatch", "did you mean evenkeel explain mtu-mismatch?"), ("doctor --jsn", "Did you mean '--json'?"),
        ("xyzzy", "no command is called xyzzy\n"), ("doctor web", "; did you mean --container web?\n"),
        ("test web", "; did you mean --container web?\n"), ("apply web", "; did you mean --container web?\n"),
        ("map web", "; did you mean --container web?\n"),
    ])
    func aWrongWordIsAnsweredWithTheNearest(command: String, suggestion: String) throws {
        let output = try Lab().attempt("\"$programs/evenkeel\" \(command)")
        #expect(output.status == 64 && output.err.contains(suggestion), "\(output.err)")
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ suffix: Character) -> String {
        var text = self
        while text.last == suffix { text.removeLast() }
        return String(text)
    }
}
