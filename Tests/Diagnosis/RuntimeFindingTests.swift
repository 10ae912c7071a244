import Foundation
import Laboratory
import Testing

@testable import ContainerRuntimes
@testable import Diagnosis

/// What keeps pods from starting, from a host's files.
@Suite struct RuntimeFindingTests {
    private let scratch: Scratch
    init() throws { scratch = try Scratch() }

    private func findings(_ lists: [String: [String]], plugins: [String] = ["bridge", "evenkeel"]) throws -> [Finding] {
        let root = scratch.path
        for folder in ["/etc/cni/net.d", "/opt/cni/bin", "/etc/containerd"] {
            try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
        }
        for plugin in plugins {
            try "".write(toFile: "\(root)/opt/cni/bin/\(plugin)", atomically: false, encoding: .utf8)
            chmod("\(root)/opt/cni/bin/\(plugin)", 0o755)
        }
        for (name, types) in lists {
            let text = types.map { "{\"type\": \"\($0)\"}" }.joined(separator: ",")
            try "{\"name\": \"\(name)\", \"plugins\": [\(text)]}".write(
                toFile: "\(root)/etc/cni/net.d/\(name).conflist", atomically: false, encoding: .utf8)
        }
        try "[plugins.cri.cni]\nmax_conf_num = 0".write(
            toFile: root + "/etc/containerd/config.toml", atomically: false, encoding: .utf8)
        var host = HostObservation()
        host.runtimes = try ContainerRuntime.installed(root: root).map { try ObservedRuntime($0) }
        return host.runtimeFindings()
    }

    @Test func whereAllIsThereNothingIsSaid() throws {
        #expect(try findings(["a": ["bridge", "evenkeel"]]).isEmpty)
        #expect(try findings(["a": ["bridge"]]).isEmpty)
    }

    @Test func ofOurMissingPluginItSaysHowToTakeItOut() throws {
        let found = try #require(try findings(["a": ["bridge", "evenkeel"]], plugins: ["bridge"]).first)
        #expect(found.id == .cniPluginNotFound && found.severity == .error)
        #expect(found.evidence == ["/etc/cni/net.d/a.conflist names evenkeel", "containerd looks in /opt/cni/bin"])
        #expect(found.remedy == "evenkeel cni remove /etc/cni/net.d/a.conflist")
    }

    /// Podman's own list lies where Docker's containerd would read it, and its plugins need not be installed.
    @Test func anothersIsNamedWherePodsAreExpected() throws {
        #expect(try findings(["a": ["bridge", "cilium"]]).isEmpty)
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/var/lib/kubelet", withIntermediateDirectories: true)
        let found = try #require(try findings(["a": ["bridge", "cilium"]]).first)
        #expect(found.id == .cniPluginNotFound && found.remedy.contains("cilium"))
    }

    @Test func aListWithoutThePluginIsToldWhereAnotherHasIt() throws {
        let found = try findings(
            ["a": ["bridge", "evenkeel"], "b": ["bridge"], "lo": ["loopback"]],
            plugins: [
                "bridge", "evenkeel", "loopback",
            ])
        #expect(found.map(\.id) == [.cniListNotGuarded])
        #expect(found[0].severity == .information && found[0].remedy == "evenkeel cni add /etc/cni/net.d/b.conflist")
    }

    @Test func aClassWithoutTheDefaultOneIsAnError() {
        var host = HostObservation()
        var runtime = ObservedRuntime(name: "containerd", pluginFolders: [], lists: [])
        runtime.incomplete = ("/etc/containerd/config.toml", "runc")
        host.runtimes = [runtime]
        #expect(host.runtimeFindings().map(\.id) == [.runtimeClassIncomplete])
    }
}
