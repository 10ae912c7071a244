import Testing

@testable import Discovery

@Suite struct ControlGroupTests {
    static let id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    static let other = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
    static let uid = "pod8f2b1c0e_54aa_4f5e_9f0a_0a1b2c3d4e5f"

    @Test(arguments: [
        "0::/machine.slice/libpod-\(id).scope", "0::/machine.slice/libpod-\(id).scope/container",
        "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope/container",
        "0::/libpod_parent/libpod-\(id)", "0::/system.slice/docker-\(id).scope", "0::/docker/\(id)",
        "0::/docker/\(id)/init.scope",
        "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-\(uid).slice/cri-containerd-\(id).scope",
        "0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-\(uid).slice/crio-\(id).scope",
        "0::/kubepods/burstable/pod8f2b1c0e-54aa-4f5e-9f0a-0a1b2c3d4e5f/\(id)", "0::/default/\(id)", "0::/\(id)", id,
        "12:pids:/docker/\(id)\n11:memory:/docker/\(id)\n1:name=systemd:/docker/\(id)\n0::/system.slice/containerd.service\n",
        "11:memory:/user.slice\n1:name=systemd:/docker/\(id)\n0::/\n",
    ])
    func aContainersIDIsFoundInItsCgroup(text: String) {
        #expect(ContainerID.inCgroup(text + "\n")?.shortID == "0123456789ab")
        #expect(ContainerID.inCgroup(text)?.id == Self.id)
    }

    /// The pod's own id, or the outer container's, stands before it.
    @Test(arguments: [
        "0::/machine.slice/machine-libpod_pod_\(other).slice/libpod-\(id).scope/container",
        "0::/libpod_parent/\(other)/libpod-\(id)",
        "0::/docker/\(other)/docker/\(id)",
        "0::/docker/\(other)/kubelet/kubepods/besteffort/pod8f2b1c0e-54aa-4f5e-9f0a-0a1b2c3d4e5f/\(id)",
    ])
    func ofSeveralIDsTheContainersIsTheLast(text: String) {
        #expect(ContainerID.inCgroup(text)?.id == Self.id)
    }

    @Test(arguments: [
        "", "0::/", "0::/init.scope", "0::/user.slice/user-1000.slice/session-2.scope",
        "0::/system.slice/containerd.service",
        "0::/docker/\(id.dropLast())", "0::/docker/\(id)0", "0::/docker/\(id)\(other)", "0::/docker/\(id.uppercased())",
        "0::/lxc.payload.web", "0::/machine.slice/systemd-nspawn@web.service",
        "0::/docker/\(id.prefix(32))-\(id.suffix(32))",
        "0::/docker/buildkit/k7x1q2w3e4r5t6y7u8i9o0pas",
    ])
    func aCgroupWithoutAnIDIsNoContainers(text: String) {
        #expect(ContainerID.inCgroup(text) == nil)
    }

    @Test(arguments: [
        ("0::/machine.slice/libpod-\(id).scope/container", Engine.podman),
        ("0::/system.slice/docker-\(id).scope", .docker), ("0::/docker/\(id)", .docker),
        ("0::/kubepods.slice/cri-containerd-\(id).scope", .containerd),
        ("0::/kubepods.slice/crio-\(id).scope", .crio), ("0::/kubepods/burstable/\(id)", nil),
        ("0::/docker/\(other)/libpod-\(id)", .podman),
    ])
    func whatStandsBeforeTheIDTellsTheEngine(text: String, engine: Engine?) {
        #expect(ContainerID.inCgroup(text)?.engine == engine)
    }

    /// Who may make groups in a folder says what they are: the folder's owner.
    @Test(arguments: [
        ("0::/machine.slice/libpod-\(id).scope/container\n", ["/machine.slice", "/unified/machine.slice"]),
        ("0::/docker/\(other)/docker/\(id)/x\n", ["/docker/\(other)/docker", "/unified/docker/\(other)/docker"]),
        ("0::/\(id)\n", ["", "/unified"]),
        ("12:pids:/docker/\(id)\n0::/system.slice\n", ["/pids/docker"]),
        ("4:cpu,cpuacct:/a/docker-\(id).scope\n", ["/cpu,cpuacct/a"]),
        ("1:name=systemd:/a:b/\(id)\n0::/\n", ["/systemd/a:b"]),
        ("\(id)\n", []),
    ])
    func theFolderAboveTheGroupIsWhereItWasMade(text: String, folders: [String]) throws {
        let group = try #require(ControlGroup(Array(text.utf8)))
        #expect(group.folders == folders && group.container.id == Self.id)
    }

    @Test func whereNoFolderIsToBeSeenItIsRoots() throws {
        let group = try #require(ControlGroup(Array("0::/nowhere/docker-\(Self.id).scope".utf8)))
        #expect(group.claim.user == 0)
        #expect(ControlGroup(Array("0::/nowhere".utf8)) == nil)
    }
}
