import CLinux

/// What a netlink socket is sent, `netlink(7)`.
public enum Datagram {
    /// `SOCK_CLOEXEC`, for opening one.
    public static var closeOnExec: Int32 { Int32(LINUX_CLOSE_ON_EXEC) }

    /// The next one: its length, which may be more than there was room for, or -1, and then errno says why; and the port it
    /// comes from, 0 for the kernel's own. The corresponding C function is `recvfrom(2)`.
    public static func receive(
        from socket: Int32, into buffer: UnsafeMutableRawBufferPointer, waiting: Bool
    ) -> (count: Int, sender: UInt32) {
        var sender: UInt32 = 0
        let count = linux_receive(socket, buffer.baseAddress, buffer.count, waiting ? 1 : 0, &sender)
        return (count, sender)
    }
}
