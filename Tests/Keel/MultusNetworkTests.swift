import JSON
import Netlink
import Testing

@testable import Keel

/// `default-route` in the annotation by which Multus knows a pod's networks.
@Suite struct MultusNetworkTests {
    @Test func theGatewayThatAPodNamesIsPreferred() throws {
        let (policy, warnings) = read(
            "\n "
                + #"[{"name":"macvlan","interface":"net1","default-route":["10.1.1.1","fd00:1::1"]},{"name":"o"}]"#)
        #expect(policy.defaultRoute.prefer == [try gateway("10.1.1.1/32"), try gateway("fd00:1::1/128")])
        #expect(policy.defaultRoute.isPreferenceOwn && warnings == [])
    }

    @Test(arguments: [
        "", "macvlan, other/web@net1", " net1 ", "[]", "[{}]", #"[{"name":"a"}]"#, #"[{"default-route":[]}]"#,
        #"[{"default-route":null}]"#, "[7]",
    ])
    func whoNamesNoneWishesForNothing(networks: String) {
        let (policy, warnings) = read(networks)
        #expect(policy == Policy() && warnings == [])
    }

    @Test(arguments: [
        ("[{", "it is not JSON: line 1, column 3"), (#"[{"default-route":"10.1.1.1/24"}]"#, "default-route must be"),
        (#"[{"default-route":["eth1"]}]"#, "default-route must be"),
        (#"[{"default-route":["10.1.1.0/24"]}]"#, "default-route must be"),
        (#"[{"default-route":["10.1.1.1"]},{"default-route":[1]}]"#, "default-route must be"),
        ("[\(String(repeating: "0,", count: 40000))0]", "it has more than 65536 bytes"),
        (
            "[\(Array(repeating: #"{"default-route":["10.1.1.1"]}"#, count: 33).joined(separator: ","))]",
            "default-route must be"
        ),
    ])
    func whatIsNoListOfNetworksIsIgnoredAndSaid(networks: String, says: String) {
        let (policy, warnings) = read(networks)
        #expect(policy == Policy() && warnings.count == 1)
        #expect(warnings.first?.hasPrefix("annotation k8s.v1.cni.cncf.io/networks is ignored: \(says)") == true)
    }

    @Test func ourOwnAnnotationGoesFirst() throws {
        let networks = #"[{"default-route":["10.1.1.1"]}]"#
        let (policy, _) = read(networks, ["evenkeel.dev/default-route": "eth0"])
        #expect(policy.defaultRoute.prefer == [.name("eth0"), try gateway("10.1.1.1/32")])
        #expect(read(networks, ["evenkeel.dev/skip": "true"]).policy == Policy())
    }

    @Test(arguments: [#"{"allow":["evenkeel.skip"]}"#, #"{"locked":["defaultRoute.prefer"]}"#])
    func itGoesByTheSameLimits(limits: String) throws {
        var host = Policy()
        try host.overlay(Array(#"{"annotations":\#(limits)}"#.utf8), from: "policy.json")
        let before = host
        let annotations = Annotations(
            [.init(MultusNetworks.annotation, .string(#"[{"default-route":["10.1.1.1"]}]"#))], over: &host)
        #expect(host == before && annotations.faults.isEmpty && annotations.warnings.count == 1)
    }

    private func gateway(_ text: String) throws -> Preference { .gateway(try #require(IPPrefix(text))) }

    private func read(_ networks: String, _ more: [String: String] = [:]) -> (policy: Policy, warnings: [String]) {
        var policy = Policy()
        let all =
            more.map { JSON.Member($0.key, .string($0.value)) } + [.init(MultusNetworks.annotation, .string(networks))]
        let annotations = Annotations(all, over: &policy)
        #expect(annotations.faults.isEmpty)
        return (policy, annotations.warnings)
    }
}
