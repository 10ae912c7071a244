public import JSON

/// The CNI specification versions that this plugin supports. Negotiation is an exact match against the list.
public struct Version: Sendable {
    public static let supported = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
    public static let newest = "1.1.0"

    let text: String

    /// The version that a configuration names. VERSION may name any, since a runtime finds out with it.
    init(of configuration: JSON, for command: Request.Command) throws(CNIError) {
        let spoken = Self.supported(for: command)
        let advice = "the network configuration must name one of \(spoken.joined(separator: ", "))"
        switch configuration["cniVersion"] {
        case nil: text = command == .version ? Self.newest : ""
        case .string(let named)?: text = command == .version && named.isEmpty ? Self.unnamed : named
        default:
            throw CNIError(
                .decoding, "cniVersion of the network configuration is not a string", details: advice)
        }
        guard command != .version, !spoken.contains(text) else { return }
        let message =
            text.isEmpty
            ? "the network configuration names no cniVersion, which stands for \(Self.unnamed) and is not supported"
            : "cniVersion \(text) is not supported for \(command.rawValue)"
        throw CNIError(.incompatibleVersion, message, details: advice).answering(Self.spoken(in: configuration))
    }

    /// The version in which to answer an error about a configuration.
    static func spoken(in configuration: JSON) -> String {
        let named = configuration["cniVersion"]?.string ?? ""
        return supported.contains(named) ? named : newest
    }

    /// The versions that have the command.
    private static func supported(for command: Request.Command) -> [String] {
        switch command {
        case .add, .delete, .version: supported
        case .check: ["0.4.0", "1.0.0", "1.1.0"]
        case .collectGarbage, .status: ["1.1.0"]
        }
    }

    /// The first version there was, which a configuration means that names none.
    private static let unnamed = "0.1.0"

    /// The answer to VERSION.
    public static func answer(to requested: String) -> JSON {
        .object([
            .init("cniVersion", .string(requested)),
            .init("supportedVersions", .array(supported.map { .string($0) })),
        ])
    }
}
