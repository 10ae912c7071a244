public import JSON

/// A request to the plugin, from environment and configuration: CNI specification 1.1.0, section 2.
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
    /// The configuration's `cniVersion`; for VERSION, the one that the runtime supports.
    public let version: String
    public let containerID: String
    /// Empty if DEL has none: the namespace is gone.
    public let namespacePath: String
    public let interface: String
    /// `CNI_ARGS`, not parsed yet.
    let arguments: String
    public let configuration: JSON

    /// The result of the plugins before this one. DEL may have none.
    public var previousResult: JSON? { configuration["prevResult"] }

    /// Reads a request. `variable` returns an environment variable, or nil if it is not set.
    public init(variable: (String) -> String?, configuration text: [UInt8]) throws(CNIError) {
        let command: Command
        do throws(CNIError) { command = try Self.command(variable("CNI_COMMAND") ?? "") } catch {
            throw error.answering(Self.versionSpoken(in: text))
        }
        let environment = Variables(command, variable)
        let configuration: JSON
        do throws(CNIError) { configuration = try Self.parse(text, for: command) } catch {
            // A person who runs this by hand should first learn what it is.
            throw environment.missing ?? error
        }
        if let missing = environment.missing { throw missing.answering(Version.spoken(in: configuration)) }
        self.command = command
        self.configuration = configuration
        version = try Version(of: configuration, for: command).text
        containerID = environment.value("CNI_CONTAINERID")
        namespacePath = environment.value("CNI_NETNS")
        interface = environment.value("CNI_IFNAME")
        arguments = environment.value("CNI_ARGS")
        do throws(CNIError) {
            try environment.validate()
            try validate()
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

    private static func versionSpoken(in text: [UInt8]) -> String {
        do { return Version.spoken(in: try JSON(parsing: text)) } catch { return Version.newest }
    }

    private static func parse(_ text: [UInt8], for command: Command) throws(CNIError) -> JSON {
        // A runtime that only asks for versions may have no configuration.
        if command == .version && text.isEmpty { return .object([]) }
        let configuration: JSON
        do { configuration = try JSON(parsing: text) } catch {
            throw CNIError(
                .decoding, "the network configuration on standard input is not JSON",
                details: "\(error.description); pass one configuration as the runtime would")
        }
        guard configuration.members != nil else {
            throw CNIError(
                .decoding, "the network configuration is \(configuration.kind), not an object",
                details: "pass the configuration of one plugin of the list, as the runtime would")
        }
        return configuration
    }

    private func validate() throws(CNIError) {
        guard command != .version else { return }
        guard let name = configuration["name"]?.string, isIdentifier(name) else {
            throw CNIError(
                .invalidConfiguration, "name of the network configuration is missing or not a name",
                details: "it begins with a letter or a digit and holds letters, digits, '_', '.' and '-'")
        }
        switch command {
        case .add, .check: try requireResult()
        case .delete:
            if let result = previousResult, result != .null { try requireObject(result) }
        case .collectGarbage: try requireAttachments()
        case .version, .status: break
        }
    }

    private func requireResult() throws(CNIError) {
        guard let result = previousResult, result != .null else {
            throw CNIError(
                .invalidConfiguration,
                "there is no prevResult: this plugin makes a network safe that others have set up",
                details: "chain it: put {\"type\": \"evenkeel\"} behind the other plugins in the configuration list")
        }
        try requireObject(result)
    }

    private func requireObject(_ result: JSON) throws(CNIError) {
        guard result.members == nil else { return }
        throw CNIError(
            .decoding, "prevResult is \(result.kind), not an object",
            details: "it must be the result of the plugins before this one")
    }

    /// Checks the runtime's list of attachments that still count. Leftovers of others are recognised without it. libcni leaves an
    /// empty list out, or writes null.
    private func requireAttachments() throws(CNIError) {
        guard let list = configuration["cni.dev/valid-attachments"], list != .null else { return }
        let isWhole = list.elements?.allSatisfy { $0["containerID"]?.string != nil && $0["ifname"]?.string != nil }
        guard isWhole == true else {
            throw CNIError(
                .invalidConfiguration, "cni.dev/valid-attachments is not a list of attachments",
                details: "GC needs an array of objects with containerID and ifname, empty if nothing is attached")
        }
    }
}
