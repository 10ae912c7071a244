import Foundation
import Laboratory
import LinuxSystem
import Testing

@testable import Discovery

@Suite struct NamespaceFolderTests {
    @Test func rootsFoldersComeFirstAndEachUserHasTwo() {
        var refusals: [KernelError] = []
        let paths = NamespaceFolder.all(refusals: &refusals).map { $0.path }
        #expect(refusals.isEmpty)
        #expect(paths.prefix(2) == ["/run/netns", "/run/docker/netns"])
        let ends = ["/netns", "/containers/networks/rootless-netns"]
        #expect((paths.count - 2).isMultiple(of: ends.count))
        for (index, path) in paths.dropFirst(2).enumerated() {
            #expect(path.hasPrefix("/run/user/") && path.hasSuffix(ends[index % ends.count]))
        }
    }

    @Test(.enabled(if: getuid() == 0)) func aFileIsWhatItsNameTellsOnceANamespaceIsMountedOnIt() throws {
        let sandbox = try Sandbox()
        try sandbox.run(
            "for name in netns-1 cni-1 rootless-netns-1 blue; do ip netns add $name; done; touch /run/netns/netns-2")
        let folder = NamespaceFolder(sandbox.root + "/run/netns", of: .root, BindMount.ownerInRunNetns)
        let podmans = try #require(folder.mount(named: "netns-1")?.namespace())
        #expect(podmans.path == folder.path + "/netns-1" && podmans.evidence == "podman" && podmans.engine == .podman)
        #expect(try podmans.found.identity == NetworkNamespace.identity(ofFile: podmans.path))
        #expect(folder.mount(named: "cni-1")?.namespace()?.evidence == "CNI")
        let blue = try #require(folder.mount(named: "blue"))
        #expect(blue.owner == .unknown && blue.namespace() == nil)
        #expect(folder.mount(named: "rootless-netns-1")?.owner == .rootlessNetwork)

        #expect(folder.mount(named: "netns-2") == nil && folder.mount(named: "netns-3") == nil)
        try sandbox.run("mount --bind /run/netns/blue /run/netns/netns-2")
        #expect(folder.mount(named: "netns-2")?.namespace()?.found.identity == blue.found.identity)
    }

    @Test(.enabled(if: getuid() == 0)) func allOfAFolderIsWhatEachOfItsFilesIs() throws {
        let sandbox = try Sandbox()
        try sandbox.run("for name in netns-10 netns-9 blue; do ip netns add $name; done; touch /run/netns/netns-2")
        let folder = NamespaceFolder(sandbox.root + "/run/netns", of: .root, BindMount.ownerInRunNetns)
        var (refusals, overfull): ([KernelError], [String]) = ([], [])
        let mounts = folder.mounts(refusals: &refusals, overfull: &overfull)
        #expect(mounts.map { $0.found } == ["blue", "netns-9", "netns-10"].map { folder.mount(named: $0)?.found })
        #expect(refusals.isEmpty && overfull.isEmpty)
    }

    @Test func anEngineThatANameDoesNotTellIsThatOfAContainerInside() throws {
        let found = FoundNamespace("/run/netns/cni-1", as: try NetworkNamespace.current().identity)
        let mount = BindMount(found: found, owner: BindMount.ownerInRunNetns("cni-1"))
        let inside = ContainerIdentity(id: ControlGroupTests.id, engine: .crio)
        #expect(mount.namespace()?.engine == nil)
        #expect(mount.namespace(of: [inside])?.engine == .crio && mount.namespace(of: [inside])?.containers == [inside])
    }
}
