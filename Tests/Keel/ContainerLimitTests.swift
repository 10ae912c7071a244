import JSON
import Netlink
import Testing

@testable import Keel

/// `annotations` in the host's policy: what a container, or the image it was made of, may say for itself.
@Suite struct ContainerLimitTests {
    private static let path = "/etc/evenkeel/policy.json"

    @Test func whoSaysNothingAllowsAll() throws {
        #expect(Policy().limits == nil)
        let (policy, skipped, ignored) = try read(
            "{}",
            ["evenkeel.skip": "false", "evenkeel.default-route": "eth1", "evenkeel.policy": #"{"rpFilter":"keep"}"#])
        #expect(policy.rpFilter == .keep && policy.defaultRoute.prefer == [.name("eth1")])
        #expect(!skipped && ignored == [])
        #expect(try read("{}", ["evenkeel.skip": "true"]).skipped)
    }

    @Test func whatIsNotAllowedIsIgnoredAndSaid() throws {
        let all = [
            "evenkeel.skip": "true", "evenkeel.default-route": "eth1", "evenkeel.policy": #"{"rpFilter":"keep"}"#,
        ]
        for one in all.keys {
            let (policy, skipped, ignored) = try read(#"{"allow":["\#(one)"]}"#, all)
            #expect(skipped == (one == "evenkeel.skip"))
            #expect((policy.defaultRoute.prefer != []) == (one == "evenkeel.default-route"))
            #expect((policy.rpFilter == .keep) == (one == "evenkeel.policy"))
            let others = all.keys.filter { $0 != one }.sorted()
            #expect(
                ignored.sorted()
                    == others.map {
                        "annotation \($0) is ignored: annotations.allow in \(Self.path) does not list it"
                    })
        }
    }

    /// An image must not keep a container from starting by what does not count.
    @Test(arguments: [
        ("evenkeel.skip", "perhaps"), ("evenkeel.default-route", ""), ("evenkeel.policy", "{"),
        ("evenkeel.policy", #"{"conntrack":{"max":1}}"#), ("evenkeel.policy", #"{"annotations":{}}"#),
    ])
    func whatIsNotAllowedIsNoErrorEither(name: String, value: String) throws {
        let (policy, skipped, ignored) = try read(#"{"allow":[]}"#, [name: value])
        #expect(!skipped && ignored.count == 1)
        #expect(policy == (try host(#"{"allow":[]}"#)))
    }

    /// Whatever the spelling in the list, and of the annotation.
    @Test(arguments: ["evenkeel.mode", "dev.evenkeel.mode", "evenkeel.dev/mode"])
    func aNameInTheListMeansAllItsSpellings(listed: String) throws {
        for name in ["evenkeel.mode", "dev.evenkeel.mode", "evenkeel.dev/mode"] {
            let (policy, _, ignored) = try read(#"{"allow":["\#(listed)"]}"#, [name: "one", "evenkeel.policy": "{"])
            #expect(policy.defaultRoute.mode == .one && ignored.count == 1)
        }
        let (policy, _, ignored) = try read(#"{"allow":["evenkeel.policy"]}"#, ["evenkeel.dev/mode": "one"])
        #expect(policy.defaultRoute.mode == .distinct && ignored.count == 1)
    }

    @Test(arguments: [
        ("mode", "defaultRoute.mode", "one"), ("rp-filter", "rpFilter", "keep"), ("on-error", "onError", "fail"),
    ])
    func aLockBindsSingleKeysInAnySpelling(name: String, lock: String, value: String) throws {
        for prefix in ["evenkeel.", "dev.evenkeel.", "evenkeel.dev/"] {
            let (policy, _, ignored) = try read(#"{"locked":["\#(lock)"]}"#, [prefix + name: value])
            #expect(policy == (try host(#"{"locked":["\#(lock)"]}"#)))
            #expect(
                ignored == [
                    "\(lock) of annotation \(prefix)\(name) is ignored: annotations.locked in \(Self.path) lists \(lock)"
                ])
        }
    }

    @Test func eachListNamesTheDocumentThatHasIt() throws {
        var policy = try host(#"{"allow":["evenkeel.skip","evenkeel.mode"]}"#)
        try policy.overlay(Array(#"{"annotations":{"locked":["skip"]}}"#.utf8), from: "later.json")
        var copy = policy
        let annotations = Annotations(
            [.init("evenkeel.skip", .string("true")), .init("evenkeel.policy", .string("{}"))], over: &copy)
        #expect(
            annotations.remarks == [
                "annotation evenkeel.policy is ignored: annotations.allow in \(Self.path) does not list it",
                "skip of annotation evenkeel.skip is ignored: annotations.locked in later.json lists skip",
            ])
    }

    @Test func aLockedKeyIsTheHosts() throws {
        let document = #"{"rpFilter":"keep","defaultRoute":{"mode":"keep","sourceRules":false},"onError":"fail"}"#
        let locks = [
            "rpFilter": ["rpFilter"], "onError": ["onError"], "defaultRoute.mode": ["defaultRoute.mode"],
            "defaultRoute.sourceRules": ["defaultRoute.sourceRules"], "defaultRoute.prefer": [], "invalid": [],
            "defaultRoute": ["defaultRoute"],
        ]
        for (lock, kept) in locks {
            let (policy, _, ignored) = try read(#"{"locked":["\#(lock)"]}"#, ["evenkeel.policy": document])
            #expect((policy.rpFilter == .loose) == kept.contains("rpFilter"))
            #expect((policy.onError == .warn) == kept.contains("onError"))
            #expect((policy.defaultRoute.mode == .distinct) == (lock == "defaultRoute" || lock.hasSuffix(".mode")))
            #expect(policy.defaultRoute.sourceRules == (lock == "defaultRoute" || lock.hasSuffix(".sourceRules")))
            #expect(
                ignored
                    == kept.map {
                        "\($0) of annotation evenkeel.policy is ignored: "
                            + "annotations.locked in \(Self.path) lists \(lock)"
                    })
        }
    }

    @Test(arguments: [#"{"rpFilter":2}"#, #"{"rpFilter":{"rpFilter":[]}}"#, #"{"invalid":{"mode":"drop"}}"#])
    func aLockedKeysValueIsNotEvenRead(document: String) throws {
        let (policy, _, ignored) = try read(#"{"locked":["rpFilter","invalid"]}"#, ["evenkeel.policy": document])
        #expect(policy == (try host(#"{"locked":["rpFilter","invalid"]}"#)) && ignored.count == 1)
    }

    @Test(arguments: ["defaultRoute", "defaultRoute.prefer"]) func aLockedPreferenceIsNotAsked(lock: String) throws {
        let (policy, _, ignored) = try read(#"{"locked":["\#(lock)"]}"#, ["evenkeel.default-route": "eth1"])
        #expect(policy.defaultRoute.prefer == [] && !policy.defaultRoute.isPreferenceOwn)
        #expect(ignored.count == 1 && ignored[0].contains("annotation evenkeel.default-route is ignored"))
    }

    /// Whoever is left alone overrides every key.
    @Test func whereAnythingIsLockedNobodyIsLeftAlone() throws {
        for lock in ["skip", "invalid", "defaultRoute.mode"] {
            let (_, skipped, ignored) = try read(#"{"locked":["\#(lock)"]}"#, ["evenkeel.skip": "true"])
            #expect(!skipped)
            #expect(
                ignored
                    == ["skip of annotation evenkeel.skip is ignored: annotations.locked in \(Self.path) lists \(lock)"]
            )
        }
        #expect(try read(#"{"locked":[]}"#, ["evenkeel.skip": "true"]).skipped)
    }

    @Test func aChoiceThatTheKernelRemembersDoesNotOutliveTheLock() throws {
        var container = TestContainer()
        for index in 2...3 as ClosedRange<UInt32> {
            container.connect(
                index, "eth\(index - 2)", ["10.89.\(index).5/24"],
                [Route(via: "10.89.\(index).1", dev: index, metric: 100)])
        }
        let wish = ["evenkeel.default-route": "eth1"]
        try container.run(read("{}", wish).policy)
        #expect(container.main(.v4).map { $0.interface } == [3])
        try container.run(host("{}"))
        #expect(container.main(.v4).map { $0.interface } == [3])
        try container.run(read(#"{"locked":["defaultRoute.prefer"]}"#, wish).policy)
        #expect(container.main(.v4).map { $0.interface } == [2])
    }

    /// The run that has the words, and later ones that have only the kernel's memory, choose alike: neither undoes the other.
    @Test(arguments: ["eth*", "eth9 eth*", "10.89.0.0/16"])
    func aWordThatNamesSeveralIsRememberedAsOne(wish: String) throws {
        var container = TestContainer()
        // The last by name is the first by index.
        for (index, name) in [(2, "eth1"), (3, "eth0"), (4, "aux")] as [(UInt32, String)] {
            let gateway = "10.\(name == "aux" ? 9 : 89).\(index).1"
            container.connect(index, name, ["10.89.\(index).5/24"], [Route(via: gateway, dev: index)])
        }
        let own = try read("{}", ["evenkeel.default-route": wish]).policy
        try container.run(own)
        #expect(container.main(.v4).map { $0.interface } == [3])
        #expect(try container.snapshot.plan(host("{}")) == [])
        #expect(try container.snapshot.plan(own) == [])
    }

    /// Neither gives itself more than the host does.
    @Test(arguments: [("network", "invalid, conntrack, "), ("container", "")])
    func onlyTheHostsDocumentsLimit(name: String, more: String) throws {
        var policy = Policy()
        let error = #expect(throws: PolicyError.self) {
            try policy.overlay(
                Array(#"{"annotations":{"locked":[]}}"#.utf8), from: "it", of: name == "network" ? .network : .container
            )
        }
        #expect(
            error?.description
                == "it: annotations cannot be set for one \(name); allowed: defaultRoute, rpFilter, \(more)onError")
    }

    @Test func whatIsLockedBindsNoNetwork() throws {
        var policy = try host(#"{"locked":["rpFilter"]}"#)
        let ignored = try policy.overlay(Array(#"{"rpFilter":"keep"}"#.utf8), from: "a network", of: .network)
        #expect(policy.rpFilter == .keep && ignored == [])
    }

    @Test func everyKeyOfAPolicyCanBeLocked() throws {
        let keys = [
            "skip", "defaultRoute", "defaultRoute.mode", "defaultRoute.prefer", "defaultRoute.sourceRules",
            "defaultRoute.learn",
            "rpFilter", "invalid", "invalid.mode", "invalid.forward", "invalid.where", "conntrack", "conntrack.max",
            "conntrack.tcpEstablishedTimeout", "conntrack.genericTimeout", "conntrack.warnAt", "onError",
        ]
        for key in keys { #expect(try host(#"{"locked":["\#(key)"]}"#).limits?.locked == [key]) }
        let error = #expect(throws: PolicyError.self) { try host(#"{"locked":["annotations"]}"#) }
        let list = keys.map { "\"\($0)\"" }.joined(separator: ", ")
        #expect(
            error?.description
                == "\(Self.path): annotations.locked holds \"annotations\"; allowed: an array of \(list)")
    }

    private func host(_ limits: String) throws(PolicyError) -> Policy {
        var policy = Policy()
        try policy.overlay(Array(#"{"annotations":\#(limits)}"#.utf8), from: Self.path)
        return policy
    }

    private func read(
        _ limits: String, _ annotations: [String: String]
    ) throws(PolicyError) -> (policy: Policy, skipped: Bool, ignored: [String]) {
        var policy = try host(limits)
        let members = annotations.map { JSON.Member($0.key, .string($0.value)) }
        let read = Annotations(members, over: &policy)
        return (policy, read.skip != nil, read.warnings)
    }
}
