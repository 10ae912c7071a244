import JSON
import Testing

@testable import Diagnosis

/// A hook that is installed and does not come to run.
@Suite struct HookFindingTests {
    private func findings(_ docker: DockerDaemon?, hasDevice: Bool = true) -> [String] {
        var host = HostObservation()
        var hooks = HookInstallation()
        (hooks.docker, hooks.hasDevice) = (docker, hasDevice)
        host.hooks = hooks
        return host.hookFindings().map { "\($0.id.rawValue) \($0.severity.rawValue)" }
    }

    @Test func aDockerWhoseHooksComeTooEarlyIsToldOnceTheDeviceIsThere() {
        let docker = { (version: Int, runtime: String) in
            DockerDaemon(majorVersion: version, hasCDI: true, defaultRuntime: runtime)
        }
        #expect(findings(docker(28, "runc")) == ["hook-not-active information"])
        #expect(findings(docker(29, "crun")) == ["hook-not-active information"])
        #expect(findings(docker(27, "runc")) == [])
        #expect(findings(docker(28, "evenkeel")) == [])
        #expect(findings(docker(28, "runc"), hasDevice: false) == [])
        #expect(findings(DockerDaemon(majorVersion: 28, hasCDI: false, defaultRuntime: "runc")) == [])
        #expect(findings(nil) == [])
    }

    @Test(arguments: [
        ("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"Version\":\"28.0.1\"}", "28.0.1"),
        ("HTTP/1.1 200 OK\r\n\r\n{\"Version\":\"27\"}", "27"),
        ("HTTP/1.0 403 Forbidden\r\n\r\n{\"Version\":\"28\"}", nil),
        ("HTTP/1.0 200 OK\r\n", nil), ("", nil), ("HTTP/1.0 200 OK\r\n\r\n<html>", nil), ("SSH-2.0 200\r\n\r\n{}", nil),
    ]) func anAnswerOfItsIsRead(response: String, version: String?) {
        #expect(DockerDaemon.body(Array(response.utf8))?["Version"]?.string == version)
    }

    @Test(arguments: [
        (["[engine]\nhooks_dir = [\"/a\", \"/b\"]"], ["/a", "/b"]),
        (["[engine]\n  hooks_dir=[\n\"/a\", # one\n# \"/no\",\n\"/b\"\n]\nx=1"], ["/a", "/b"]),
        (["[engine]\nhooks_dir = ['/a', \"/b]\", ]"], ["/a", "/b]"]),
        (["engine.hooks_dir = [\"/a\"]\n[network]\nx = 1.5"], ["/a"]), (["engine = {hooks_dir = ['/a']}"], ["/a"]),
        (["[\"engine\"]\r\nx = '''\nhooks_dir = [\"/no\"]\n'''\r\n\"hooks_dir\" = [\"/a\\u0062\"]"], ["/ab"]),
        (["[engine]\nhooks_dir = []"], []),
        (["[engine]\nhooks_dir = [\"/a\"]", "[engine]\nhooks_dir = [\"/b\"]"], ["/b"]),
        (["[engine]\nhooks_dir = [\"/a\", {append=true}]"], ["/usual", "/a"]),
        (["[engine]\nhooks_dir = [\"/a\", {append = true}]", "[engine]\nhooks_dir = ['/b']"], ["/usual", "/a", "/b"]),
        (["[engine]\nhooks_dir = ['/a', {append=true}]", "[engine]\nhooks_dir = ['/b', {append=false}]"], ["/b"]),
        // Of another table or none, in a comment, and none at all.
        (["[network]\nhooks_dir = [\"/a\"]"], ["/usual"]), (["hooks_dir = [\"/a\"]"], ["/usual"]),
        (["[engine]\n#hooks_dir = [\"/a\"]"], ["/usual"]), ([""], ["/usual"]), ([], ["/usual"]),
        // What is no TOML.
        (["[engine]\nhooks_dir = [\"/a"], ["/usual"]), (["[engine\nhooks_dir = ['/a']"], ["/usual"]),
    ]) func theDirectoriesOfContainersConfAreReadAsPodmanDoes(files: [String], expected: [String]) {
        var directories = HookDirectories("/usual")
        for file in files { directories.read(file) }
        #expect(directories.paths == expected)
    }

    @Test(
        arguments: [
            (["createRuntime"], []), (["prestart"], []), (["poststart", "poststop"], []),
            (["poststop"], ["hook-not-active warning"]), (["createContainer"], ["hook-not-active warning"]),
            ([], ["hook-not-active warning"]), (nil, ["hook-not-active error"]),
        ] as [([String]?, [String])]) func aHookMustRunAtAStageThatMatters(stages: [String]?, expected: [String])
    {
        let list = stages.map { ", \"stages\": [\($0.map { "\"\($0)\"" }.joined(separator: ", "))]" } ?? ""
        var hooks = HookInstallation()
        (hooks.hasPodman, hooks.directories) = (true, ["/hooks"])
        let text = "{\"hook\": {\"path\": \"/bin/true\"}, \"when\": {\"always\": true}\(list)}"
        hooks.declarations = [HookInstallation.Declaration("/hooks/evenkeel.json", text)]
        var host = HostObservation()
        host.hooks = hooks
        #expect(host.hookFindings().map { "\($0.id.rawValue) \($0.severity.rawValue)" } == expected)
    }
}
