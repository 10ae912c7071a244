import CNI
import Testing

@Suite struct EnvironmentTests {
    /// What each verb needs, by specification 1.1.0, section 2.
    static let required = [
        ("ADD", ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"]), ("GC", ["CNI_PATH"]), ("STATUS", []),
        ("CHECK", ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"]),
        ("DEL", ["CNI_CONTAINERID", "CNI_IFNAME"]), ("VERSION", []),
    ]

    @Test(arguments: required) func aVariableThatIsNeededIsMissed(verb: String, needed: [String]) throws {
        for name in ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH", "CNI_ARGS"] {
            for value in [nil, ""] {
                let error = Call(verb).setting(name, value).error()
                guard needed.contains(name) else {
                    #expect(error == nil, "\(verb) does not need \(name)")
                    continue
                }
                #expect(error?.code == .invalidEnvironment)
                #expect(error?.message == "required environment variables are not set: \(name)")
            }
        }
    }

    @Test(arguments: required) func everyMissingVariableIsNamed(verb: String, needed: [String]) {
        let names = needed.joined(separator: ", ")
        var call = Call(verb)
        call.variables = ["CNI_COMMAND": verb]
        let expected = CNIError(
            .invalidEnvironment, "required environment variables are not set: \(names)",
            details: "\(verb) needs \(names)"
        )
        #expect(call.error() == (needed.isEmpty ? nil : expected))
    }

    /// Whoever runs the plugin by hand learns what it is before anything about its input.
    @Test(arguments: [
        (nil, "CNI_COMMAND is not set"), ("", "CNI_COMMAND is not set"), ("add", "CNI_COMMAND is unknown: add"),
        ("REMOVE", "CNI_COMMAND is unknown: REMOVE"), ("ADD ", "CNI_COMMAND is unknown: ADD "),
    ])
    func anUnknownCommandIsRefused(command: String?, message: String) {
        var call = Call("", "not JSON")
        call.variables = [:]
        call.variables["CNI_COMMAND"] = command
        let error = call.error()
        #expect(error?.code == .invalidEnvironment && error?.message == message)
        #expect(error?.details.contains("ADD, DEL, CHECK, VERSION, GC, STATUS") == true)
    }

    @Test(
        arguments: ["a", "0", "4F1c", "a-b_c.d", String(repeating: "f", count: 64), "k8s_POD.web-0"],
        ["ADD", "DEL", "CHECK"])
    func aContainersIDIsTaken(id: String, verb: String) throws {
        #expect(try Call(verb).setting("CNI_CONTAINERID", id).request().containerID == id)
    }

    @Test(
        arguments: ["-a", ".a", "_a", "a/b", "../etc", "a b", "a\n", "é", "aé", "a:b", "a\u{0}b", "/"],
        ["ADD", "DEL", "CHECK"])
    func whatIsNoContainersIDIsRefused(id: String, verb: String) {
        let error = Call(verb).setting("CNI_CONTAINERID", id).error()
        #expect(error?.code == .invalidEnvironment && error?.message == "CNI_CONTAINERID is not a container's id")
    }

    @Test(arguments: ["e", "eth0", "eth0.100", "fifteen-bytes-1", "...", "@if", "é", "a\\b"], ["ADD", "DEL", "CHECK"])
    func anInterfacesNameIsTaken(name: String, verb: String) throws {
        #expect(try Call(verb).setting("CNI_IFNAME", name).request().interface == name)
    }

    @Test(
        arguments: [
            "sixteen-bytes-16", "ééééééé12", "ifname/../..", "/", "eth0:1", ".", "..", " ", "eth 0", "eth0\n", "eth0\t",
            "\u{b}",
            "\u{c}", "\r",
        ], ["ADD", "DEL", "CHECK"])
    func whatIsNoInterfacesNameIsRefused(name: String, verb: String) {
        let error = Call(verb).setting("CNI_IFNAME", name).error()
        #expect(error?.code == .invalidEnvironment && error?.message == "CNI_IFNAME is not an interface's name")
    }

    /// podman asks every plugin for its versions with the word "dummy" in the other variables and an empty id.
    @Test func versionDoesNotLookAtTheRest() throws {
        var call = Call("VERSION", #"{"cniVersion":"0.4.0"}"#)
        call.variables = [
            "CNI_COMMAND": "VERSION", "CNI_NETNS": "dummy", "CNI_IFNAME": "not/a/name", "CNI_PATH": "dummy",
            "CNI_CONTAINERID": "",
        ]
        #expect(try call.request().command == .version)
    }

    /// containerd's DEL after the sandbox is gone.
    @Test func deleteNeedsNoNamespace() throws {
        let request = try Call("DEL").setting("CNI_NETNS", nil).request()
        #expect(request.command == .delete && request.namespacePath == "")
    }
}
