public import JSON

/// An error as a plugin reports it, a JSON object on standard output: CNI specification 1.1.0, "Error".
public struct CNIError: Error, Equatable, Sendable {
    /// Codes below 100 are the specification's.
    public enum Code: Int64, Sendable {
        case incompatibleVersion = 1
        case unsupportedField = 2
        case unknownContainer = 3
        case invalidEnvironment = 4
        case inputOutput = 5
        case decoding = 6
        case invalidConfiguration = 7
        case invalidNamespace = 8
        case tryAgainLater = 11
        case notAvailable = 50
        case limitedConnectivity = 51
        /// The kernel refused.
        case kernel = 100
        /// CHECK found differences in the network.
        case differs = 101
        /// A crash of this program.
        case crashed = 102
    }

    public let code: Code
    public let message: String
    /// What to do about it, or the list of differences.
    public let details: String
    /// The request's `cniVersion`, if it names a supported one.
    public var version = Version.newest

    public init(_ code: Code, _ message: String, details: String = "") {
        self.code = code
        self.message = message
        self.details = details
    }

    /// The same error as an answer to a request of that version.
    public func answering(_ version: String) -> CNIError {
        var error = self
        error.version = version
        return error
    }

    public var json: JSON {
        .object([
            .init("cniVersion", .string(version)), .init("code", .integer(code.rawValue)),
            .init("msg", .string(message)), .init("details", .string(details)),
        ])
    }
}
