import CLinux

/// The datagrams that a netlink socket receives, `netlink(7)`.
public enum Datagram {
    /// `SOCK_CLOEXEC`, for opening a netlink socket.
    public static var closeOnExec: Int32 { Int32(LINUX_CLOSE_ON_EXEC) }

    /// Receives the next datagram. `count` is its length, which may exceed the buffer, or -1 with the reason in errno. `sender`
    /// is the port it comes from, 0 for the kernel. The corresponding C function is `recvfrom(2)`.
    public static func receive(
        from socket: Int32, into buffer: UnsafeMutableRawBufferPointer, waiting: Bool
    ) -> (count: Int, sender: UInt32) {
        var sender: UInt32 = 0
        let count = linux_receive(socket, buffer.baseAddress, buffer.count, waiting ? 1 : 0, &sender)
        return (count, sender)
    }
}
