public import LinuxSystem
public import LinuxTools

/// Where the watcher `evenkeel-watch` listens.
public struct WatcherSocket: Sendable {
    public let path: String

    public init(_ path: String = RunDirectory.watchSocket) { self.path = path }

    /// The most bytes of a status, which names at most each container of the host.
    private static let longestStatus = 1 << 24

    /// What the watcher says of itself.
    ///
    /// - Throws: `ENOENT` or `ECONNREFUSED` if no watcher listens, `EACCES` or `EPERM` if this user may not ask, `ETIMEDOUT` after so
    ///   many seconds, `EBADMSG` if the answer is none.
    public func status(seconds: Int = UnixSocket.patience) throws(KernelError) -> WatcherStatus {
        let answer: [UInt8]
        do throws(KernelError) {
            answer = try UnixSocket.ask(path, Self.request("/status"), limit: Self.longestStatus, seconds: seconds)
        } catch { throw refusal(error) }
        guard let reply = try reply(answer) else { throw hangUp }
        do { return try WatcherStatus(parsing: reply.body) } catch {
            throw KernelError("understand the watcher at \(path)", .badMessage, explanation: "\(error)")
        }
    }

    /// What the watcher does from now on.
    ///
    /// - Throws: as `status` does.
    public func events() throws(KernelError) -> WatcherEvents {
        do throws(KernelError) {
            let connection = try UnixSocket.send(Self.request("/events"), to: path)
            var received: [UInt8] = []
            while true {
                if let reply = try reply(received) { return WatcherEvents(connection, path, received: reply.body) }
                let bytes = try connection.read(atMost: HTTPReply.longestHead, name: path)
                if bytes.isEmpty { throw hangUp }
                received += bytes
            }
        } catch { throw refusal(error) }
    }

    private static func request(_ path: String) -> String { "GET \(path) HTTP/1.0\r\n\r\n" }

    /// Nil if the reply is not complete.
    private func reply(_ bytes: [UInt8]) throws(KernelError) -> HTTPReply? {
        let reply: HTTPReply?
        do { reply = try HTTPReply(bytes) } catch { throw error.attempting("understand the watcher at \(path)") }
        if let reply, reply.status != 200 {
            throw KernelError(
                "understand the watcher at \(path)", .badMessage, explanation: "it answers with status \(reply.status)")
        }
        return reply
    }

    /// The watcher hangs up before it has read anything: then the kernel says so in other words.
    private func refusal(_ error: KernelError) -> KernelError {
        [.brokenPipe, .connectionReset].contains(error.errno) ? hangUp : error
    }

    /// Whoever may not ask is told nothing.
    private var hangUp: KernelError {
        KernelError(
            "ask the watcher at \(path)", .notPermitted,
            explanation: "it hung up: only root and the group that the policy's watch.group names may ask")
    }
}
