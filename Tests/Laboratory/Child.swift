import Foundation

/// A child process, by posix_spawn(3). Foundation's Process waits for a descriptor that grandchildren inherit, so it does
/// not see the end of a command that leaves a server running.
struct Child {
    /// What one of its first three descriptors is.
    enum Stream {
        case inherited
        case descriptor(Int32)
        /// A path and the flags to open it with.
        case file(String, Int32)
    }

    let pid: pid_t

    /// Held while a child is started, and while descriptors exist that none must inherit.
    private static let spawning = NSLock()

    /// A pipe that no child inherits.
    static func pipe() throws -> (reading: Int32, writing: Int32) {
        try spawning.withLock {
            var ends: [Int32] = [-1, -1]
            guard Foundation.pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (ends[0], ends[1])
        }
    }

    init(
        _ command: [String], environment: [String: String] = [:], input: Stream = .inherited,
        output: Stream = .inherited, error: Stream = .inherited
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in [input, output, error].enumerated() {
            switch stream {
            case .inherited: break
            case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
            case .file(let path, let flags):
                posix_spawn_file_actions_addopen(&actions, Int32(number), path, flags, 0o600)
            }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of Swift's pools block signals, and a child that inherits that cannot be terminated.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let environment = environment.merging(
            ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C"],
            uniquingKeysWith: { given, _ in given })
        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = Self.spawning.withLock {
            posix_spawnp(&pid, command[0], &actions, &attributes, arguments, variables)
        }
        guard failure == 0 else {
            let said = String(cString: strerror(failure))
            throw CommandFailure(command: command, output: Output(status: -1, out: "", err: said))
        }
        self.pid = pid
    }

    /// Its exit status, or as shells have it 128 and the number of the signal that ended it.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
