import Testing

@testable import Discovery

@Suite struct BindMountTests {
    @Test(arguments: [
        ("cni-8f2b1c0e-54aa-4f5e-9f0a-0a1b2c3d4e5f", BindMount.Owner.container(evidence: "CNI", engine: nil)),
        (
            "netns-2f1c8d0e-54aa-4f5e-9f0a-0a1b2c3d4e5f",
            .container(evidence: "podman", engine: .podman)
        ),
        ("rootless-netns-5c1b2a", .rootlessNetwork), ("rootless-netns", .rootlessNetwork),
        ("blue", .unknown), ("qrouter-8f2b1c0e", .unknown), ("netns", .unknown), ("cni", .unknown),
        ("my-cni-1", .unknown), ("CNI-1", .unknown), ("", .unknown),
    ])
    func aNameInRunNetnsTellsItsEngine(name: String, owner: BindMount.Owner) {
        #expect(BindMount.ownerInRunNetns(name) == owner)
    }

    @Test(arguments: ["0123456789ab", "000000000000"])
    func aNameOfTwelveDigitsIsDockers(name: String) {
        #expect(BindMount.ownerInDocker(name) == .container(evidence: "Docker", engine: .docker))
    }

    @Test(arguments: [
        "default", "ingress_sbox", "1-k7x1q2w3e4", "lb_k7x1q2w3e", "0123456789a", "0123456789abc", "0123456789AB", "",
    ])
    func otherNamesAmongDockersTellNothing(name: String) {
        #expect(BindMount.ownerInDocker(name) == .unknown)
    }

    @Test(arguments: [
        ("0f8fad5b-d9cb-469f-a165-70867728950e", true), ("0f8fad5b-d9cb-469f-a165-70867728950", false),
        ("0f8fad5bd9cb469fa16570867728950e", false), ("0f8fad5g-d9cb-469f-a165-70867728950e", false), ("", false),
        ("0f8fad5b-d9cb-469f-a165-70867728950e-", false), ("----", false),
    ])
    func aUUIDHasItsForm(name: String, isOne: Bool) { #expect(BindMount.isUUID(name) == isOne) }
}
