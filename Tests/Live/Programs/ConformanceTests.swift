import Testing

/// The plugin by the letter of the CNI specification, versions 0.3.0 to 1.1.0: each verb, in each version, with one thing
/// wrong at a time. Whatever is wrong, nothing is changed.
@Suite struct ConformanceTests {
    @Test func eachVerbSpeaksItsVersions() throws {
        // Verbs:                                              VERSION ADD DEL CHECK GC STATUS
        let spoken = [
            ConformanceRow("spoken", versions: ["0.3.0"], answers: "ok ok ok 1 1 1"),
            ConformanceRow("spoken", versions: ["0.3.1"], answers: "ok ok ok 1 1 1"),
            ConformanceRow("spoken", versions: ["0.4.0"], answers: "ok ok ok ok 1 1"),
            ConformanceRow("spoken", versions: ["1.0.0"], answers: "ok ok ok ok 1 1"),
            ConformanceRow("spoken", versions: ["1.1.0"], answers: "ok ok ok ok ok ok"),
        ]
        let unspoken = ["0.1.0", "0.2.0", "0.3.2", "1.2.0", "2.0.0", "1.0", "1.1.0 ", "v1.0.0", "current", ""].map {
            (version: String) in
            ConformanceRow("not spoken", versions: [version], answers: "ok 1 1 1 1 1")
        }
        let absent = ConformanceRow("none named", configuration: ["cniVersion": nil], answers: "ok 1 1 1 1 1")
        let wrong = ["1", "1.1", "true", "[]", #"["1.0.0"]"#, "{}"].map { (text: String) in
            ConformanceRow("cniVersion is \(text)", configuration: ["cniVersion": text], answers: "6 6 6 6 6 6")
        }
        try Conformance().expect((spoken + unspoken + [absent] + wrong).flatMap { $0.cases })
    }

    @Test func aVariableThatIsMissingOrWrongIsNamed() throws {
        try Conformance().expect((Self.missing + Self.wrong + Self.severalMissing).flatMap { $0.cases })
    }

    private static let missing = [("not set", nil), ("empty", "")].flatMap { (how: String, value: String?) in
        let row = { (name: String, answers: String) in
            ConformanceRow("\(name) \(how)", environment: [name: value], answers: answers, naming: [name])
        }
        return [
            // Verbs:               VERSION ADD DEL CHECK GC STATUS
            row("CNI_COMMAND", "         4   4   4   4    4  4"),
            row("CNI_CONTAINERID", "    ok   4   4   4   ok ok"),
            row("CNI_NETNS", "          ok   4  ok   4   ok ok"),
            row("CNI_IFNAME", "         ok   4   4   4   ok ok"),
            row("CNI_PATH", "           ok  ok  ok  ok    4 ok"),
            row("CNI_ARGS", "           ok  ok  ok  ok   ok ok"),
        ]
    }

    private static let wrong: [ConformanceRow] =
        ["add", "UPDATE", "ADD ", "ADDDEL", "ä"].map {
            wrong("CNI_COMMAND", $0, "             - 4 - - - -")
        }
        + ["-x", "_x", ".x", "a b", "a/b", "a:b", "a\n", "ä", "xä", " a", "../x"].map {
            wrong("CNI_CONTAINERID", $0, "         - 4 4 4 - -")
        }
        + ["0", "Z", "a_b.c-d", "A9-", String(repeating: "0123456789abcdef", count: 16)].map {
            wrong("CNI_CONTAINERID", $0, "         ok ok ok ok ok ok")
        }
        + ["sixteen-letters-", ".", "..", "a/b", "a:b", "a b", "a\tb", "a\nb", "eth0 "].map {
            wrong("CNI_IFNAME", $0, "              - 4 4 4 - -")
        }
        + ["/run/netns/none", "none", "/run", "/etc/passwd", "/dev/null", "/proc/self/ns/mnt", "/proc/1/ns/net"].map {
            wrong("CNI_NETNS", $0, "               ok 8 ok 8 ok ok")
        }
        + ["eth7", "exactly-fifteen", "...", "ä"].map { (name: String) in
            ConformanceRow(
                "CNI_IFNAME \(name), which is not there", environment: ["CNI_IFNAME": name],
                answers: "                         ok told ok 101 ok ok", naming: [name])
        }
        + [
            // As podman 4.3 asks.
            ConformanceRow(
                "the word dummy everywhere",
                environment: ["CNI_CONTAINERID": "", "CNI_NETNS": "dummy", "CNI_IFNAME": "dummy"],
                answers: "ok - - - - -"),
            ConformanceRow(
                "nothing else set",
                environment: ["CNI_CONTAINERID": nil, "CNI_NETNS": nil, "CNI_IFNAME": nil, "CNI_PATH": nil],
                answers: "ok - - - - ok"),
        ]

    private static func wrong(_ name: String, _ value: String, _ answers: String) -> ConformanceRow {
        ConformanceRow(
            "\(name) is \(value.debugDescription)", environment: [name: value], answers: answers, naming: [name])
    }

    /// Every set of two or more of those that a verb needs.
    private static let severalMissing: [ConformanceRow] = {
        let needed = ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"]
        let sets = [[0, 1], [0, 2], [1, 2], [0, 1, 2]].map { $0.map { needed[$0] } }
        return sets.map { names in
            ConformanceRow(
                "without \(names.joined(separator: ", "))",
                environment: Dictionary(uniqueKeysWithValues: names.map { ($0, nil) }),
                answers: "ok 4 - 4 ok ok", naming: names)
        } + [
            ConformanceRow(
                "without all that DEL needs",
                environment: ["CNI_CONTAINERID": nil, "CNI_NETNS": nil, "CNI_IFNAME": nil],
                answers: "- - 4 - - -", naming: ["CNI_CONTAINERID", "CNI_IFNAME"])
        ]
    }()

    /// `CNI_ARGS` is for people, who misspell; runtimes set IgnoreUnknown beside keys of their own.
    @Test func theArgumentsAreReadStrictlyUnlessTheRuntimeSaysOtherwise() throws {
        let refused = [
            "UNKNOWN=1", "EVENKEEL_SKP=true", "EVENKEEL_SKIP", "=true", "EVENKEEL_SKIP=false;nonsense",
            "EVENKEEL_SKIP=yes", "EVENKEEL_SKIP=", "EVENKEEL_PREFER=2", "EVENKEEL_PREFER=eth0",
            "EVENKEEL_DEFAULT_ROUTE=",
            "EVENKEEL_DEFAULT_ROUTE=10.89.1.0/33", "IgnoreUnknown=0;UNKNOWN=1", "IgnoreUnknown=false;UNKNOWN=1",
            "IgnoreUnknown=1;EVENKEEL_SKIP=yes", "IgnoreUnknown=1;nonsense",
        ]
        let taken = [
            "IgnoreUnknown=1", "IgnoreUnknown=true", "IgnoreUnknown=0", "EVENKEEL_SKIP=false", "EVENKEEL_PREFER=false",
            "EVENKEEL_DEFAULT_ROUTE=eth0", "EVENKEEL_DEFAULT_ROUTE=eth0,10.89.1.0/24",
            "EVENKEEL_SKIP=false;EVENKEEL_PREFER=false", "IgnoreUnknown=true;UNKNOWN=1", "UNKNOWN=1;IgnoreUnknown=1",
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=test",
        ]
        let row = { (arguments: String, answers: String) in
            ConformanceRow("CNI_ARGS is \(arguments)", environment: ["CNI_ARGS": arguments], answers: answers)
        }
        let rows = refused.map { row($0, "- 4 - 4 - -") } + taken.map { row($0, "ok ok ok ok ok ok") }
        try Conformance().expect(rows.flatMap { $0.cases })
    }
}
