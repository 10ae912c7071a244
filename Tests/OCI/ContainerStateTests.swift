import JSON
import OCI
import Testing

@Suite struct ContainerStateTests {
    @Test func aRuntimesStateIsUnderstood() throws {
        let state = try parse(
            """
            {"ociVersion":"1.0.2","id":"4f1c","status":"created","pid":4321,"bundle":"/run/b","root":"/r",
             "annotations":{"evenkeel.skip":"true","io.podman":"","count":3}}
            """)
        #expect(state.id == "4f1c" && state.status == "created" && state.pid == 4321)
        #expect(state.annotations.map(\.name) == ["evenkeel.skip", "io.podman", "count"])
        #expect(state.annotations.map(\.value) == [.string("true"), .string(""), .integer(3)])
    }

    @Test(arguments: [
        ("", 0), (#","pid":0"#, 0), (#","pid":1"#, 1), (#","pid":2147483647"#, Int32.max),
    ])
    func aStateMayHaveNoProcess(member: String, pid: Int32) throws {
        #expect(try parse(#"{"id":"a","status":"stopped"\#(member)}"#).pid == pid)
    }

    @Test(arguments: ["", #","annotations":null"#, #","annotations":{}"#])
    func aStateMayHaveNoAnnotations(member: String) throws {
        #expect(try parse(#"{"id":"a","status":"created"\#(member)}"#).annotations == [])
    }

    @Test(arguments: [
        #"{"status":"created","pid":1}"#, #"{"id":"","status":"created"}"#, #"{"id":7,"status":"created"}"#, "{}",
    ])
    func aStateNeedsAnID(text: String) {
        expectError(text, "the container's state has no id")
    }

    @Test(arguments: [#"{"id":"a","pid":1}"#, #"{"id":"a","status":null}"#, #"{"id":"a","status":2}"#])
    func aStateNeedsAStatus(text: String) {
        expectError(text, "the container's state has no status")
    }

    @Test(arguments: [
        "\"4321\"", "-1", "2147483648", "-2147483649", "9223372036854775807", "null", "1.0", "true", "[1]", "{}",
        #""\u001b[2J""#,
    ])
    func aPidThatIsNoneIsRefused(pid: String) {
        expectError(
            #"{"id":"a","status":"created","pid":\#(pid)}"#,
            "the pid in the container's state is \(pid), not a process id")
    }

    @Test(arguments: [("[]", "an array"), ("\"a=b\"", "a string"), ("1", "a number"), ("false", "a boolean")])
    func annotationsThatAreNoObjectAreRefused(annotations: String, kind: String) {
        expectError(
            #"{"id":"a","status":"created","annotations":\#(annotations)}"#,
            "the annotations in the container's state are \(kind), not an object")
    }

    @Test(arguments: [
        ("[]", "an array"), ("null", "null"), ("\"{}\"", "a string"), ("3", "a number"), ("true", "a boolean"),
    ])
    func aStateIsAnObject(text: String, kind: String) {
        expectError(text, "the container's state is \(kind), not an object")
    }

    @Test func anEmptyInputIsSaidToBeEmpty() {
        expectError("", "the container's state on standard input is not JSON: line 1, column 1: the text is empty")
    }

    @Test(arguments: [
        "{", "4321", "{\"id\":\"a\",\"id\":\"b\"}", #"{"id":"a","status":"created","pid":9223372036854775808}"#, "\0",
    ])
    func whatIsNoStateIsRefused(text: String) {
        #expect(throws: StateError.self) { try parse(text) }
    }

    private func parse(_ text: String) throws(StateError) -> ContainerState {
        try ContainerState(parsing: Array(text.utf8))
    }

    private func expectError(_ text: String, _ description: String, at place: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: StateError.self, sourceLocation: place) { try parse(text) }
        #expect(error?.description == description, sourceLocation: place)
    }
}
