import CLinux

/// A netlink socket that only receives: what the kernel tells all who listen, `netlink(7)`.
///
/// Public only because Embedded Swift must see the deinit from other modules; only this package can use it.
public struct EventQueue: ~Copyable {
    private let file: FileDescriptor
    private let buffer: UnsafeMutableRawBufferPointer
    /// Larger than what the kernel puts into one datagram: a link's message has a few kilobytes, a batch of nftables' fewer than 8.
    private static let bufferSize = 65536

    /// Opens it in the calling thread's network namespace. `groups` are multicast groups, `room` the bytes of its receive buffer.
    package init(_ bus: Int32, groups: [UInt32], room: Int32, _ what: String) throws(KernelError) {
        let groups = groups.map { Int32(bitPattern: $0) }
        let number = linux_open_events(bus, groups, Int32(groups.count), room)
        guard number >= 0 else { throw KernelError("listen to \(what)", .current) }
        self.init(owning: number)
    }

    /// Takes ownership of a socket that is open already.
    package init(owning number: Int32) {
        file = FileDescriptor(owning: number)
        buffer = .allocate(byteCount: Self.bufferSize, alignment: 8)
    }

    deinit { buffer.deallocate() }

    package var descriptor: Int32 { file.number }

    /// Receives from all namespaces that have an id, and of routes and neighbours only defaults and those that do not answer.
    ///
    /// - Throws: `EPERM` without CAP_NET_BROADCAST.
    package func listenInAllNamespaces() throws(KernelError) {
        guard linux_filter_route_events(descriptor) == 0, linux_listen_in_all_namespaces(descriptor) == 0 else {
            throw KernelError("listen to changes in all network namespaces", .current)
        }
    }

    /// Enlarges the receive buffer to that many bytes.
    package func enlarge(to room: Int32) { linux_enlarge_buffer(descriptor, room) }

    package enum Reception {
        /// One datagram, valid until the next call, and the id of the namespace that it is about; nil for the socket's own.
        case datagram(UnsafeRawBufferPointer, namespace: Int32?)
        case nothing
        /// Events are lost: the buffer was full, or one did not fit.
        case lost
    }

    /// Does not wait.
    package func receive() throws(KernelError) -> Reception {
        while true {
            var id: Int32 = -1
            let count = linux_receive_event(descriptor, buffer.baseAddress, buffer.count, &id)
            if count > 0 {
                let bytes = UnsafeRawBufferPointer(start: buffer.baseAddress, count: count)
                return .datagram(bytes, namespace: id >= 0 ? id : nil)
            }
            // Somebody else than the kernel wrote.
            if count == 0 { continue }
            switch Errno.current {
            case .again: return .nothing
            case .interrupted: continue
            case .noBuffers, .messageSize: return .lost
            default: throw KernelError("receive events", .current)
            }
        }
    }
}
