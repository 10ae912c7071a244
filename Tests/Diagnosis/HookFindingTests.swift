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
        ("hooks_dir = [\"/a\", \"/b\"]", ["/a", "/b"]),
        ("[engine]\n  hooks_dir=[\n\"/a\", # one\n# \"/no\",\n\"/b\"\n]\nx=1", ["/a", "/b"]),
        ("hooks_dir = []", []), ("#hooks_dir = [\"/a\"]", nil), ("", nil),
    ]) func theDirectoriesOfContainersConfAreRead(text: String, expected: [String]?) {
        #expect(HookInstallation.hookDirectories(text) == expected)
    }
}
