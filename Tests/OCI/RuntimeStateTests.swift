import JSON
import OCI
import Testing

@Suite struct RuntimeStateTests {
    @Test func runcsFileIsUnderstood() throws {
        let state = try parse(
            """
            {"id":"4f1c","init_process_pid":4321,"init_process_start":987654,"created":"2026-01-31T00:00:00Z",
             "config":{"rootfs":"/r","labels":["a=b","bundle=/run/b=c","bundle=/other"]},"rootless":false}
            """)
        #expect(state?.pid == 4321 && state?.startTime == 987_654)
        #expect(state?.bundle == "/run/b=c")
    }

    @Test func crunsFileIsUnderstood() throws {
        let state = try parse(
            """
            {"pid":4321,"process-start-time":987654,"cgroup-path":"/c","rootfs":"/r","systemd-cgroup":false,
             "bundle":"/run/b","created":"2026-01-31T00:00:00Z","detached":true}
            """)
        #expect(state?.pid == 4321 && state?.startTime == 987_654)
        #expect(state?.bundle == "/run/b")
    }

    @Test func youkisFileIsUnderstood() throws {
        let state = try parse(#"{"ociVersion":"v1.0.2","id":"a","status":"created","pid":4321,"bundle":"/run/b"}"#)
        #expect(state?.pid == 4321 && state?.startTime == nil && state?.bundle == "/run/b")
    }

    @Test(arguments: [
        #"{"pid":4321,"process-start-time":-1}"#, #"{"pid":4321,"process-start-time":"1"}"#,
        #"{"init_process_pid":4321,"config":{"labels":["bundlex=/b"]}}"#,
        #"{"init_process_pid":4321,"config":{"labels":[7]}}"#, #"{"init_process_pid":4321,"config":[]}"#,
    ])
    func onlyThePidIsNeeded(text: String) throws {
        let state = try parse(text)
        #expect(state?.pid == 4321 && state?.startTime == nil && state?.bundle == nil)
    }

    /// 0 and 1 are never a container's process as the host sees it.
    @Test(arguments: ["0", "1", "-4", "2147483648", "4294967297", "\"7\"", "1.5", "null", "[]"])
    func whatIsNoPidMakesTheFileUseless(pid: String) throws {
        #expect(try parse(#"{"pid":\#(pid)}"#) == nil)
        #expect(try parse(#"{"init_process_pid":\#(pid)}"#) == nil)
    }

    @Test(arguments: ["{}", "[]", "7", "\"pid\""])
    func anotherDocumentIsNone(text: String) throws {
        #expect(try parse(text) == nil)
    }

    @Test(arguments: ["4f1c", "a", "A-b_c+d.e", "..a", "-a", String(repeating: "x", count: 1024)])
    func whatEnginesCallContainersIsAnID(text: String) {
        #expect(isContainerID(text))
    }

    /// It becomes a folder's name.
    @Test(arguments: ["", ".", "..", "a/b", "../a", "a b", "a\0", "\u{1b}", "é", String(repeating: "x", count: 1025)])
    func whatCouldLeadElsewhereIsNone(text: String) {
        #expect(!isContainerID(text))
    }

    private func parse(_ text: String) throws -> RuntimeState? {
        RuntimeState(try JSON(parsing: Array(text.utf8), only: RuntimeState.members))
    }
}
