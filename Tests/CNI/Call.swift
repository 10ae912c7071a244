import CNI

/// A runtime's call of the plugin: environment and standard input, complete unless a test takes something away.
struct Call {
    var variables = [
        "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "4f1c", "CNI_NETNS": "/run/netns/cni-1", "CNI_IFNAME": "eth0",
        "CNI_PATH": "/opt/cni/bin",
    ]
    var configuration: String

    init(_ command: String, _ configuration: String = Call.configuration(version: "\"1.1.0\"")) {
        self.configuration = configuration
        variables["CNI_COMMAND"] = command
    }

    /// `version` and `previous` are JSON texts; nil leaves the key out.
    static func configuration(version: String?, previous: String? = "{\"interfaces\":[]}") -> String {
        let members =
            [#""name":"web""#, #""type":"evenkeel""#, #""cni.dev/valid-attachments":[]"#]
            + (version.map { ["\"cniVersion\":\($0)"] } ?? [])
            + (previous.map { ["\"prevResult\":\($0)"] } ?? [])
        return "{\(members.joined(separator: ","))}"
    }

    /// With a variable set to something else, or not at all.
    func setting(_ name: String, _ value: String?) -> Call {
        var call = self
        call.variables[name] = value
        return call
    }

    func request() throws(CNIError) -> Request {
        try Request(variable: { variables[$0] }, configuration: Array(configuration.utf8))
    }

    func error() -> CNIError? {
        do { _ = try request() } catch { return error }
        return nil
    }
}
