import Foundation
import JSON
import Keel
import Netlink
import Testing

@Suite struct PolicyTests {
    @Test func theBuiltInPolicyIsTheDocumentedOne() {
        let policy = Policy()
        #expect(
            policy.defaultRoute.mode == .distinct && policy.defaultRoute.prefer == [] && policy.defaultRoute.sourceRules
        )
        #expect(policy.rpFilter == .loose)
        #expect(policy.invalid.mode == .drop && policy.invalid.forward)
        #expect(policy.conntrack.max == .automatic && policy.conntrack.warnAt == 0.9)
        // Timeouts only where a policy names them.
        #expect(policy.conntrack.tcpEstablishedTimeout == nil && policy.conntrack.genericTimeout == nil)
        #expect(policy.onError == .warn)
        #expect(Policy.path == "/etc/evenkeel/policy.json")
    }

    @Test func aDocumentWithEveryKeyIsUnderstood() throws {
        let policy = try read(
            """
            {
              "defaultRoute": { "mode": "ranked", "prefer": ["eth1", "web*", "10.89.3.0/24"], "sourceRules": false },
              "rpFilter": "relax",
              "invalid": { "mode": "liberal", "forward": false },
              "conntrack": { "max": 262144, "tcpEstablishedTimeout": 54000, "genericTimeout": 120, "warnAt": 0.75 },
              "onError": "fail"
            }
            """)
        var expected = Policy()
        expected.defaultRoute.mode = .ranked
        expected.defaultRoute.prefer = [
            .name("eth1"), .name("web*"), .gateway(try #require(IPPrefix("10.89.3.0/24"))),
        ]
        expected.defaultRoute.sourceRules = false
        expected.rpFilter = .relax
        expected.invalid.mode = .liberal
        expected.invalid.forward = false
        expected.conntrack.max = .entries(262_144)
        expected.conntrack.tcpEstablishedTimeout = 54000
        expected.conntrack.genericTimeout = 120
        expected.conntrack.warnAt = 0.75
        expected.onError = .fail
        #expect(policy == expected)
    }

    static let effects: [(String, @Sendable (inout Policy) -> Void)] = [
        (#"{"defaultRoute":{"mode":"distinct"}}"#, { $0.defaultRoute.mode = .distinct }),
        (#"{"defaultRoute":{"mode":"one"}}"#, { $0.defaultRoute.mode = .one }),
        (#"{"defaultRoute":{"mode":"keep"}}"#, { $0.defaultRoute.mode = .keep }),
        (#"{"defaultRoute":{"prefer":[]}}"#, { $0.defaultRoute.prefer = [] }),
        (#"{"defaultRoute":{"learn":"none"}}"#, { $0.defaultRoute.learn = .nothing }),
        (#"{"defaultRoute":{"learn":"all"}}"#, { $0.defaultRoute.learn = .all }),
        (#"{"defaultRoute":{"sourceRules":true}}"#, { $0.defaultRoute.sourceRules = true }),
        (#"{"rpFilter":"loose"}"#, { $0.rpFilter = .loose }), (#"{"rpFilter":"keep"}"#, { $0.rpFilter = .keep }),
        (#"{"invalid":{"mode":"drop"}}"#, { $0.invalid.mode = .drop }),
        (#"{"invalid":{"mode":"keep"}}"#, { $0.invalid.mode = .keep }),
        (#"{"invalid":{"mode":"input"}}"#, { $0.invalid.mode = .input }),
        (#"{"invalid":{"forward":false}}"#, { $0.invalid.forward = false }),
        (#"{"invalid":{"where":"always"}}"#, { $0.invalid.place = .always }),
        (#"{"invalid":{"where":"translated"}}"#, { $0.invalid.place = .translated }),
        (#"{"conntrack":{"max":"auto"}}"#, { $0.conntrack.max = .automatic }),
        (#"{"conntrack":{"max":"keep"}}"#, { $0.conntrack.max = .keep }),
        (#"{"conntrack":{"max":1}}"#, { $0.conntrack.max = .entries(1) }),
        (#"{"conntrack":{"max":2147483647}}"#, { $0.conntrack.max = .entries(2_147_483_647) }),
        (
            #"{"conntrack":{"tcpEstablishedTimeout":2147483647}}"#,
            { $0.conntrack.tcpEstablishedTimeout = 2_147_483_647 }
        ),
        (#"{"conntrack":{"genericTimeout":1}}"#, { $0.conntrack.genericTimeout = 1 }),
        (#"{"conntrack":{"warnAt":1}}"#, { $0.conntrack.warnAt = 1 }),
        (#"{"conntrack":{"warnAt":1e-9}}"#, { $0.conntrack.warnAt = 1e-9 }),
        (#"{"onError":"warn"}"#, { $0.onError = .warn }), ("{}", { _ in }),
        (#"{"defaultRoute":{},"conntrack":{}}"#, { _ in }),
    ]

    @Test(arguments: effects) func aKeyChangesWhatItNamesAndNothingElse(
        document: String, change: @Sendable (inout Policy) -> Void
    ) throws {
        var policy = Policy()
        policy.defaultRoute = try read(#"{"defaultRoute":{"mode":"ranked","prefer":["eth9"],"sourceRules":false}}"#)
            .defaultRoute
        policy.rpFilter = .relax
        policy.invalid.mode = .liberal
        policy.conntrack.max = .entries(7)
        policy.onError = .fail
        var expected = policy
        change(&expected)
        try policy.overlay(Array(document.utf8), from: "a test")
        #expect(policy == expected)
    }

    @Test func laterDocumentsWinKeyByKey() throws {
        var policy = try read(
            #"{"defaultRoute":{"mode":"ranked","prefer":["eth1","eth2"]},"conntrack":{"max":"keep","warnAt":0.5},"rpFilter":"keep"}"#
        )
        try policy.overlay(
            Array(#"{"defaultRoute":{"prefer":["eth3"]},"conntrack":{"warnAt":0.8}}"#.utf8), from: "the second")
        try policy.overlay(.object([.init("onError", .string("fail"))]), from: "the third")
        #expect(policy.defaultRoute.mode == .ranked && policy.defaultRoute.prefer == [.name("eth3")])
        #expect(policy.conntrack.max == .keep && policy.conntrack.warnAt == 0.8)
        #expect(policy.rpFilter == .keep && policy.onError == .fail && policy.invalid == Policy().invalid)
    }

    /// Where a kind of value is wrong, and what the error says is allowed there.
    static let wrongKinds: [(path: String, allowed: String, right: [String])] = [
        ("defaultRoute", "an object", ["an object"]), ("invalid", "an object", ["an object"]),
        ("conntrack", "an object", ["an object"]), ("annotations", "an object", ["an object"]),
        (
            "annotations.allow",
            #"an array of "dev.evenkeel.skip", "dev.evenkeel.policy", "dev.evenkeel.default-route", "dev.evenkeel.mode", "#
                + #""dev.evenkeel.rp-filter", "dev.evenkeel.on-error""#,
            ["an array"]
        ),
        ("defaultRoute.mode", #""distinct", "one", "ranked", "keep""#, ["a string"]),
        (
            "defaultRoute.prefer",
            "an array of names of networks or interfaces, globs (\"web*\") or prefixes that hold the gateway (\"10.89.3.0/24\")",
            ["an array"]
        ),
        ("defaultRoute.sourceRules", "true, false", ["a boolean"]),
        ("defaultRoute.learn", #""bridges", "all", "none""#, ["a string"]),
        ("rpFilter", #""loose", "relax", "keep""#, ["a string"]),
        ("invalid.mode", #""drop", "input", "liberal", "keep""#, ["a string"]),
        ("invalid.where", #""translated", "always""#, ["a string"]),
        ("invalid.forward", "true, false", ["a boolean"]),
        ("conntrack.max", #""auto", "keep", a number of entries from 1 to 2147483647"#, ["a number", "a string"]),
        ("conntrack.tcpEstablishedTimeout", "a number of seconds from 1 to 2147483647", ["a number", "a string"]),
        ("conntrack.genericTimeout", "a number of seconds from 1 to 2147483647", ["a number", "a string"]),
        ("conntrack.warnAt", "a number above 0 and up to 1", ["a number", "a string"]),
        ("onError", #""warn", "fail""#, ["a string"]),
    ]

    @Test(arguments: wrongKinds) func aWrongKindOfValueIsNamed(path: String, allowed: String, right: [String]) {
        let samples = [
            ("null", "null"), ("true", "a boolean"), ("7", "a number"), ("0.5", "a number"), ("\"x\"", "a string"),
            ("[]", "an array"),
            ("{}", "an object"),
        ]
        for (text, kind) in samples where !right.contains(kind) {
            expectError(document(path, text), "policy.json: \(path) is \(kind); allowed: \(allowed)")
        }
    }

    @Test(arguments: [
        ("defaultRoute.mode", "\"One\"", #"is "One"; allowed: "distinct", "one", "ranked", "keep""#),
        ("defaultRoute.mode", "\"\"", #"is ""; allowed: "distinct", "one", "ranked", "keep""#),
        ("rpFilter", "\"strict\"", #"is "strict"; allowed: "loose", "relax", "keep""#),
        ("rpFilter", #""\u001b[2J\u202e""#, #"is "?[2J?"; allowed: "loose", "relax", "keep""#),
        ("invalid.mode", "\"reject\"", #"is "reject"; allowed: "drop", "input", "liberal", "keep""#),
        ("onError", "\"ignore\"", #"is "ignore"; allowed: "warn", "fail""#),
        ("conntrack.max", "0", #"is 0; allowed: "auto", "keep", a number of entries from 1 to 2147483647"#),
        (
            "conntrack.max", "2147483648",
            #"is 2147483648; allowed: "auto", "keep", a number of entries from 1 to 2147483647"#
        ),
        ("conntrack.max", "1e5", #"is 1e5; allowed: "auto", "keep", a number of entries from 1 to 2147483647"#),
        ("conntrack.max", "\"Auto\"", #"is "Auto"; allowed: "auto", "keep", a number of entries from 1 to 2147483647"#),
        ("conntrack.tcpEstablishedTimeout", "-1", "is -1; allowed: a number of seconds from 1 to 2147483647"),
        ("conntrack.tcpEstablishedTimeout", "\"2d\"", #"is "2d"; allowed: a number of seconds from 1 to 2147483647"#),
        ("conntrack.genericTimeout", "0.5", "is 0.5; allowed: a number of seconds from 1 to 2147483647"),
        ("conntrack.genericTimeout", "0", "is 0; allowed: a number of seconds from 1 to 2147483647"),
        ("conntrack.warnAt", "0", "is 0; allowed: a number above 0 and up to 1"),
        ("conntrack.warnAt", "-0.5", "is -0.5; allowed: a number above 0 and up to 1"),
        ("conntrack.warnAt", "1.01", "is 1.01; allowed: a number above 0 and up to 1"),
        ("conntrack.warnAt", "90", "is 90; allowed: a number above 0 and up to 1"),
        ("conntrack.warnAt", "\"90%\"", #"is "90%"; allowed: a number above 0 and up to 1"#),
    ])
    func anImpossibleValueIsNamedWithWhatIsAllowed(path: String, value: String, says: String) {
        expectError(document(path, value), "policy.json: \(path) \(says)")
    }

    @Test(arguments: [
        ("null", "holds null"), ("7", "holds a number"), ("[\"eth0\"]", "holds an array"), ("\"\"", "holds \"\""),
        ("\"eth0:1\"", "holds \"eth0:1\""), ("\"10.89.3.7/24\"", "holds \"10.89.3.7/24\""),
        (#""eth\u0007""#, "holds \"eth?\""),
    ])
    func whatCannotBePreferredIsNamed(element: String, says: String) {
        let allowed =
            "an array of names of networks or interfaces, globs (\"web*\") or prefixes that hold the gateway (\"10.89.3.0/24\")"
        expectError(
            document("defaultRoute.prefer", "[\"eth0\",\(element)]"),
            "policy.json: defaultRoute.prefer \(says); allowed: \(allowed)")
    }

    @Test func thePreferencesOfAnImageAreBounded() throws {
        let names = { (count: Int) in
            "{\"defaultRoute\":{\"prefer\":[\(Array(repeating: "\"eth0\"", count: count).joined(separator: ","))]}}"
        }
        #expect(try read(names(256)).defaultRoute.prefer.count == 256)
        expectError(names(257), "policy.json: defaultRoute.prefer holds 257 names; allowed: at most 256")
    }

    @Test(arguments: [
        ("mode", "defaultRoute, rpFilter, invalid, conntrack, onError, annotations, watch"),
        ("strict", "defaultRoute, rpFilter, invalid, conntrack, onError, annotations, watch"),
        ("defaultRoute.metric", "mode, prefer, sourceRules, restoreAfterFlap, learn"),
        ("invalid.input", "mode, forward, where"), ("annotations.deny", "allow, locked"),
        ("conntrack.buckets", "max, tcpEstablishedTimeout, genericTimeout, warnAt"),
    ])
    func anUnknownKeyIsNamedWithThoseThereAre(path: String, allowed: String) {
        expectError(document(path, "null"), "policy.json: \(path) is not a key of the policy; allowed: \(allowed)")
    }

    @Test(arguments: [
        ("defaultRoutes", "defaultRoute"), ("RPFilter", "rpFilter"), ("rp_filter", "rpFilter"), ("onerror", "onError"),
        ("defaultRoute.prefered", "prefer"), ("defaultRoute.sourceRule", "sourceRules"),
        ("conntrack.tcpEstablishedTimout", "tcpEstablishedTimeout"), ("annotations.lockd", "locked"),
        ("watch.groups", "group"), ("invalid.forwad", "forward"),
    ])
    func theNearestKeyIsSuggested(path: String, suggestion: String) {
        let error = #expect(throws: PolicyError.self) { try read(document(path, "null")) }
        #expect(error?.problem == "is not a key of the policy (did you mean \(suggestion)?)")
        #expect(error?.key == path && error?.isUnknownKey == true)
    }

    @Test(arguments: ["[]", "null", "\"{}\"", "7"]) func aPolicyIsAnObject(text: String) throws {
        expectError(text, "policy.json is \(try JSON(parsing: Array(text.utf8)).kind); allowed: an object")
    }

    @Test(arguments: ["", "{", "{} {}", #"{"rpFilter":"keep","rpFilter":"loose"}"#, "rpFilter: keep"])
    func whatIsNotJSONIsSaidSo(text: String) {
        let error = #expect(throws: PolicyError.self) { try read(text) }
        #expect(error?.description.hasPrefix("policy.json is not JSON: line 1, column ") == true)
        #expect(error?.description.hasSuffix("; allowed: a JSON object") == true)
    }

    @Test(arguments: [
        #"{"rpFilter":"keep","onError":"never"}"#,
        #"{"defaultRoute":{"mode":"keep","prefer":["eth0"],"sourceRules":1}}"#,
        #"{"conntrack":{"max":1,"warnAt":2}}"#, #"{"invalid":{"mode":"keep","forward":null}}"#,
        #"{"rpFilter":"keep"} x"#,
    ])
    func anErrorLeavesThePolicyAsItWas(text: String) throws {
        let before = try read(#"{"defaultRoute":{"prefer":["eth7"]},"conntrack":{"max":9}}"#)
        var policy = before
        #expect(throws: PolicyError.self) { try policy.overlay(Array(text.utf8), from: "policy.json") }
        #expect(policy == before)
    }

    @Test func aMissingFileLeavesTheDefaults() throws {
        #expect(try Policy.load("/nonexistent/evenkeel/policy.json") == Policy())
    }

    @Test func aFileIsReadAndNamedInItsErrors() throws {
        let path = NSTemporaryDirectory() + "/evenkeel-test-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        var expected = Policy()
        expected.rpFilter = .keep
        try Data(#"{"rpFilter":"keep"}"#.utf8).write(to: URL(fileURLWithPath: path))
        #expect(try Policy.load(path) == expected)

        try Data(#"{"rpFilter":2}"#.utf8).write(to: URL(fileURLWithPath: path))
        var error = #expect(throws: PolicyError.self) { try Policy.load(path) }
        #expect(error?.description == #"\#(path): rpFilter is a number; allowed: "loose", "relax", "keep""#)

        try Data(repeating: 0x20, count: (1 << 20) + 1).write(to: URL(fileURLWithPath: path))
        error = #expect(throws: PolicyError.self) { try Policy.load(path) }
        #expect(error?.description.contains("(EFBIG): more than the 1048576 bytes allowed") == true)
    }

    @Test func aDirectoryIsNoPolicy() {
        let error = #expect(throws: PolicyError.self) { try Policy.load("/proc") }
        #expect(
            error?.description
                == "/proc is unreadable: cannot read /proc: Is a directory (EISDIR); allowed: a JSON object")
    }

    private func read(_ text: String) throws(PolicyError) -> Policy {
        var policy = Policy()
        try policy.overlay(Array(text.utf8), from: "policy.json")
        return policy
    }

    /// `{"a":{"b":value}}` for the path `a.b`.
    private func document(_ path: String, _ value: String) -> String {
        path.split(separator: ".").reversed().reduce(value) { "{\"\($1)\":\($0)}" }
    }

    private func expectError(_ text: String, _ description: String, at place: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: PolicyError.self, sourceLocation: place) { try read(text) }
        #expect(error?.description == description, sourceLocation: place)
    }
}
