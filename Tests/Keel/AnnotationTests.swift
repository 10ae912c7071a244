import JSON
import Keel
import Netlink
import Testing

@Suite struct AnnotationTests {
    @Test func annotationsOfOthersSayNothing() {
        let (policy, annotations) = read([
            ("io.podman.annotations.init", "TRUE"), ("evenkeelx.skip", "true"), ("evenkeel", "true"),
            ("org.evenkeel.skip", "true"), ("dev.evenkeelx.skip", "true"), ("k8s.v1.cni.cncf.io/network-status", "[]"),
            ("dev", "x"), ("", "x"),
        ])
        #expect(annotations.skip == nil && annotations.warnings == [] && policy == Policy())
    }

    /// OCI wants unknown keys to be no errors.
    @Test(arguments: [
        ("evenkeel.skipp", " (did you mean evenkeel.skip?)"), ("evenkeel.", ""),
        ("evenkeel.Skip", " (did you mean evenkeel.skip?)"),
        ("dev.evenkeel.defaultRoute", " (did you mean dev.evenkeel.default-route?)"),
        ("evenkeel.dev/rpfilter", " (did you mean evenkeel.dev/rp-filter?)"),
        ("evenkeel.dev/onerror", " (did you mean evenkeel.dev/on-error?)"), ("evenkeel.nonsense", ""),
        ("dev.evenkeel.evenkeel.skip", ""), ("evenkeel.\u{1b}[2J", ""),
        ("evenkeel.\(String(repeating: "s", count: 5000))", ""),
    ])
    func anUnknownNameIsAWarningThatSaysWhichIsNear(name: String, suggestion: String) {
        let (policy, annotations) = read([(name, "true")])
        #expect(policy == Policy() && annotations.skip == nil && annotations.faults.isEmpty)
        #expect(
            annotations.warnings == [
                "annotation \(name.replacing("\u{1b}", with: "?")) is ignored: its name is unknown\(suggestion); known: skip, "
                    + "policy, default-route, mode, rp-filter, on-error"
            ])
    }

    @Test func ofManyUnknownNamesOneIsNamed() {
        let many = (0..<50000).map { JSON.Member("dev.evenkeel.\($0)", .null) }
        var policy = Policy()
        #expect(Annotations(many, over: &policy).warnings.count == 1)
    }

    @Test(arguments: ["evenkeel.", "dev.evenkeel.", "evenkeel.dev/"])
    func eachNameHasThreeSpellings(prefix: String) {
        #expect(read([(prefix + "skip", "true")]).annotations.skip == prefix + "skip")
        #expect(read([(prefix + "default-route", "eth1")]).policy.defaultRoute.prefer == [.name("eth1")])
        #expect(read([(prefix + "mode", "ranked")]).policy.defaultRoute.mode == .ranked)
        #expect(read([(prefix + "rp-filter", "keep")]).policy.rpFilter == .keep)
        #expect(read([(prefix + "on-error", "fail")]).policy.onError == .fail)
        #expect(read([(prefix + "policy", #"{"rpFilter":"relax"}"#)]).policy.rpFilter == .relax)
    }

    /// Whatever their order in the container's configuration.
    @Test(arguments: [
        [("evenkeel.mode", "keep"), ("evenkeel.dev/mode", "one"), ("dev.evenkeel.mode", "ranked")],
        [("dev.evenkeel.mode", "ranked"), ("evenkeel.dev/mode", "one"), ("evenkeel.mode", "keep")],
        [("evenkeel.dev/mode", "one"), ("dev.evenkeel.mode", "ranked"), ("evenkeel.mode", "keep")],
    ])
    func ofSeveralSpellingsTheFirstCounts(all: [(String, String)]) {
        let (policy, annotations) = read(all)
        #expect(policy.defaultRoute.mode == .ranked && annotations.faults.isEmpty)
        #expect(annotations.warnings.count == 2)
        #expect(annotations.warnings.contains { $0.hasPrefix("annotation evenkeel.mode is ignored: ") })
        #expect(annotations.warnings.contains { $0.hasPrefix("annotation evenkeel.dev/mode is ignored: ") })
    }

    @Test func spellingsThatSayTheSameAreNotTold() {
        let (policy, annotations) = read([("evenkeel.mode", "one"), ("dev.evenkeel.mode", "one")])
        #expect(policy.defaultRoute.mode == .one && annotations.warnings == [])
    }

    @Test(arguments: [("true", true), ("false", false)]) func skipIsSaidOutright(value: String, isSkipped: Bool) {
        #expect((read([("evenkeel.skip", value)]).annotations.skip != nil) == isSkipped)
    }

    @Test(arguments: ["", "yes", "True", "1", " true", "true\u{1b}[2J"])
    func anotherWordForSkipIsAFault(value: String) {
        let annotations = read([("evenkeel.skip", value)]).annotations
        #expect(annotations.skip == nil && annotations.faults.count == 1)
        #expect(annotations.warnings.first?.hasPrefix("annotation evenkeel.skip is \"") == true)
        #expect(annotations.warnings.first?.hasSuffix("allowed: \"true\", \"false\"; it is ignored") == true)
    }

    @Test func aContainerThatIsLeftAloneSaysNothingElse() {
        let (policy, annotations) = read([("evenkeel.skip", "true"), ("evenkeel.mode", "x"), ("evenkeel.policy", "{")])
        #expect(annotations.skip != nil && policy == Policy() && annotations.warnings == [])
    }

    @Test func aListOfNetworksIsPreferredInItsOrder() throws {
        let policy = try overlay(["evenkeel.default-route": "eth1,web*,10.89.3.0/24,10.89.4.1,fd00::/8"])
        #expect(
            policy.defaultRoute.prefer == [
                .name("eth1"), .name("web*"), .gateway(try #require(IPPrefix("10.89.3.0/24"))),
                .gateway(try #require(IPPrefix("10.89.4.1/32"))), .gateway(try #require(IPPrefix("fd00::/8"))),
            ])
        #expect(policy.defaultRoute.isPreferenceOwn)
    }

    /// podman 4 takes a comma for the end of the annotation.
    @Test(arguments: ["eth1,eth2", "eth1 eth2", "eth1, eth2", " eth1  eth2,"])
    func commasAndBlanksStandBetweenNames(value: String) throws {
        let policy = try overlay(["evenkeel.default-route": value])
        #expect(policy.defaultRoute.prefer == [.name("eth1"), .name("eth2")])
    }

    @Test(arguments: ["", ",", " ", "10.89.3.0/33", "a:b", "a/b"]) func whatIsNoNetworkIsAFault(value: String) {
        expectFault("evenkeel.default-route", value, "annotation evenkeel.default-route: defaultRoute.prefer")
    }

    @Test(arguments: [
        ("mode", "defaultRoute.mode is \"x\"; allowed: \"distinct\", \"one\", \"ranked\", \"keep\""),
        ("rp-filter", "rpFilter is \"x\"; allowed: \"loose\", \"relax\", \"keep\""),
        ("on-error", "onError is \"x\"; allowed: \"warn\", \"fail\""),
    ])
    func aSingleKeyWithAWrongValueIsAFault(name: String, says: String) {
        expectFault("evenkeel.dev/\(name)", "x", "annotation evenkeel.dev/\(name): \(says)")
    }

    @Test func aWrongOneLeavesTheOthers() {
        let (policy, annotations) = read([
            ("evenkeel.mode", "x"), ("evenkeel.rp-filter", "keep"), ("evenkeel.policy", "{"),
        ])
        #expect(policy.rpFilter == .keep && policy.defaultRoute.mode == .distinct && annotations.faults.count == 2)
    }

    @Test func whatIsNoTextIsAFault() {
        var policy = Policy()
        let annotations = Annotations([.init("evenkeel.mode", .integer(7))], over: &policy)
        #expect(annotations.warnings == ["annotation evenkeel.mode is a number; allowed: a string; it is ignored"])
    }

    @Test func aWholePolicyMayStandInOne() throws {
        let policy = try overlay(["evenkeel.policy": #"{"onError":"fail","defaultRoute":{"mode":"ranked"}}"#])
        #expect(policy.onError == .fail && policy.defaultRoute.mode == .ranked)
        #expect(policy.rpFilter == .loose)
    }

    @Test(arguments: ["", "{", #"{"onError":"never"}"#, #"{"skip":true}"#, "[]", #"{"rpFilter":"keep","x":1}"#])
    func aPolicyThatIsNoneIsAFaultThatNamesTheAnnotation(document: String) {
        expectFault("evenkeel.policy", document, "annotation evenkeel.policy")
    }

    /// Whatever their order: the shorter ones are the more deliberate.
    @Test(arguments: [false, true]) func singleKeysWinOverThePolicy(areFirst: Bool) {
        let document =
            #"{"defaultRoute":{"prefer":["eth7"],"sourceRules":false,"mode":"keep"},"rpFilter":"keep","onError":"warn"}"#
        let members = [
            ("dev.evenkeel.policy", document), ("evenkeel.default-route", "eth1"), ("evenkeel.mode", "one"),
            ("evenkeel.rp-filter", "relax"), ("evenkeel.on-error", "fail"),
        ]
        let (policy, annotations) = read(areFirst ? members.reversed() : members)
        #expect(annotations.warnings == [])
        #expect(policy.defaultRoute.prefer == [.name("eth1")] && policy.defaultRoute.mode == .one)
        #expect(policy.rpFilter == .relax && policy.onError == .fail && !policy.defaultRoute.sourceRules)
    }

    private func overlay(_ texts: [String: String]) throws -> Policy {
        let (policy, annotations) = read(texts.map { ($0.key, $0.value) })
        #expect(annotations.warnings == [])
        return policy
    }

    private func expectFault(
        _ name: String, _ value: String, _ start: String, at place: SourceLocation = #_sourceLocation
    ) {
        let (policy, annotations) = read([(name, value)])
        #expect(policy == Policy() && annotations.remarks == [] && annotations.faults.count == 1, sourceLocation: place)
        #expect(annotations.faults.first?.description.hasPrefix(start) == true, sourceLocation: place)
    }

    private func read(_ texts: [(String, String)]) -> (policy: Policy, annotations: Annotations) {
        var policy = Policy()
        let annotations = Annotations(texts.map { .init($0.0, .string($0.1)) }, over: &policy)
        return (policy, annotations)
    }
}
