import CLinux
public import LinuxSystem

/// Requests to a program that listens on a socket in the file system, `unix(7)`.
public enum UnixSocket {
    /// Sends a request and returns the whole answer, until the other end closes.
    ///
    /// - Throws: `ETIMEDOUT` if the other end has not closed after so many seconds, even if it keeps sending.
    public static func ask(
        _ path: String, _ request: String, limit: Int, seconds: Int = patience
    ) throws(KernelError) -> [UInt8] {
        let deadline = Timestamp.monotonic + seconds * 1000
        let socket = try send(request, to: path, seconds: seconds)
        return try answer(of: socket, path, limit, by: deadline)
    }

    /// Sends a request of a few kilobytes at most, and returns the connection. Connecting and each read wait no longer than so many
    /// seconds.
    ///
    /// - Throws: `EPIPE` if the other end has hung up at once.
    public static func send(
        _ request: String, to path: String, seconds: Int = patience
    ) throws(KernelError) -> FileDescriptor {
        let number = linux_connect(path, Int32(seconds))
        guard number >= 0 else { throw KernelError("connect to \(path)", .current) }
        let socket = FileDescriptor(owning: number)
        // A short request fits at once. Writing it as to a file would end the process where the other end has hung up.
        guard socket.sendNow(Array(request.utf8)) == request.utf8.count else {
            throw KernelError("ask \(path)", .current)
        }
        return socket
    }

    /// In seconds.
    public static let patience = 2

    private static func answer(
        of socket: borrowing FileDescriptor, _ path: String, _ limit: Int, by deadline: Int
    ) throws(KernelError) -> [UInt8] {
        var answer: [UInt8] = []
        let number = socket.number
        while answer.count <= limit {
            let left = max(deadline - Timestamp.monotonic, 0)
            let ready = retryingOnInterrupt { linux_wait_to_read(number, -1, Int32(clamping: left)) }
            if ready < 0 { throw KernelError("wait for \(path)", .current) }
            if ready == 0 || left == 0 { throw KernelError("read \(path)", .timedOut) }
            let chunk = try socket.read(atMost: min(limit + 1 - answer.count, 1 << 16), name: path)
            if chunk.isEmpty { return answer }
            answer += chunk
        }
        throw KernelError("read \(path)", .tooBig, explanation: "more than the \(limit) bytes allowed")
    }
}
