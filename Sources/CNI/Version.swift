public import JSON

/// The versions of the CNI specification this plugin speaks. Negotiation is an exact match against the list.
public enum Version {
    public static let supported = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
    public static let newest = "1.1.0"

    /// Those that have the command.
    static func supported(for command: Request.Command) -> [String] {
        switch command {
        case .add, .delete, .version: supported
        case .check: ["0.4.0", "1.0.0", "1.1.0"]
        case .collectGarbage, .status: ["1.1.0"]
        }
    }

    /// A configuration that names none means the first there was.
    static let unnamed = "0.1.0"

    /// The answer to VERSION.
    public static func answer(to requested: String) -> JSON {
        .object([
            .init("cniVersion", .string(requested)),
            .init("supportedVersions", .array(supported.map { .string($0) })),
        ])
    }
}
