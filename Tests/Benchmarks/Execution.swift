import Foundation

/// A program to run, and what it finds.
struct Command {
    var path: String
    var arguments: [String] = []
    /// All of it.
    var environment: [String: String] = [:]
    /// The file on its standard input.
    var input = "/dev/null"
    /// The file its standard output goes to.
    var output = "/dev/null"
    var error = "/dev/null"
    /// The status it ends with when all is well.
    var status: Int32 = 0

    /// The command as another program is to run it. `prefix` begins with that program's path.
    func run(by prefix: [String]) -> Command {
        var command = self
        command.path = prefix[0]
        command.arguments = prefix.dropFirst() + [path] + arguments
        return command
    }
}

/// A program that ended otherwise than it should have, or something else for which there is no figure.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
}

/// A process, from its start to its end.
struct Execution {
    let command: Command
    let pid: pid_t
    private let start: UInt64

    /// Nanoseconds of `CLOCK_MONOTONIC`.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    init(_ command: Command) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, command.input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, command.output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, command.error, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let arguments = ([command.path] + command.arguments).map { strdup($0) } + [nil]
        // In one order, since where the environment lies in memory has a say in some counts.
        let variables = command.environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var pid: pid_t = 0
        start = Self.now
        let failure = posix_spawn(&pid, command.path, &actions, nil, arguments, variables)
        guard failure == 0 else {
            throw BenchmarkError(description: "cannot run \(command.path): \(String(cString: strerror(failure)))")
        }
        self.pid = pid
        self.command = command
    }

    /// Waits for the end, and returns how many nanoseconds it took.
    func wait() throws -> UInt64 {
        var status: Int32 = 0
        while wait4(pid, &status, 0, nil) < 0 && errno == EINTR {}
        let end = Self.now
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        guard code == command.status else {
            let line = ([command.path] + command.arguments).joined(separator: " ")
            throw BenchmarkError(description: "\(line) <\(command.input) ended with status \(code)")
        }
        return end - start
    }

    @discardableResult
    static func run(_ command: Command) throws -> UInt64 { try Execution(command).wait() }
}
