import Foundation

/// What a command printed, and how it ended.
public struct Output: Sendable {
    public let status: Int32
    public let out: String
    public let err: String

    /// Standard output without the white space at its ends.
    public var text: String { out.trimmingCharacters(in: .whitespacesAndNewlines) }
}

/// A command that ended otherwise than it should have.
public struct CommandFailure: Error, CustomStringConvertible {
    public let command: [String]
    public let output: Output

    public var description: String {
        "\(command.joined(separator: " ")) ended with \(output.status)\n\(output.out)\(output.err)"
    }
}

public enum Shell {
    /// Runs a program to its end, which is its own: what it leaves running in the background is not waited for.
    ///
    /// The environment is the one given and a plain PATH, nothing of the test's own.
    public static func run(
        _ command: [String], input: Data = Data(), environment: [String: String] = [:]
    ) throws -> Output {
        // Files and not pipes: whatever the command leaves running would hold a pipe open.
        let folder = try TemporaryFolder()
        let (inPath, outPath, errPath) = (folder.path + "/in", folder.path + "/out", folder.path + "/err")
        try input.write(to: URL(fileURLWithPath: inPath))
        let child = try Child(
            command, environment: environment, input: .file(inPath, O_RDONLY),
            output: .file(outPath, O_WRONLY | O_CREAT), error: .file(errPath, O_WRONLY | O_CREAT))
        let status = child.wait()
        let read = { (path: String) throws in
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        }
        return Output(status: status, out: try read(outPath), err: try read(errPath))
    }

    /// Runs a program that must end with 0.
    @discardableResult
    public static func runSuccessfully(_ command: [String], environment: [String: String] = [:]) throws -> Output {
        let output = try run(command, environment: environment)
        guard output.status == 0 else { throw CommandFailure(command: command, output: output) }
        return output
    }

    /// The package's own folder, found from this file's place in it.
    public static let packageFolder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The release programs under test, as `install/build.sh` made them.
    public static let programs =
        ProcessInfo.processInfo.environment["EVENKEEL_PROGRAMS"] ?? packageFolder + "/.build/dist"
}

/// A folder that goes when its owner does.
public final class TemporaryFolder {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "/evenkeel-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
