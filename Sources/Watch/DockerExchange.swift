import DockerEngine
import LinuxSystem

/// One request to Docker, and what has come of its reply.
final class DockerExchange {
    let request: DockerRequest
    private let descriptor: FileDescriptor
    var reply: DockerReply
    /// When it began; nanoseconds.
    let since: UInt64
    /// Whether the other end has closed.
    private(set) var isOver = false

    /// The most bytes that are read at once.
    private static let most = 1 << 16

    init(_ request: DockerRequest, at now: UInt64) throws(KernelError) {
        self.request = request
        descriptor = try FileDescriptor(connectingNowTo: DockerSocket.path)
        reply = DockerReply()
        since = now
        let text = Array(request.text.utf8)
        // A new connection has room for it.
        guard descriptor.sendNow(text) == text.count else { throw KernelError("ask \(DockerSocket.path)", .current) }
    }

    var number: Int32 { descriptor.number }

    /// Takes what has arrived. Returns whether there may be more.
    func receive() throws(KernelError) -> Bool {
        guard let bytes = descriptor.receiveNow(atMost: Self.most) else { return false }
        if bytes.isEmpty {
            isOver = true
            return false
        }
        try reply.take(bytes)
        return true
    }
}
