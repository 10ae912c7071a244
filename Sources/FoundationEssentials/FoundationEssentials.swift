// Stands in for Swift's module of this name when install/build.sh makes the command line. ArgumentParser imports that one for a JSON
// encoder, which it needs for --experimental-dump-help alone, and it would be 5 of the program's 15 MB. If a later ArgumentParser
// wants more, this does not compile.
internal import Glibc

public protocol LocalizedError: Error {
    var errorDescription: String? { get }
}

public final class JSONEncoder {
    public struct OutputFormatting: OptionSet, Sendable {
        public let rawValue: UInt

        public init(rawValue: UInt) { self.rawValue = rawValue }

        public static let prettyPrinted = OutputFormatting(rawValue: 1)
        public static let sortedKeys = OutputFormatting(rawValue: 2)
    }

    public var outputFormatting: OutputFormatting = []

    public init() {}

    /// Ends the program as after a wrong option: ArgumentParser would hide an error, and print nothing.
    public func encode<Value: Encodable>(_ value: Value) throws -> Data {
        let refusal: StaticString = "evenkeel: --experimental-dump-help is not in this program; use --help\n"
        _ = write(STDERR_FILENO, refusal.utf8Start, refusal.utf8CodeUnitCount)
        exit(64)
    }
}

public struct Data {}

extension String {
    public enum Encoding {
        case utf8
    }

    public init?(data: Data, encoding: Encoding) { return nil }
}
