import CLinux

/// The datagrams that a netlink socket receives, `netlink(7)`.
public enum Datagram {
    /// `SOCK_CLOEXEC`, for opening a netlink socket.
    public static var closeOnExec: Int32 { Int32(LINUX_CLOSE_ON_EXEC) }

    /// Connects a netlink socket to the kernel. Whoever may administer the namespace could otherwise write to it, and flood it;
    /// to a connected socket nobody else can (`netlink_getsockbyportid` of net/netlink/af_netlink.c). The corresponding C function
    /// is `connect(2)`.
    public static func connectToKernel(_ socket: Int32) -> Bool { linux_connect_to_kernel(socket) == 0 }

    /// Receives the next datagram, without waiting. `count` is its length, which may exceed the buffer, or -1 with the reason in
    /// errno. `sender` is the port it comes from, 0 for the kernel. The corresponding C function is `recvfrom(2)`.
    public static func receive(
        from socket: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) -> (count: Int, sender: UInt32) {
        var sender: UInt32 = 0
        let count = linux_receive(socket, buffer.baseAddress, buffer.count, &sender)
        return (count, sender)
    }

    /// Whether there is a datagram within so many milliseconds. The corresponding C function is `poll(2)`.
    public static func wait(for socket: Int32, milliseconds: Int32) -> Bool {
        retryingOnInterrupt { linux_wait_to_read(socket, -1, milliseconds) } > 0
    }

    /// The address of a netlink socket, which the kernel tells with the changes that it asked for; 0 before its first request.
    package static func port(of descriptor: Int32) -> UInt32 { linux_netlink_port(descriptor) }
}
