import Testing

extension ConformanceTests {
    @Test func anInputThatIsNoConfigurationIsRefused() throws {
        let wrong = [
            " \n", "{", "not json", "[]", "null", "1", #""text""#, "{} {}", "{,}", #"{"name":"a",}"#,
            #"{"name":"a","name":"b"}"#, "\u{feff}{}", "{\"name\":\"a\u{0}b\"}",
        ].map { (text: String) in
            ConformanceRow("input \(text.debugDescription)", input: text, answers: "6 6 6 6 6 6")
        }
        // Verbs:                                                                 VERSION ADD DEL CHECK GC STATUS
        let none = ConformanceRow("no input", input: "", answers: "                    ok   6   6   6    6  6")
        let nothing = ConformanceRow("an empty object", input: "{}", answers: "        ok   1   1   1    1  1")
        try Conformance().expect((wrong + [none, nothing]).flatMap { $0.cases })
    }

    @Test func aNetworkHasAName() throws {
        let absent = ConformanceRow("no name", configuration: ["name": nil], answers: "ok 7 7 7 7 7", naming: ["name"])
        let wrong = [
            "null", "1", "true", "[]", "{}", #""""#, #"" ""#, #""-web""#, #""_web""#, #"".web""#, #""a b""#, #""a/b""#,
            #""a:b""#, #""web\n""#, #""wéb""#, #""../web""#,
        ]
        let right = [#""w""#, #""0""#, #""9-a_b.C""#, #""podman""#]
        let row = { (name: String, answers: String) in
            ConformanceRow("name is \(name)", configuration: ["name": name], answers: answers, naming: ["name"])
        }
        let rows = wrong.map { row($0, "ok 7 7 7 7 7") } + right.map { row($0, "ok ok ok ok ok ok") }
        try Conformance().expect((rows + [absent]).flatMap { $0.cases })
    }

    @Test func aChainedPluginNeedsAResultBeforeIt() throws {
        let missing = [("missing", nil), ("null", "null")].map { (how: String, text: String?) in
            ConformanceRow(
                "prevResult \(how)", configuration: ["prevResult": text],
                // Verbs:   VERSION ADD DEL CHECK GC STATUS
                answers: "       ok   7  ok   7   ok ok", naming: ["prevResult"])
        }
        let wrong = ["1", "true", "[]", #""text""#].map { (text: String) in
            ConformanceRow(
                "prevResult is \(text)", configuration: ["prevResult": text], answers: "ok 6 - 6 ok ok",
                naming: ["prevResult"])
        }
        let empty = ConformanceRow("DEL of nothing", configuration: ["prevResult": "{}"], answers: "ok - ok ok ok ok")
        try Conformance().expect((missing + wrong + [empty]).flatMap { $0.cases })
    }

    /// A DEL says what is wrong and succeeds, or the chain's other plugins could not clean up.
    @Test func whatThisPluginIsToldInItsOwnKeysIsChecked() throws {
        let wrong: KeyValuePairs = [
            "policy": "[]", "policy": #""loose""#, "policy": "1", "policy": #"{"defualtRoute":{}}"#,
            "policy": #"{"defaultRoute":[]}"#, "policy": #"{"defaultRoute":{"mode":"two"}}"#,
            "policy": #"{"defaultRoute":{"prefer":"eth1"}}"#,
            "policy": #"{"defaultRoute":{"prefer":["10.89.1.0/33"]}}"#,
            "policy": #"{"defaultRoute":{"sourceRules":"yes"}}"#, "policy": #"{"rpFilter":2}"#,
            "policy": #"{"rpFilter":"strict"}"#, "policy": #"{"invalid":{"mode":true}}"#,
            "policy": #"{"invalid":{"forwards":true}}"#, "policy": #"{"conntrack":{"max":0}}"#,
            "policy": #"{"onError":"ignore"}"#, "policy": #"{"rpFilter":"loose","more":{}}"#,
            "prefer": "1", "prefer": #""true""#, "prefer": "[]", "prefer": #"{"interface":"eth0"}"#,
            "logLevel": #""verbose""#, "logLevel": #""INFO""#, "logLevel": #""""#, "logLevel": "1", "logLevel": "[]",
            "logFile": #""evenkeel.log""#, "logFile": #""./evenkeel.log""#, "logFile": #""""#, "logFile": "true",
            "logFile": #"["/run/log"]"#,
        ]
        let right: KeyValuePairs = [
            "policy": "{}", "policy": #"{"defaultRoute":{"prefer":["eth0","10.89.1.0/24"]},"rpFilter":"loose"}"#,
            "prefer": "false", "logLevel": #""error""#, "logLevel": #""warning""#, "logLevel": #""info""#,
            "logFile": #""/dev/null""#, "capabilities": #"{"evenkeel":true,"portMappings":true}"#,
            "ipMasq": "true", "dns": #"{"nameservers":["10.89.1.1"]}"#, "somethingElse": #"[1,{"a":null}]"#,
        ]
        let row = { (key: String, text: String, answers: String) in
            ConformanceRow("\(key) is \(text)", configuration: [key: text], answers: answers, naming: [key])
        }
        // Verbs:                         VERSION ADD DEL CHECK GC STATUS
        let rows =
            wrong.map { row($0, $1, "          ok   7 told 7   -  -") }
            + right.map { row($0, $1, "        ok  ok  ok  ok  ok ok") }
        try Conformance().expect(rows.flatMap { $0.cases })
    }

    @Test func whatIsSaidOfOneContainerIsCheckedToo() throws {
        let wrong = [
            "[]", #""skip""#, "true", "1", #"{"skip":"true"}"#, #"{"skip":1}"#, #"{"prefer":"eth0"}"#, #"{"prefer":1}"#,
            #"{"defaultRoute":[]}"#, #"{"defaultRoute":{"mode":"two"}}"#, #"{"defaultRoute":{"preferred":["eth0"]}}"#,
            #"{"defaultRoute":{"prefer":[""]}}"#, #"{"rpFilter":2}"#, #"{"rpFilter":"strict"}"#, #"{"skp":true}"#,
            #"{"invalid":{"mode":"drop"}}"#, #"{"onError":"fail"}"#, #"{"skip":false,"policy":{}}"#,
        ]
        let right = [
            "{}", #"{"skip":false}"#, #"{"prefer":false}"#, #"{"defaultRoute":{}}"#,
            #"{"defaultRoute":{"mode":"one","prefer":["eth0"],"sourceRules":true}}"#, #"{"rpFilter":"loose"}"#,
            #"{"skip":false,"prefer":false,"defaultRoute":{"prefer":["eth0"]},"rpFilter":"loose"}"#,
        ]
        let rows = { (settings: String, answers: String) in
            let others = #"{"portMappings":[{"hostPort":8080,"containerPort":80}],"evenkeel":\#(settings)}"#
            return [
                ConformanceRow(
                    "runtimeConfig.evenkeel is \(settings)", configuration: ["runtimeConfig": others], answers: answers),
                ConformanceRow(
                    "args.cni.evenkeel is \(settings)",
                    configuration: ["args": #"{"cni":{"labels":[],"evenkeel":\#(settings)},"more":1}"#],
                    answers: answers),
            ]
        }
        let others = [
            ConformanceRow(
                "runtimeConfig of others", configuration: ["runtimeConfig": #"{"portMappings":[]}"#],
                answers: "ok ok ok ok ok ok"),
            ConformanceRow(
                "args of others", configuration: ["args": #"{"cni":{"ips":["10.89.1.5"]}}"#],
                answers: "ok ok ok ok ok ok"),
            ConformanceRow("args without cni", configuration: ["args": "{}"], answers: "ok ok ok ok ok ok"),
        ]
        let all = wrong.flatMap { rows($0, "ok 7 - 7 - -") } + right.flatMap { rows($0, "ok ok ok ok ok ok") } + others
        try Conformance().expect(all.flatMap { $0.cases })
    }

    @Test func garbageIsWhatIsNotAmongTheValidAttachments() throws {
        let key = "cni.dev/valid-attachments"
        let wrong = [
            "{}", #""test""#, "1", "[1]", "[null]", #"["test"]"#, "[[]]", "[{}]", #"[{"containerID":"test"}]"#,
            #"[{"ifname":"eth0"}]"#, #"[{"containerID":1,"ifname":"eth0"}]"#,
            #"[{"containerID":"test","ifname":null}]"#,
            #"[{"containerID":"test","ifname":"eth0"},{}]"#,
        ]
        let right = [
            "[]", #"[{"containerID":"test","ifname":"eth0"}]"#, #"[{"ifname":"eth0","containerID":"x","more":[]}]"#,
        ]
        let row = { (text: String?, answers: String) in
            ConformanceRow(
                "\(key) is \(text ?? "missing")", configuration: [key: text], answers: answers, naming: [key])
        }
        // Verbs:                                        VERSION ADD DEL CHECK GC STATUS
        let rows =
            [row(nil, "                                       -   -   -   -   ok  -")]
            + wrong.map { row($0, "                           -   -   -   -    7  -") }
            + (right + ["null"]).map { row($0, "                           -   -   -   -   ok  -") }
        try Conformance().expect(rows.flatMap { $0.cases })
    }

    @Test func withoutPrivilegeTheVerbsFailAndStatusSaysSoBefore() throws {
        let conformance = try Conformance()
        let plain = ["/usr/bin/setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
        let row = ConformanceRow("without privilege", wrapper: plain, answers: "ok 100 - 100 - 50")
        try conformance.expect(row.cases)
    }
}
