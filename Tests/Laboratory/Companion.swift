import Foundation

/// A process beside the test, which ends with its owner.
public final class Companion {
    private let child: Child

    public init(_ command: [String]) throws {
        child = try Child(command, input: .file("/dev/null", O_RDONLY), output: .file("/dev/null", O_WRONLY))
    }

    deinit {
        kill(id, SIGKILL)
        _ = child.wait()
    }

    public var id: Int32 { child.pid }
}
