import CLinux

/// A process, held by its open folder in `/proc`. Once it has ended, reads fail, even if another process gets its pid.
public struct ProcessHandle: ~Copyable {
    public let id: Int32
    private let folder: FileDescriptor

    /// - Throws: `ENOENT` if there is no such process, `ENODEV` if there is no /proc.
    public init(_ id: Int32) throws(KernelError) {
        let number = retryingOnInterrupt { linux_open_process(id) }
        guard number >= 0 else {
            let error = KernelError("look at process \(id)", .current)
            if error.errno == .noEntry { try ProcFileSystem.requireMounted() }
            throw error
        }
        self.id = id
        folder = FileDescriptor(owning: number)
    }

    /// - Throws: `ENOENT` or `ESRCH` if the process has ended meanwhile.
    public func networkNamespace() throws(KernelError) -> NetworkNamespace {
        try NetworkNamespace(try open("ns/net"), name: "/proc/\(id)/ns/net")
    }

    /// Its start time in clock ticks since boot: field 22 of `proc_pid_stat(5)`.
    public func startTime() throws(KernelError) -> UInt64 {
        let name = "/proc/\(id)/stat"
        let line = try open("stat").readAll(limit: 4096, name: name)
        guard let ticks = ProcessStat(line)?[field: 22].flatMap({ UInt64($0) }) else {
            throw KernelError("read \(name)", .invalid, explanation: "it has no start time")
        }
        return ticks
    }

    /// The first bytes of a file in its folder, or all of it.
    package func read(_ name: String, atMost count: Int) throws(KernelError) -> [UInt8] {
        try open(name).read(atMost: count, name: "/proc/\(id)/\(name)")
    }

    /// The path of its executable file, as the kernel knows it. The corresponding C function is `readlinkat(2)`.
    package func executable() throws(KernelError) -> String {
        // PATH_MAX.
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlinkat(folder.number, "exe", &path, path.count)
        guard length >= 0 else { throw KernelError("look at /proc/\(id)/exe", .current) }
        return String(decoding: path[..<length].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The status of its executable file, also of one that was removed. The corresponding C function is `fstatat(2)`.
    func executableStatus() throws(KernelError) -> FileStatus {
        try FileStatus(of: "exe", in: folder, name: "/proc/\(id)/exe")
    }

    private func open(_ name: String) throws(KernelError) -> FileDescriptor {
        let number = retryingOnInterrupt { linux_open_at(folder.number, name) }
        guard number >= 0 else { throw KernelError("open /proc/\(id)/\(name)", .current) }
        return FileDescriptor(owning: number)
    }
}

/// This program's own process.
public enum OwnProcess {
    public static var id: Int32 { getpid() }

    /// The user whose rights it has, `geteuid(2)`.
    package static var effectiveUser: UInt32 { geteuid() }

    /// Whether it is root, and that not only in a user namespace.
    public static var isRootOutside: Bool { geteuid() == 0 && UserNamespace.outerUser() == nil }

    /// Its arguments, beginning with its name.
    public static var arguments: [String] {
        (0..<linux_argument_count()).map { index in linux_argument(index).map { String(cString: $0) } ?? "" }
    }

    /// Whether `--version` is its only argument.
    public static var isAskedForVersion: Bool {
        linux_argument_count() == 2 && linux_argument(1).map { strcmp($0, "--version") } == 0
    }

    /// Waits. The corresponding C function is `usleep(3)`.
    public static func sleep(milliseconds: UInt32) {
        // Not every C library's usleep takes more than a second.
        for _ in 0..<milliseconds / 500 { usleep(500_000) }
        usleep(milliseconds % 500 * 1000)
    }

    /// Waits, for less than a second.
    public static func sleep(microseconds: UInt32) { usleep(min(microseconds, 999_999)) }

    /// Replaces this program by another, with this one's arguments. The corresponding C function is `execv(3)`.
    ///
    /// Returns only if the kernel refuses: its error.
    public static func execute(_ path: String) -> KernelError {
        _ = linux_execute_with_arguments(path)
        return KernelError("execute \(path)", .current)
    }

    /// The same with this one's arguments from that one on, the program's own name being the first.
    public static func execute(_ path: String, withArgumentsFrom first: Int32) -> KernelError {
        _ = linux_execute_with_arguments_from(path, first)
        return KernelError("execute \(path)", .current)
    }

    /// Runs `body` in a child process and waits for it. Returns its exit status, or 128 plus the signal that ended it.
    ///
    /// The namespaces that `body` enters, and its crashes, do not affect the parent. The corresponding C function is `fork(2)`.
    public static func inChild(_ body: () -> Int32) throws(KernelError) -> Int32 {
        let child = linux_fork()
        if child == 0 { exitProcess(body()) }
        guard child > 0 else { throw KernelError("start a child process", .current) }
        let status = linux_wait(child)
        guard status >= 0 else { throw KernelError("wait for a child process", .current) }
        return status
    }
}
