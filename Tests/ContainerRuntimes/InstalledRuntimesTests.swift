import Foundation
import Laboratory
import LinuxSystem
import Testing

@testable import ContainerRuntimes

/// Runtimes below a folder that stands for `/`.
@Suite struct InstalledRuntimesTests {
    private let scratch: Scratch
    private var root: String { scratch.path }

    init() throws { scratch = try Scratch() }

    private func put(_ path: String, _ text: String = "", mode: mode_t = 0o644) throws {
        let full = root + path
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: full, atomically: false, encoding: .utf8)
        chmod(full, mode)
    }

    private func program(_ path: String, holding text: String = "") throws { try put(path, text, mode: 0o755) }

    private func runtimes() -> [ContainerRuntime] { ContainerRuntime.installed(root: root) }

    private func only() throws -> ContainerRuntime {
        let all = runtimes()
        try #require(all.count == 1)
        return all[0]
    }

    @Test func whereThereIsNoneThePluginBelongsWhereTheyUsuallyLook() throws {
        #expect(runtimes().isEmpty)
        #expect(try PluginPlace.folders(runtimes(), root: root) == ["/opt/cni/bin"])
    }

    /// The three forms of containerd's file, and the folders of each.
    @Test(arguments: [
        ("[plugins.cri.cni]\nbin_dir = \"/a/\"", ["/a"]),
        ("version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".cni]\nbin_dir = \"/a\"", ["/a"]),
        (
            "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.cni]\nbin_dir = ''\nbin_dirs = ['/a', '/b/']",
            ["/a", "/b"]
        ),
        ("version = 2\nplugins.\"io.containerd.grpc.v1.cri\".cni = {bin_dir = \"/a\"}", ["/a"]),
        ("version = 2", ["/opt/cni/bin"]), ("", ["/opt/cni/bin"]),
    ])
    func containerdsFoldersAreThoseOfItsFile(text: String, folders: [String]) throws {
        try put("/etc/containerd/config.toml", text)
        #expect(try only().pluginFolders == folders)
    }

    private func imports(version: Int = 2, _ pattern: String = "conf.d/*.toml") throws {
        let part = version == 2 ? "io.containerd.grpc.v1.cri" : "io.containerd.cri.v1.runtime"
        try put(
            "/etc/containerd/config.toml",
            """
            version = \(version)
            imports = ["\(pattern)", "/etc/containerd/config.toml"]
            [plugins."\(part)".cni]
            \(version == 2 ? "bin_dir = \"/a\"" : "bin_dirs = [\"/a\"]")
            conf_dir = "/l"
            """)
        let cni = "[plugins.\"io.containerd.grpc.v1.cri\".cni]\n"
        try put("/etc/containerd/conf.d/20.toml", cni + "bin_dir = \"/c\"\nmax_conf_num = 0")
        try put("/etc/containerd/conf.d/10.toml", cni + "bin_dir = \"/b\"")
        try put("/etc/containerd/conf.d/30.conf", cni + "bin_dir = \"/d\"")
    }

    /// containerd 2 merges all files, also of several versions.
    @Test(arguments: [2, 3]) func containerdsImportsTakeTheirTurn(version: Int) throws {
        try imports(version: version)
        try program("/usr/bin/containerd", holding: "io.containerd.cri.v1.runtime")
        let runtime = try only()
        #expect(runtime.pluginFolders == ["/c"] && runtime.listsFolder == "/l" && runtime.mostLists == nil)
        #expect(runtime.settings.files.count == 3)
    }

    /// Before containerd 2 the part that an import names is the import's alone.
    @Test func anImportTakesThePlaceOfAPartInContainerd1() throws {
        try imports()
        try program("/usr/bin/containerd", holding: "io.containerd.grpc.v1.cri")
        #expect(try only().pluginFolders == ["/c"] && only().listsFolder == "/etc/cni/net.d")
        try put("/etc/containerd/conf.d/40.toml", "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n")
        #expect(try only().pluginFolders == ["/opt/cni/bin"])
        // Another part's does not count.
        try put(
            "/etc/containerd/conf.d/40.toml", "[plugins.\"io.containerd.snapshotter.v1.native\"]\nroot_path = \"/x\"")
        #expect(try only().pluginFolders == ["/c"])
    }

    /// As Go's `filepath.Glob` takes them.
    @Test(arguments: [
        ("/etc/containerd/*/20.toml", "/c"), ("/etc/*/c*.d/[1]?.toml", "/b"), ("*/30.conf", "/d"),
        ("conf.d/../conf.d/10*", "/b"), ("conf.d/1?.toml", "/a"), ("/nowhere/*/*", "/a"), ("config.toml/*", "/a"),
    ])
    func anImportMayBeAPattern(pattern: String, folder: String) throws {
        try imports(pattern)
        #expect(try only().pluginFolders == [folder])
    }

    /// A name of another version of the file means nothing to containerd.
    @Test(arguments: [
        "version = 3\n[plugins.\"io.containerd.grpc.v1.cri\".cni]", "version = 2\n[plugins.cri.cni]",
        "[plugins.\"io.containerd.grpc.v1.cri\".cni]",
    ])
    func aPartIsCalledByTheFilesVersion(table: String) throws {
        try put("/etc/containerd/config.toml", "\(table)\nbin_dir = \"/a\"")
        #expect(try only().pluginFolders == ["/opt/cni/bin"])
    }

    /// Docker's own packages bring such a file.
    @Test func aContainerdWithoutPodsReadsNoLists() throws {
        try put("/etc/containerd/config.toml", "disabled_plugins = [\"cri\"]")
        try program("/usr/bin/containerd")
        #expect(runtimes().isEmpty)
    }

    @Test func debiansOwnBuildLooksElsewhere() throws {
        try program("/usr/bin/containerd", holding: "…/opt/cni/bin/usr/lib/cni…")
        #expect(try only().pluginFolders == ["/usr/lib/cni"] && !only().knowsDropIns)
        try program("/usr/bin/containerd", holding: "…/usr/lib/cni…loadOnlyInlinedPlugins…")
        #expect(try only().pluginFolders == ["/usr/lib/cni", "/opt/cni/bin"] && only().knowsDropIns)
    }

    /// What is looked for may lie across two of the pieces that are read.
    @Test(arguments: [-30, -8, 0, 8]) func aProgramIsReadWhole(offset: Int) throws {
        let text = String(repeating: "x", count: 1 << 20 + offset) + "loadOnlyInlinedPlugins"
        try program("/usr/bin/crio", holding: text)
        #expect(try only().knowsDropIns)
    }

    @Test func criosFolders() throws {
        try put("/etc/crio/crio.conf", "[crio.network]\nnetwork_dir = \"/l/\"\nplugin_dir = \"/old\"")
        #expect(try only().pluginFolders == ["/old"] && only().listsFolder == "/l")
        try put(
            "/etc/crio/crio.conf.d/10-x", "[crio.network]\nplugin_dirs = [\"/opt/cni/bin/\", \"/usr/libexec/cni/\"]")
        #expect(try only().pluginFolders == ["/opt/cni/bin", "/usr/libexec/cni"])
    }

    @Test func k3sAndRKE2HaveFoldersOfTheirOwn() throws {
        let k3s = "/var/lib/rancher/k3s"
        try put(k3s + "/agent/etc/containerd/config.toml", "version = 3")
        #expect(try only().pluginFolders == [k3s + "/data/cni"] && only().listsFolder == k3s + "/agent/etc/cni/net.d")
        try put(k3s + "/data/current/bin/containerd", mode: 0o755)
        #expect(try only().pluginFolders == [k3s + "/data/current/bin"])
        try put(
            k3s + "/agent/etc/containerd/config.toml",
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".cni]\nbin_dir = \"/x\"\nconf_dir = \"/y\"")
        #expect(try only().pluginFolders == ["/x"] && only().listsFolder == "/y")
        try put("/var/lib/rancher/rke2/agent/etc/containerd/config.toml")
        #expect(runtimes().map(\.kind) == [.k3s, .rke2])
        #expect(runtimes()[1].pluginFolders == ["/opt/cni/bin"] && runtimes()[1].listsFolder == "/etc/cni/net.d")
    }

    @Test func podmanReadsListsOnlyWithoutNetavark() throws {
        try program("/usr/bin/podman")
        #expect(try only().pluginFolders.contains("/usr/lib/cni"))
        try program("/usr/lib/podman/netavark")
        #expect(runtimes().isEmpty)
        try put(
            "/etc/containers/containers.conf.d/a.conf",
            "[network]\nnetwork_backend = \"cni\"\ncni_plugin_dirs = [\"/p\"]")
        #expect(try only().pluginFolders == ["/p"])
    }

    @Test func whatIsNoTOMLIsNamed() throws {
        try put("/etc/containerd/config.toml", "[plugins")
        #expect(try only().settings.faulty == ["/etc/containerd/config.toml"])
    }

    private let list =
        "{\"cniVersion\": \"1.0.0\", \"name\": \"web\", \"plugins\": [{\"type\": \"bridge\"}, {\"type\": \"portmap\"}]}"

    @Test func thePluginBelongsBesideTheFirstOfEachList() throws {
        try put("/etc/containerd/config.toml", "[plugins.cri.cni]\nbin_dir = \"/opt/cni/bin\"")
        try put("/etc/cni/net.d/a.conflist", list)
        try program("/opt/cni/bin/bridge")
        try program("/usr/lib/cni/bridge")
        try program("/usr/libexec/cni/portmap")
        #expect(try PluginPlace.folders(runtimes(), root: root) == ["/opt/cni/bin", "/usr/lib/cni"])
    }

    @Test func whatARuntimeDoesNotFindIsMissing() throws {
        try put("/etc/containerd/config.toml", "[plugins.cri.cni]\nbin_dir = \"/opt/cni/bin\"")
        try put("/etc/cni/net.d/a.conflist", list)
        try put("/etc/cni/net.d/b.conflist", list)
        try program("/opt/cni/bin/bridge")
        try program("/usr/lib/cni/portmap")
        let lists = try only().lists()
        #expect(lists.map(\.missing) == [["portmap"], ["portmap"]])
        #expect(lists.map(\.isUsed) == [true, false])
        #expect(lists.allSatisfy { $0.guarded == nil && $0.fault == nil && $0.name == "web" })
    }

    @Test func aDropInGuardsOnlyWhereItIsRead() throws {
        try put("/etc/containerd/config.toml", "")
        try put("/etc/cni/net.d/a.conflist", list)
        try put("/etc/cni/net.d/web/50-evenkeel.conf", "{\"type\": \"evenkeel\"}")
        try program("/usr/bin/containerd", holding: "old")
        #expect(try only().lists()[0].guarded == nil && !only().lists()[0].types.contains("evenkeel"))
        try program("/usr/bin/containerd", holding: "loadOnlyInlinedPlugins")
        #expect(try only().lists()[0].guarded == .dropIn && only().lists()[0].missing.contains("evenkeel"))
        try put(
            "/etc/cni/net.d/a.conflist", list.replacing("\"name\"", with: "\"loadOnlyInlinedPlugins\": true, \"name\""))
        #expect(try only().lists()[0].guarded == nil)
    }

    /// A name leads to no other folder than one beside the list.
    @Test(arguments: ["../../secret", ".", "..", ".hidden", "a/b"]) func aNameIsNoPath(name: String) throws {
        try put("/etc/containerd/config.toml", "")
        try program("/usr/bin/containerd", holding: "loadOnlyInlinedPlugins")
        try put("/etc/cni/net.d/a.conflist", list.replacing("web", with: name))
        for folder in ["/etc/secret", "/etc/cni/net.d", "/etc/cni", "/etc/cni/net.d/.hidden", "/etc/cni/net.d/a/b"] {
            try put(folder + "/x.conf", "no JSON")
        }
        #expect(try only().lists()[0].types == ["bridge", "portmap"] && only().lists()[0].fault == nil)
    }
}
