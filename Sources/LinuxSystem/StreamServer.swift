import CLinux

/// A stream socket at a path that others connect to, `unix(7)`. Nothing here waits.
public struct StreamServer: ~Copyable {
    private let file: FileDescriptor
    private let path: String
    /// The group whose members may connect beside root.
    private let group: UInt32?

    /// - Throws: `EADDRINUSE` and the like.
    public init(at path: String, group: UInt32?) throws(KernelError) {
        let number = linux_listen(path, group == nil ? 0o600 : 0o666)
        guard number >= 0 else { throw KernelError("listen at \(path)", .current) }
        file = FileDescriptor(owning: number)
        (self.path, self.group) = (path, group)
    }

    public var descriptor: Int32 { file.number }

    /// The next connection of somebody who may; nil if there is none. Others are closed.
    public func accept() -> FileDescriptor? {
        let number = linux_accept(file.number)
        guard number >= 0 else { return nil }
        let connection = FileDescriptor(owning: number)
        guard linux_peer_may(number, group ?? 0, group == nil ? 0 : 1) == 1 else { return nil }
        return connection
    }
}

extension FileDescriptor {
    /// Connects to a stream socket at a path, `unix(7)`, without waiting.
    ///
    /// - Throws: `EAGAIN` if too many wait there already.
    package init(connectingNowTo path: String) throws(KernelError) {
        let number = linux_connect(path, 0)
        guard number >= 0 else { throw KernelError("connect to \(path)", .current) }
        self.init(owning: number)
    }

    /// What a connection has sent: nil if nothing is there, empty if the peer has closed or the connection has failed.
    package func receiveNow(atMost count: Int) -> [UInt8]? {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, received in
            let got = linux_receive_now(number, buffer.baseAddress, count)
            failed = got < 0 && [.again, .interrupted].contains(Errno.current)
            received = max(got, 0)
        }
        return failed ? nil : bytes
    }

    /// Sends as much as the connection takes: nil if it has failed.
    package func sendNow(_ bytes: [UInt8]) -> Int? {
        let sent = linux_send_now(number, bytes, bytes.count)
        if sent < 0 { return [.again, .interrupted].contains(Errno.current) ? 0 : nil }
        return sent
    }
}
