import JSON
import Keel
import Netlink
import Testing

@Suite struct AnnotationTests {
    @Test func annotationsOfOthersSayNothing() throws {
        let annotations = try read([
            .init("io.podman.annotations.init", .string("TRUE")), .init("evenkeelx.skip", .string("true")),
            .init("evenkeel", .string("true")), .init("org.evenkeel.skip", .string("true")),
        ])
        #expect(try !annotations.isSkipped())
        var policy = Policy()
        #expect(try annotations.overlay(&policy) == [])
        #expect(policy == Policy())
    }

    @Test func namesWithoutMeaningAreErrorsThatSayWhichHaveOne() {
        for name in ["evenkeel.skipp", "evenkeel.", "evenkeel.Skip", "evenkeel.skip.x"] {
            let error = #expect(throws: PolicyError.self) { try read([.init(name, .string("true"))]) }
            #expect(
                error?.description
                    == "annotation \(name) is unknown; "
                    + "allowed: evenkeel.skip, evenkeel.default-route, evenkeel.policy")
        }
    }

    @Test(arguments: [("true", true), ("false", false)])
    func skipIsSaidOutright(value: String, isSkipped: Bool) throws {
        #expect(try read([.init("evenkeel.skip", .string(value))]).isSkipped() == isSkipped)
    }

    @Test(arguments: ["", "yes", "True", "1", " true", "true\u{1b}[2J"])
    func anotherWordForSkipIsAnError(value: String) throws {
        let annotations = try read([.init("evenkeel.skip", .string(value))])
        let error = #expect(throws: PolicyError.self) { try annotations.isSkipped() }
        #expect(error?.description.contains("annotation evenkeel.skip is \"") == true)
        #expect(error?.description.hasSuffix("allowed: \"true\", \"false\"") == true)
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

    @Test(arguments: ["", ",", " ", "10.89.3.0/33", "eth0:1", "a/b"])
    func whatIsNoNetworkIsAnError(value: String) {
        let error = #expect(throws: PolicyError.self) { _ = try overlay(["evenkeel.default-route": value]) }
        #expect(error?.description.hasPrefix("annotation evenkeel.default-route: defaultRoute.prefer") == true)
    }

    @Test func aWholePolicyMayStandInOne() throws {
        let policy = try overlay(["evenkeel.policy": #"{"onError":"fail","defaultRoute":{"mode":"ranked"}}"#])
        #expect(policy.onError == .fail && policy.defaultRoute.mode == .ranked)
        #expect(policy.rpFilter == .loose)
    }

    @Test(arguments: ["", "{", #"{"onError":"never"}"#, #"{"skip":true}"#, "[]"])
    func aPolicyThatIsNoneIsAnErrorThatNamesTheAnnotation(document: String) {
        let error = #expect(throws: PolicyError.self) { _ = try overlay(["evenkeel.policy": document]) }
        #expect(error?.description.hasPrefix("annotation evenkeel.policy") == true)
    }

    /// Whatever their order: the shorter one is the more deliberate.
    @Test(arguments: [false, true])
    func theListWinsOverThePolicy(isListFirst: Bool) throws {
        let members: [JSON.Member] = [
            .init("evenkeel.policy", .string(#"{"defaultRoute":{"prefer":["eth7"],"sourceRules":false}}"#)),
            .init("evenkeel.default-route", .string("eth1")),
        ]
        var policy = Policy()
        #expect(try read(isListFirst ? members.reversed() : members).overlay(&policy) == [])
        #expect(policy.defaultRoute.prefer == [.name("eth1")])
        #expect(!policy.defaultRoute.sourceRules)
    }

    private func overlay(_ texts: [String: String]) throws -> Policy {
        var policy = Policy()
        #expect(try read(texts.map { .init($0.key, .string($0.value)) }).overlay(&policy) == [])
        return policy
    }

    private func read(_ members: [JSON.Member]) throws(PolicyError) -> Annotations {
        try Annotations(members, within: nil)
    }
}
