import Foundation
import Laboratory
import Testing

@testable import ContainerRuntimes

@Suite struct RuntimeClassTests {
    private let scratch: Scratch
    private var path: String { scratch.path + "/config.toml" }

    init() throws { scratch = try Scratch() }

    private func needs(_ text: String?) throws -> RuntimeClass {
        try text?.write(toFile: path, atomically: false, encoding: .utf8)
        return RuntimeClass(containerd: ContainerdSettings(path), path: path, program: "/p/evenkeel-runtime")
    }

    /// What is printed makes the file complete: read again it needs nothing more.
    @Test(arguments: [
        "", "version = 2\n", "version = 3\n",
        "version = 2\n[plugins]\n  [plugins.\"io.containerd.grpc.v1.cri\".cni]\n    bin_dir = \"/x\"\n",
        "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]\nruntime_type = 'io.containerd.runc.v2'\n",
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd]\ndefault_runtime_name = \"kata\"\n",
    ])
    func whatIsPrintedIsEnough(text: String) throws {
        let first = try needs(text)
        #expect(!first.text.isEmpty)
        let second = try needs(text + "\n" + first.text)
        #expect(second.text.isEmpty, "\(second.text)")
        let settings = ContainerdSettings(path)
        #expect(settings.all.faulty.isEmpty && !settings.lacksDefaultHandler(nil) && !settings.isClosed)
        #expect(settings.handlers.contains("evenkeel") && settings.handlers.contains(settings.defaultHandler))
    }

    @Test func withoutAFileItHasAVersion() throws {
        let text = try needs(nil).text
        #expect(text.hasPrefix("version = 2\n"))
        #expect(TOMLDocument(text) != nil)
    }

    /// Another handler with another driver of control groups would leave its pods outside systemd's.
    @Test func itLeavesControlGroupsToWhomTheDefaultLeavesThem() throws {
        let runc =
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\nSystemdCgroup = "
        #expect(try needs(runc + "true").text.contains("SystemdCgroup = true"))
        #expect(try !needs(runc + "false").text.contains("SystemdCgroup"))
    }

    @Test func aClassWithoutTheDefaultOneIsIncomplete() throws {
        let text =
            "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.evenkeel]\nruntime_type = \"x\"\n"
        let needs = try needs(text).text
        #expect(ContainerdSettings(path).lacksDefaultHandler(nil))
        #expect(needs.contains("runtimes.runc]") && !needs.contains("runtimes.evenkeel]"))
        // containerd 2 has it built in.
        let program = scratch.path + "/containerd"
        try "io.containerd.cri.v1.runtime".write(toFile: program, atomically: false, encoding: .utf8)
        #expect(!ContainerdSettings(path).lacksDefaultHandler(program))
    }

    /// With a table beside an inline one of that name containerd does not start.
    @Test(arguments: [
        ("plugins = {'io.containerd.grpc.v1.cri' = {cni = {bin_dir = '/x'}}}", true), ("plugins = {}", true),
        ("[plugins.'io.containerd.grpc.v1.cri']\ncontainerd = {}", true),
        ("[plugins.'io.containerd.grpc.v1.cri']\ncni = {bin_dir = '/x'}", false),
        ("plugins.'io.containerd.grpc.v1.cri'.containerd.default_runtime_name = 'runc'", false),
    ])
    func nothingIsAddedToAnInlineTable(text: String, isClosed: Bool) throws {
        try "version = 2\n\(text)\n".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(ContainerdSettings(path).isClosed == isClosed)
    }

    @Test(arguments: [
        ("plain-1_x", "plain-1_x"), ("io.x", "\"io.x\""), ("", "\"\""), ("a\"\\\u{1}", "\"a\\\"\\\\\\u0001\""),
    ])
    func aKeyIsQuotedIfItMustBe(key: String, text: String) {
        #expect(key.inTOML == text)
        #expect(TOMLDocument("\(key.inTOML) = 1")?.entries.first?.path == [key])
    }

    @Test func criosText() throws {
        let text = RuntimeClass(crio: RuntimeSettings(root: ""), program: "/p/evenkeel-crun").text
        #expect(
            TOMLDocument(text)?[["crio", "runtime", "runtimes", "evenkeel", "runtime_path"]]
                == .string("/p/evenkeel-crun"))
    }
}
