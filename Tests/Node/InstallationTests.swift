import Foundation
import Laboratory
import Testing

@Suite struct InstallationTests {
    private let node: NodeDirectories

    init() throws { node = try NodeDirectories() }

    @Test(arguments: ["--drop-in", "--edit-lists"])
    func whatIsInstalledGoesWithoutATrace(means: String) throws {
        try node.list()
        let before = try node.picture()
        let output = try node.run("install", means)
        #expect(output.status == 0 && output.err == "")
        let programs = try Shell.run(["cmp", Shell.programs + "/evenkeel-cni", node.path("cni/evenkeel")])
        #expect(programs.status == 0)
        #expect(try Shell.run(["stat", "-c", "%a", node.path("cni/evenkeel")]).text == "755")
        let installed = try node.picture()
        #expect(try node.run("install", means).out.split(separator: "\n").allSatisfy { $0.hasPrefix("unchanged: ") })
        #expect(try node.picture() == installed)
        #expect(try node.run("remove").status == 0)
        #expect(try node.picture() == before)
        #expect(try node.run("remove").status == 0)
    }

    @Test func theListItselfStaysWithADropIn() throws {
        try node.list()
        try node.run("install", "--drop-in")
        #expect(try node.text("lists/10-web.conflist") == NodeDirectories.list)
        #expect(try node.text("lists/web/50-evenkeel.conf") == "{\"type\": \"evenkeel\"}\n")
    }

    @Test func editingKeepsWhoOwnsTheListAndWhoMayReadIt() throws {
        try node.list()
        let path = node.path("lists/10-web.conflist")
        try Shell.runSuccessfully(["chmod", "640", path])
        try Shell.runSuccessfully(["chown", "12:34", path])
        #expect(try node.run("install", "--edit-lists").status == 0)
        #expect(try Shell.run(["stat", "-c", "%a %u %g", path]).text == "640 12 34")
        #expect(try node.text("lists/10-web.conflist").contains("{\"type\": \"bridge\"}, {\"type\": \"evenkeel\"}"))
    }

    @Test func theHookAndTheRuntimeAreInstalledOnlyWhereAskedFor() throws {
        try node.list()
        _ = try node.scratch.folder("libexec")
        #expect(try node.run("install", "--drop-in", "--libexec", node.path("libexec")).status == 0)
        for program in ["hook", "runtime"] { #expect(node.exists("libexec/evenkeel-\(program)")) }
        #expect(try node.run("remove").status == 0)
        #expect(node.exists("libexec/evenkeel-hook"))
        #expect(try node.run("remove", "--libexec", node.path("libexec")).status == 0)
        #expect(!node.exists("libexec/evenkeel-hook") && !node.exists("libexec/evenkeel-runtime"))
    }

    /// Where their plugins are not, ours would not be found either.
    @Test(arguments: ["--drop-in", "--edit-lists"])
    func aListWhosePluginsAreElsewhereIsRefusedAndTheOthersAreGuarded(means: String) throws {
        try node.list()
        let other = NodeDirectories.list.replacing("web", with: "other").replacing("bridge", with: "nowhere")
        try node.list("05-other", other)
        let output = try node.run("install", means)
        #expect(output.status == 1)
        #expect(output.err.contains("05-other.conflist: its plugin \"nowhere\" is not in \(node.path("cni"))"))
        #expect(try node.text("lists/05-other.conflist") == other && !node.exists("lists/other"))
        #expect(try node.exists("lists/web") || node.text("lists/10-web.conflist") != NodeDirectories.list)
    }

    @Test func aPluginThatIsALinkCounts() throws {
        try node.list("10-web", NodeDirectories.list.replacing("bridge", with: "linked"))
        _ = try node.scratch.link("cni/linked", to: "/nowhere/of/the/node")
        #expect(try node.run("install", "--drop-in").status == 0)
    }

    @Test func linksAreNotFollowed() throws {
        let target = try node.scratch.file("target", Array("theirs".utf8))
        _ = try node.scratch.link("cni/evenkeel", to: target)
        try node.list()
        for arguments in [["install", "--drop-in"], ["remove"]] {
            let output = try arguments.count > 1 ? node.run(arguments[0], arguments[1]) : node.run(arguments[0])
            #expect(
                output.status == 1
                    && output.err.contains("/cni/evenkeel: Invalid argument (EINVAL): it is not a regular"))
        }
        #expect(try node.text("target") == "theirs" && node.exists("cni/evenkeel") && !node.exists("lists/web"))
    }

    @Test func aListThatIsALinkIsRefused() throws {
        let target = try node.scratch.file("list", Array(NodeDirectories.list.utf8))
        _ = try node.scratch.link("lists/10-web.conflist", to: target)
        let output = try node.run("install", "--edit-lists")
        #expect(output.status == 1 && output.err.contains("(ELOOP): a symbolic link is not followed"))
        #expect(try node.text("list") == NodeDirectories.list)
    }

    @Test func withoutAListTheProgramsAreThereAndItSaysWhatIsMissing() throws {
        let output = try node.run("install", "--drop-in")
        #expect(output.status == 1 && output.err.contains("holds no configuration list (*.conflist) yet"))
        #expect(node.exists("cni/evenkeel"))
    }

    @Test func aListThatForbidsDropInsIsRefused() throws {
        try node.list(
            "10-web", NodeDirectories.list.replacing("{\"cni", with: "{\"loadOnlyInlinedPlugins\": true, \"cni"))
        let output = try node.run("install", "--drop-in")
        #expect(output.status == 1 && output.err.contains("use --edit-lists") && !node.exists("lists/web"))
        #expect(try node.run("install", "--edit-lists").status == 0)
    }

    @Test func multusItselfIsLeftAlone() throws {
        try node.list("00-multus", NodeDirectories.list.replacing("bridge", with: "multus"))
        try node.list("10-web", NodeDirectories.list.replacing("bridge", with: "bridge"))
        let output = try node.run("install", "--edit-lists")
        #expect(output.status == 0 && output.out.contains("left alone: \(node.path("lists/00-multus.conflist"))"))
    }

    /// What names the plugin must not lose its program.
    @Test func theProgramsStayWhereAListCannotBeChanged() throws {
        try node.list()
        try node.run("install", "--edit-lists")
        try node.list("20-broken", "{\"plugins\": [{\"type\": \"evenkeel\"}")
        let output = try node.run("remove")
        #expect(
            output.status == 1 && output.err.contains("20-broken.conflist") && output.err.contains("the programs stay"))
        #expect(node.exists("cni/evenkeel"))
    }

    @Test func theProgramsStayWhereSomebodysDropInNamesThePlugin() throws {
        try node.list()
        try node.run("install", "--drop-in")
        let text = "{\"type\": \"evenkeel\", \"prefer\": true}"
        let own = try node.scratch.file("lists/web/60-own.conf", Array(text.utf8))
        _ = try node.scratch.link("lists/web/70-link.conf", to: "/nowhere/of/the/node")
        let output = try node.run("remove")
        #expect(output.status == 1 && output.err.contains("\(own) names the plugin, so the programs stay"))
        #expect(node.exists("cni/evenkeel") && !node.exists("lists/web/50-evenkeel.conf"))
        try FileManager.default.removeItem(atPath: own)
        #expect(try node.run("remove").status == 0)
        #expect(!node.exists("cni/evenkeel"))
    }

    @Test func aDropInOfANetworkWithoutAListGoesToo() throws {
        try node.list()
        try node.run("install", "--drop-in")
        try FileManager.default.removeItem(atPath: node.path("lists/10-web.conflist"))
        #expect(try node.run("remove").status == 0)
        #expect(!node.exists("lists/web") && !node.exists("cni/evenkeel"))
    }

    @Test(arguments: ["--drop-in", "--edit-lists"])
    func aListThatComesLaterIsGuardedUntilItIsToldToEnd(means: String) throws {
        let guarded = means == "--drop-in" ? "[[ -e web/50-evenkeel.conf ]]" : "grep -q evenkeel 10-web.conflist"
        let script = """
            cd \(node.path("lists"))
            \(Shell.programs)/evenkeel-node keep --lists . --cni-dir ../cni --programs \(Shell.programs) \(means) &
            until [[ -e ../cni/evenkeel ]]; do sleep 0.05; done
            for _ in 1 2; do
                # As an agent writes it that starts.
                printf '%s' "$list" >10-web.conflist
                for _ in {1..400}; do ! \(guarded) || break; sleep 0.05; done
                \(guarded)
                # It finds nothing left to do.
                sleep 1
                \(guarded)
                rm -rf web 10-web.conflist
            done
            kill $!
            wait $!
            """
        let output = try Shell.run(["bash", "-euc", script], environment: ["list": NodeDirectories.list])
        #expect(output.status == 0, "\(output)")
        #expect(output.err.components(separatedBy: "no configuration list").count == 2)
    }
}
