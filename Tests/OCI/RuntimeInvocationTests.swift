import OCI
import Testing

@Suite struct RuntimeInvocationTests {
    @Test func podmansCallIsUnderstood() {
        let call = invocation("start 4f1c")
        #expect(call.command == "start" && call.id == "4f1c")
        #expect(call.root == nil && call.log == nil && !call.isLogJSON)
    }

    @Test func containerdsCallIsUnderstood() {
        let call = invocation("--root /run/r --log /run/b/log.json --log-format json --systemd-cgroup start 4f1c")
        #expect(call.command == "start" && call.id == "4f1c")
        #expect(call.root == "/run/r" && call.log == "/run/b/log.json" && call.isLogJSON)
    }

    /// Go's flags may have one dash or two, and their value behind a sign of equality.
    @Test(arguments: [
        "--root /r", "--root=/r", "-root /r", "-root=/r", "-r /r", "--debug --root /r", "--root /q --root /r",
        "--log-level debug --root /r", "--rootless true --root=/r", "--criu /criu --cgroup-manager cgroupfs --root /r",
    ])
    func theRootIsFoundHoweverItIsWritten(options: String) {
        let call = invocation(options + " start a")
        #expect(call.root == "/r")
        #expect(call.command == "start" && call.id == "a")
    }

    @Test(arguments: [("json", true), ("text", false), ("", false)])
    func theLogsFormatIsTextUnlessSaid(format: String, isJSON: Bool) {
        #expect(invocation("--log-format=\(format) --log=/l state a").isLogJSON == isJSON)
        #expect(invocation("--log-format=\(format) --log=/l state a").log == "/l")
    }

    /// What the value looks like does not matter: it is never taken for a command, nor for the next option.
    @Test(arguments: ["start", "--log", "-", ""])
    func anOptionTakesTheWordBehindIt(value: String) {
        let call = RuntimeInvocation(["--root", value, "kill", "a"])
        #expect(call.root == value && call.log == nil)
        #expect(call.command == "kill" && call.id == "a")
    }

    @Test(arguments: ["--version", "--root", "--root /r", "-v --help", ""])
    func aCallMayHaveNoCommand(call: String) {
        #expect(invocation(call).command == "" && invocation(call).id == nil)
    }

    @Test func optionsOfTheCommandAreNotItsID() {
        #expect(invocation("delete --force a").id == "a")
        #expect(invocation("start").id == nil)
        #expect(invocation("features --x").id == nil)
    }

    /// Behind the command `--root` would be an option of that command.
    @Test func whatComesBehindTheCommandIsNoGlobalOption() {
        #expect(invocation("start --root=/r a") == invocation("start a"))
    }

    private func invocation(_ call: String) -> RuntimeInvocation {
        RuntimeInvocation(call.split(separator: " ").map(String.init))
    }
}
