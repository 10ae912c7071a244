public import JSON

/// What the runtime asks of the plugin: environment and configuration, as CNI specification 1.1.0, section 2, has them.
public struct Request: Sendable {
    public enum Command: String, CaseIterable, Sendable {
        case add = "ADD"
        case delete = "DEL"
        case check = "CHECK"
        case version = "VERSION"
        case collectGarbage = "GC"
        case status = "STATUS"
    }

    public let command: Command
    /// Of the configuration; of VERSION, what the runtime speaks.
    public let version: String
    public let containerID: String
    /// Empty where DEL has none: the namespace is gone.
    public let namespacePath: String
    public let interface: String
    public let configuration: JSON

    /// The result of the plugins before this one; DEL may have none.
    public var previousResult: JSON? { configuration["prevResult"] }

    /// What this plugin is told to do, in its own key.
    public var policy: JSON? { configuration["policy"] }

    /// Reads a request. `variable` looks up the environment; nil for a variable that is not set.
    public init(variable: (String) -> String?, configuration text: [UInt8]) throws(CNIError) {
        let command = try Self.command(variable("CNI_COMMAND") ?? "")
        try Self.requireVariables(for: command, variable)
        let configuration: JSON
        // A runtime that only asks for versions need not have a configuration.
        do { configuration = command == .version && text.isEmpty ? .object([]) : try JSON(parsing: text) } catch {
            throw CNIError(
                .decoding, "the network configuration on standard input is not JSON",
                details: "\(error.description); pass one configuration as the runtime would")
        }
        guard configuration.members != nil else {
            throw CNIError(.decoding, "the network configuration is \(configuration.kind), not an object")
        }
        self.command = command
        self.configuration = configuration
        version = try Self.version(of: configuration, command)
        containerID = variable("CNI_CONTAINERID") ?? ""
        namespacePath = variable("CNI_NETNS") ?? ""
        interface = variable("CNI_IFNAME") ?? ""
        guard [.add, .check, .delete].contains(command) else { return }
        do throws(CNIError) {
            try Self.validate(containerID: containerID, interface: interface)
            try requireChain()
        } catch { throw error.answering(version) }
    }

    private static func command(_ text: String) throws(CNIError) -> Command {
        guard let command = Command(rawValue: text) else {
            let known = Command.allCases.map { $0.rawValue }.joined(separator: ", ")
            throw CNIError(
                .invalidEnvironment,
                text.isEmpty ? "CNI_COMMAND is not set" : "CNI_COMMAND is unknown: \(text)",
                details: "it must be one of \(known); this program is a CNI plugin and is run by a container runtime")
        }
        return command
    }

    private static func requireVariables(
        for command: Command, _ variable: (String) -> String?
    ) throws(CNIError) {
        let required =
            switch command {
            case .add, .check: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"]
            case .delete: ["CNI_CONTAINERID", "CNI_IFNAME"]
            case .collectGarbage: ["CNI_PATH"]
            case .version, .status: [String]()
            }
        let missing = required.filter { (variable($0) ?? "").isEmpty }
        guard missing.isEmpty else {
            let names = missing.joined(separator: ", ")
            throw CNIError(
                .invalidEnvironment, "required environment variables are not set: \(names)",
                details: "\(command.rawValue) needs \(required.joined(separator: ", "))")
        }
    }

    private static func version(of configuration: JSON, _ command: Command) throws(CNIError) -> String {
        let version: String
        switch configuration["cniVersion"] {
        case nil: version = command == .version ? Version.newest : Version.unnamed
        case .string(let text)?: version = text.isEmpty ? Version.unnamed : text
        default: throw CNIError(.decoding, "cniVersion of the network configuration is not a string")
        }
        // VERSION is how a runtime finds out, so it may name any.
        let spoken = Version.supported(for: command)
        guard command == .version || spoken.contains(version) else {
            let list = spoken.joined(separator: ", ")
            throw CNIError(
                .incompatibleVersion, "cniVersion \(version) is not supported for \(command.rawValue)",
                details: "the network configuration must name one of \(list)")
        }
        return version
    }

    /// A container's id is alphanumeric at its start, then also holds `_`, `.` and `-`. An interface name has at most 15 bytes.
    private static func validate(containerID: String, interface: String) throws(CNIError) {
        let isAlphanumeric = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
        let marks = [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-")]
        let bytes = Array(containerID.utf8)
        guard isAlphanumeric(bytes.first ?? 0), bytes.allSatisfy({ isAlphanumeric($0) || marks.contains($0) }) else {
            throw CNIError(
                .invalidEnvironment, "CNI_CONTAINERID is not a container's id",
                details: "it begins with a letter or a digit and holds letters, digits, '_', '.' and '-'")
        }
        let forbidden = interface.utf8.contains {
            $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") || $0 == 0x20 || (0x09...0x0d).contains($0)
        }
        guard interface.utf8.count <= 15, interface != ".", interface != "..", !forbidden else {
            throw CNIError(
                .invalidEnvironment, "CNI_IFNAME is not an interface's name",
                details: "it has at most 15 bytes, no '/', ':' or white space, and is not '.' or '..'")
        }
    }

    private func requireChain() throws(CNIError) {
        if let name = configuration["name"], name.string?.isEmpty != false {
            throw CNIError(.invalidConfiguration, "name of the network configuration is not a name")
        }
        switch previousResult {
        case .object?: return
        case nil where command == .delete: return
        case nil, .null?:
            if command == .delete { return }
            throw CNIError(
                .invalidConfiguration,
                "there is no prevResult: this plugin makes a network safe that others have set up",
                details: "chain it: put {\"type\": \"evenkeel\"} behind the other plugins in the configuration list")
        case .some(let other): throw CNIError(.decoding, "prevResult is \(other.kind), not an object")
        }
    }
}
