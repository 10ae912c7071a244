import Foundation
import Laboratory
import Testing

/// The built program on real folders.
@Suite struct CNICommandTests {
    private let folder: TemporaryFolder
    private var net: String { folder.path + "/net.d" }
    private var bin: String { folder.path + "/bin" }

    private static let head = "{\n  \"cniVersion\": \"1.0.0\",\n  \"name\": \"web\",\n  \"plugins\": [\n"
    static let plain = head + "    { \"type\": \"bridge\" }\n  ]\n}\n"
    static let chained = head + "    { \"type\": \"bridge\" },\n    { \"type\": \"evenkeel\" }\n  ]\n}\n"
    static let preferred =
        head + "    { \"type\": \"bridge\" },\n    { \"type\": \"evenkeel\", \"prefer\": true }\n  ]\n}\n"

    /// A folder of configurations, and one of plugins in which ours is.
    init() throws {
        folder = try TemporaryFolder()
        for name in ["net.d", "bin"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
        }
        for plugin in ["bridge", "evenkeel"] { try put("#!/bin/sh\n", "bin/\(plugin)", mode: 0o755) }
    }

    private func put(_ text: String, _ name: String, mode: mode_t = 0o644) throws {
        let path = "\(folder.path)/\(name)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, mode)
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: net).sorted() }

    private func run(_ arguments: String...) throws -> Output {
        try Shell.run([Shell.programs + "/evenkeel", "cni"] + arguments)
    }

    private func add(_ arguments: String...) throws -> Output {
        try Shell.run([Shell.programs + "/evenkeel", "cni", "add", "--plugin-path", bin] + arguments)
    }

    @Test func aDryRunSaysWhatWouldBeDoneAndDoesNothing() throws {
        try put(Self.plain, "net.d/web.conflist")
        let path = net + "/web.conflist"
        var output = try add("--dry-run", path)
        #expect((output.status, output.out, output.err) == (0, "would add to \(path)\n", ""))
        #expect(try text("net.d/web.conflist") == Self.plain)
        output = try add(path)
        #expect((output.status, output.out, output.err) == (0, "added to \(path)\n", ""))
        #expect(try text("net.d/web.conflist") == Self.chained)
        output = try add(path)
        #expect((output.status, output.out, output.err) == (0, "unchanged: \(path) already has it\n", ""))
        output = try add("--prefer", path)
        #expect((output.status, output.out, output.err) == (0, "added \"prefer\": true to \(path)\n", ""))
        #expect(try text("net.d/web.conflist") == Self.preferred)
        output = try run("remove", "-n", path)
        #expect((output.status, output.out, output.err) == (0, "would remove from \(path)\n", ""))
        output = try run("remove", path)
        #expect((output.status, output.out, output.err) == (0, "removed from \(path)\n", ""))
        output = try run("remove", path)
        #expect((output.status, output.out, output.err) == (0, "unchanged: \(path) does not have it\n", ""))
        #expect(try text("net.d/web.conflist") == Self.plain)
        #expect(try names() == ["web.conflist"])
    }

    @Test func aDirectoryIsTakenInTheOrderOfNamesAndARefusalStopsNothing() throws {
        for name in ["10-b", "9-a", "100-c"] { try put(Self.plain, "net.d/\(name).conflist") }
        try put("{", "net.d/20-broken.conflist")
        try put("{\"cniVersion\": \"0.3.1\", \"name\": \"lo\", \"type\": \"loopback\"}", "net.d/99-loopback.conf")
        try put(Self.plain, "net.d/list.json")
        for name in [".hidden.conflist", "web.conflist.bak", "calico-kubeconfig", "cni.lock", "conflist"] {
            try put(Self.plain, "net.d/\(name)")
        }
        let output = try add("--dir", net + "/")
        #expect(output.status == 1)
        #expect(
            output.out
                == ["9-a", "10-b", "100-c"].map { "added to \(net)/\($0).conflist\n" }.joined()
                + "left alone: \(net)/99-loopback.conf (it configures the single plugin \"loopback\", and only a list "
                + "(a .conflist, with \"plugins\") chains several)\n"
                + "left alone: \(net)/list.json (runtimes take a list only from a file named *.conflist)\n")
        #expect(
            output.err
                == "evenkeel: \(net)/20-broken.conflist: it is not JSON: line 1, column 2: a name in double quotes or "
                + "'}' expected, but the text ends\n")
        for name in [".hidden.conflist", "web.conflist.bak", "calico-kubeconfig", "list.json"] {
            #expect(try text("net.d/\(name)") == Self.plain)
        }
        #expect(try text("net.d/10-b.conflist") == Self.chained)
    }

    @Test func aDirectoryWithoutListsIsAnError() throws {
        var output = try add("--dir", net)
        #expect(output.status == 1 && output.err == "evenkeel: \(net) holds no configuration list (*.conflist)\n")
        try put("{\"type\": \"multus\"}", "net.d/00-multus.conf")
        output = try run("remove", "--dir", net)
        #expect(output.status == 1 && output.out.hasPrefix("left alone: \(net)/00-multus.conf (it is Multus' own"))
        output = try add("--dir", net + "/none")
        #expect(output.status == 1 && output.err.contains("\(net)/none: No such file or directory (ENOENT)"))
        output = try add("--dir", net + "/00-multus.conf")
        #expect(output.status == 1 && output.err.contains("Not a directory (ENOTDIR)"))
    }

    @Test func jsonSaysTheSame() throws {
        try put(Self.plain, "net.d/a.conflist")
        try put(Self.chained, "net.d/b.conflist")
        try put("[]", "net.d/c.conflist")
        try put("{\"type\": \"loopback\"}", "net.d/d.conf")
        let output = try add("--json", "--dir", net)
        #expect(output.status == 1)
        let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
        #expect(answer["version"] as? Int == 1 && answer["dryRun"] as? Bool == false && answer["error"] is NSNull)
        let files = try #require(answer["files"] as? [[String: Any]])
        #expect(files.compactMap { $0["path"] as? String } == ["a", "b", "c"].map { "\(net)/\($0).conflist" })
        #expect(files.compactMap { $0["outcome"] as? String } == ["changed", "unchanged", "refused"])
        #expect(files.first?["message"] as? String == "added to \(net)/a.conflist")
        #expect(output.err == "evenkeel: \(files.last?["message"] as? String ?? "")\n")
        #expect((answer["skipped"] as? [[String: Any]])?.first?["path"] as? String == "\(net)/d.conf")
        let failed = try add("--json", "--dir", "/nonexistent")
        #expect(failed.status == 1 && failed.out.contains("\"error\": \"cannot look at /nonexistent"))
    }

    @Test func withoutThePluginNothingIsAddedUnlessForced() throws {
        try put(Self.plain, "net.d/web.conflist")
        let path = net + "/web.conflist"
        chmod(bin + "/evenkeel", 0o644)
        var output = try add(path)
        #expect(output.status == 1 && output.out.isEmpty)
        #expect(output.err.hasPrefix("evenkeel: \(path): there is no plugin evenkeel in \(bin), and"))
        #expect(output.err.contains("install/install.sh"))
        #expect(try text("net.d/web.conflist") == Self.plain)
        output = try add("--force", path)
        #expect(output.status == 0 && output.out.contains("note: evenkeel is in none of the plugin directories"))
        #expect(try text("net.d/web.conflist") == Self.chained)
        // It is needed for nothing.
        #expect(try run("remove", path).status == 0)
        #expect(try text("net.d/web.conflist") == Self.plain)
    }

    @Test func aPluginElsewhereThanTheOthersIsTold() throws {
        try put(Self.plain, "net.d/web.conflist")
        try FileManager.default.createDirectory(atPath: folder.path + "/lib", withIntermediateDirectories: false)
        try FileManager.default.moveItem(atPath: bin + "/bridge", toPath: folder.path + "/lib/bridge")
        var output = try add("-n", net + "/web.conflist", "--plugin-path", "\(bin)::\(folder.path)/lib:")
        #expect(output.status == 0)
        #expect(output.out.contains("  note: bridge is in \(folder.path)/lib, evenkeel in \(bin); the runtime must"))
        output = try add("-n", net + "/web.conflist")
        #expect(output.status == 1 && output.err.contains("the runtime does not find the plugin bridge in \(bin), and"))
        output = try add("-n", "--force", net + "/web.conflist")
        #expect(output.out.contains("  note: evenkeel is in \(bin), but bridge is in none of the plugin directories"))
    }

    @Test func aLinkStaysAndWhatItLeadsToIsChanged() throws {
        try put(Self.plain, "web.conflist", mode: 0o640)
        try FileManager.default.createSymbolicLink(
            atPath: net + "/10-web.conflist", withDestinationPath: "../web.conflist")
        let output = try add("--dir", net)
        #expect((output.status, output.out) == (0, "added to \(net)/10-web.conflist\n"))
        #expect(try text("web.conflist") == Self.chained)
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: net + "/10-web.conflist") == "../web.conflist")
        #expect(try names() == ["10-web.conflist"])
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/web.conflist")
        #expect(attributes[.posixPermissions] as? Int == 0o640)
    }

    @Test func whatCannotBeReadIsRefusedByName() throws {
        try FileManager.default.createDirectory(atPath: net + "/a.conflist", withIntermediateDirectories: false)
        mkfifo(net + "/b.conflist", 0o600)
        try put(String(repeating: " ", count: 1 << 20) + Self.plain, "net.d/c.conflist")
        try FileManager.default.createSymbolicLink(atPath: net + "/d.conflist", withDestinationPath: "nowhere")
        try put(Self.plain, "net.d/e.conflist")
        let output = try add("--dir", net)
        #expect(output.status == 1 && output.out == "added to \(net)/e.conflist\n")
        let said = output.err.split(separator: "\n")
        try #require(said.count == 4)
        for (line, (name, reason)) in zip(
            said,
            [
                ("a", "not a regular file"), ("b", "not a regular file"), ("c", "EFBIG"), ("d", "ENOENT"),
            ])
        {
            #expect(line.contains("\(net)/\(name).conflist") && line.contains(reason), "\(line)")
        }
    }

    /// A bind mount cannot be replaced, and a full disk takes no more; nothing is left half done.
    @Test(arguments: [
        ("mount --bind web.conflist web.conflist", "EBUSY"), ("mount -o remount,ro .", "EROFS"),
        ("head -c 2M /dev/zero >filler 2>/dev/null || true", "ENOSPC"),
    ])
    func whatTheKernelRefusesLeavesTheListAsItWas(obstacle: String, errno: String) throws {
        try put(Self.plain, "web.conflist")
        let sandbox = try Sandbox()
        let output = try sandbox.attempt(
            """
            mount -t tmpfs -o size=16k tmpfs "$folder/net.d"; cp "$folder/web.conflist" "$folder/net.d"
            cd "$folder/net.d"; \(obstacle); ls -A >"$folder/before"; status=0
            "$evenkeel" cni add --plugin-path "$folder/bin" "$folder/net.d/web.conflist" || status=$?
            cmp web.conflist "$folder/web.conflist"; ls -A | diff "$folder/before" -; exit $status
            """, environment: ["folder": folder.path, "evenkeel": Shell.programs + "/evenkeel"])
        #expect(output.status == 1 && output.out.isEmpty, "\(output)")
        #expect(output.err.hasPrefix("evenkeel: \(net)/web.conflist: cannot ") && output.err.contains(errno))
    }

    @Test func aNameIsFitForATerminal() throws {
        try put(Self.plain, "net.d/\u{1b}[2J.conflist")
        let output = try add("--dir", net)
        #expect(output.out == "added to \(net)/?[2J.conflist\n")
    }

    @Test(arguments: [
        [], ["--dir", "/tmp", "/tmp/a.conflist"], ["--dir", ""], [""], ["--nonsense", "a"],
        ["a", "--plugin-path", ":"],
    ])
    func aWrongCommandLineIsTold(arguments: [String]) throws {
        let output = try Shell.run([Shell.programs + "/evenkeel", "cni", "add"] + arguments)
        #expect(output.status == 64 && output.out.isEmpty && !output.err.isEmpty)
    }

    @Test func removingKnowsNoOptionsOfAdding() throws {
        for option in ["--prefer", "--force", "--plugin-path=/opt"] {
            #expect(try run("remove", option, "/tmp/a.conflist").status == 64)
        }
    }

    @Test(arguments: ["add", "remove", "directories"])
    func theHelpTeaches(command: String) throws {
        let help = try run(command, "--help")
        #expect(help.status == 0)
        let words =
            command == "directories" ? ["--check"] : ["evenkeel cni \(command) --dir /etc/cni/net.d", "--dry-run"]
        for word in ["EXAMPLES", "EXIT STATUS", "--json"] + words {
            #expect(help.out.contains(word))
        }
        #expect(try run("--help").out.contains("\"plugins\""))
    }

    @Test func aDropInWhoseListIsGoneIsRemoved() throws {
        try FileManager.default.createDirectory(atPath: net + "/web", withIntermediateDirectories: false)
        try put("{\"type\": \"evenkeel\"}", "net.d/web/50-evenkeel.conf")
        var output = try run("remove", "-n", "--dir", net)
        let path = net + "/web/50-evenkeel.conf"
        #expect((output.status, output.out, output.err) == (0, "would remove \(path)\n", ""))
        output = try run("remove", "--dir", net)
        #expect((output.status, output.out, output.err) == (0, "removed \(path)\n", ""))
        #expect(try names() == [])
    }

    /// Where such a runtime looks once its file is mended nobody knows.
    @Test(arguments: ["a = = b", "# \(String(repeating: "x", count: 1 << 20))\n"])
    func aListIsLeftAloneWhoseReadersConfigurationIsNotUnderstood(configuration: String) throws {
        for folder in ["etc/containerd", "etc/cni/net.d", "opt/cni/bin"] {
            try FileManager.default.createDirectory(
                atPath: "\(self.folder.path)/\(folder)", withIntermediateDirectories: true)
        }
        try put(configuration, "etc/containerd/config.toml")
        try put(Self.plain, "etc/cni/net.d/web.conflist")
        for plugin in ["bridge", "evenkeel"] { try put("#!/bin/sh\n", "opt/cni/bin/\(plugin)", mode: 0o755) }
        let list = folder.path + "/etc/cni/net.d/web.conflist"
        var output = try run("add", "--root", folder.path, list)
        #expect(
            output.status == 1
                && output.err.contains("web.conflist: /etc/containerd/config.toml is not TOML, or cannot be read"))
        #expect(try text("etc/cni/net.d/web.conflist") == Self.plain)
        output = try run("directories", "--check", "--root", folder.path)
        #expect(output.status == 1 && output.err.contains("cannot be read, and containerd needs it"))
        #expect(try run("directories", "--root", folder.path).out.contains("is not TOML"))
        #expect(try run("add", "--force", "--root", folder.path, list).status == 0)
        #expect(try text("etc/cni/net.d/web.conflist") == Self.chained)
    }

    /// The installer's own question, below a folder that stands for `/`.
    @Test func theDirectoriesAreThoseOfTheConfiguration() throws {
        for (path, text) in [
            ("etc/containerd/config.toml", "[plugins.cri.cni]\nbin_dir = \"/usr/lib/cni\""),
            ("etc/cni/net.d/web.conflist", Self.chained),
        ] {
            try FileManager.default.createDirectory(
                atPath: (("\(folder.path)/\(path)") as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try put(text, path)
        }
        let root = ["--root", folder.path]
        func directories(_ arguments: String...) throws -> Output {
            try Shell.run([Shell.programs + "/evenkeel", "cni", "directories"] + arguments + root)
        }
        #expect(try directories("--for-plugin").out == "/usr/lib/cni\n")
        #expect(try directories("--lists").out == "/etc/cni/net.d\n")
        #expect(try directories().out.contains("MISSING: bridge, evenkeel"))
        let check = try directories("--check")
        #expect(check.status == 1 && check.out.isEmpty)
        #expect(
            check.err.hasPrefix(
                "evenkeel: /etc/cni/net.d/web.conflist names bridge, evenkeel, which containerd does not"))
        let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(directories("--json").out.utf8)) as? [String: Any])
        let runtime = try #require((answer["runtimes"] as? [[String: Any]])?.first)
        #expect(runtime["runtime"] as? String == "containerd" && runtime["dropIns"] as? Bool == false)
        let list = try #require((runtime["files"] as? [[String: Any]])?.first)
        #expect(list["missing"] as? [String] == ["bridge", "evenkeel"] && list["guarded"] as? String == "list")
        #expect(try directories("--json", "--check").status == 64)
    }
}
