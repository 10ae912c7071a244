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
        (["[engine]\nhooks_dir = ['/a/', '/']"], ["/a", "/"]),
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
        var directories = HookDirectories("/usual", key: ["engine", "hooks_dir"])
        for file in files { directories.read(file) }
        #expect(directories.paths == expected)
    }

    /// A hook as the installation writes it, but for these keys.
    private func declaration(_ keys: [String: String] = [:], in directory: String = "/hooks") -> HookDeclaration {
        let usual = [
            "version": "\"1.0.0\"", "hook": "{\"path\": \"/bin/true\"}", "when": "{\"always\": true}",
            "stages": "[\"createRuntime\"]",
        ]
        let members = usual.merging(keys) { $1 }.filter { !$0.value.isEmpty }
        let text = "{\(members.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}"
        return HookDeclaration("\(directory)/evenkeel.json", text)
    }

    private func found(_ declarations: [HookDeclaration], _ readers: [HookInstallation.Reader]) -> [Finding] {
        var hooks = HookInstallation()
        (hooks.declarations, hooks.readers) = (declarations, readers)
        var host = HostObservation()
        host.hooks = hooks
        return host.hookFindings()
    }

    private static let podman = HookInstallation.Reader(
        engine: .podman, configuration: "containers.conf", directories: ["/hooks"])
    private static let crio = HookInstallation.Reader(
        engine: .crio, configuration: "crio.conf", directories: ["/usual", "/hooks"])

    @Test(
        arguments: [
            ("createRuntime", nil), ("prestart", nil), ("poststart\", \"poststop", nil),
            ("poststop", .warning), ("createContainer", .warning), ("createruntime", .error),
            ("createRuntime\", \"bogus", .error),
        ] as [(String, Finding.Severity?)])
    func aHookMustRunAtAStageThatMatters(stages: String, expected: Finding.Severity?) {
        let findings = found([declaration(["stages": "[\"\(stages)\"]"])], [Self.podman])
        #expect(findings.map { $0.severity } == (expected.map { [$0] } ?? []))
    }

    /// Each stops every container of the engine, as podman 4.3 showed.
    @Test(arguments: [
        (["version": ""], "is not of version 1.0.0"), (["version": "\"0.1.0\""], "is not of version 1.0.0"),
        (["hook": "{}"], "names no program"), (["stages": ""], "names no stages"),
        (["stages": "[\"createruntime\"]"], "names the unknown stage createruntime"), (["when": "}"], "is no JSON"),
    ]) func aHookThatIsRefusedStopsEveryContainer(keys: [String: String], flaw: String) {
        let findings = found([declaration(keys)], [Self.podman])
        #expect(findings.map { $0.severity } == [.error])
        #expect(findings.first?.evidence == ["/hooks/evenkeel.json \(flaw)"])
        #expect(findings.first?.consequence == "no container of podman starts until that is mended")
    }

    @Test(arguments: [
        ("{\"always\": true}", true), ("{\"commands\": [\".*\"]}", true),
        ("{\"commands\": [\"^/bin/a$\", \".*\"]}", true),
        ("{\"always\": true, \"commands\": [\"^/bin/a$\"]}", false), ("{\"always\": false}", false), ("{}", false),
        ("{\"annotations\": {\"a\": \"b\"}, \"always\": true}", false), ("", false),
    ]) func aHookIsForEveryContainerUnlessItsConditionsSayOtherwise(when: String, isForAll: Bool) {
        let findings = found([declaration(["when": when])], [Self.podman])
        #expect(findings.map { $0.severity } == (isForAll ? [] : [.information]))
    }

    @Test func eachEngineReadsItsOwnDirectories() {
        #expect(found([declaration(in: "/other")], []) == [], "there is none that reads hooks")
        let unread = found([declaration(in: "/usual")], [Self.podman, Self.crio])
        #expect(unread.map { $0.summary } == ["the OCI hook is installed where podman does not look"])
        let neither = found([declaration(in: "/other")], [Self.podman, Self.crio])
        #expect(neither.map { $0.summary } == ["the OCI hook is installed where podman and CRI-O do not look"])
        #expect(neither[0].evidence.last == "CRI-O reads /usual, /hooks")
        let stopped = found([declaration(["version": ""])], [Self.podman, Self.crio])
        #expect(stopped.map { $0.consequence } == ["no container of podman and CRI-O starts until that is mended"])
        // The last directory of one that reads several decides.
        #expect(found([declaration(["version": ""], in: "/usual"), declaration()], [Self.crio]) == [])
    }

    @Test func theDirectoriesOfCRIOsConfigurationAreReadLikewise() {
        var directories = HookDirectories("/usual", key: ["crio", "runtime", "hooks_dir"])
        directories.read("[crio.runtime]\nlog_level = 'info'\n[crio]\nhooks_dir = ['/no']")
        #expect(directories.paths == ["/usual"])
        directories.read("[crio]\n[crio.runtime]\nhooks_dir = [\n  '/a/',\n]")
        #expect(directories.paths == ["/a"])
    }
}
