import CLinux
import LinuxSystem
import Netlink

/// One probe's socket, opened in the calling thread's network namespace. It is closed with its last owner.
final class ProbeSocket {
    let number: Int32

    /// - Throws: if the kernel refuses the socket itself, as it does to those who may not open a raw one.
    private init(_ kind: ProbeProtocol, _ version: IPVersion) throws(KernelError) {
        number = linux_open_probe(kind.number, Int(version.bits / 8))
        guard number >= 0 else { throw KernelError("open a socket for \(version) \(kind.rawValue)", .current) }
    }

    deinit { close(number) }

    /// Opens it for a row and connects it: the kernel then delivers nothing from other addresses.
    ///
    /// `refusal` is why nothing can be sent: no route leads there, or the address is gone.
    static func open(
        for row: ProbeRow, port: UInt16
    ) throws(KernelError) -> (socket: ProbeSocket, refusal: Errno?, isConnecting: Bool) {
        let socket = try ProbeSocket(row.protocol, row.version)
        let target = row.target.address.bytes
        guard socket.bind(to: row.source) == 0,
            linux_connect_address(
                socket.number, target, target.count, row.protocol == .ping ? 0 : UInt32(port), row.target.scope) == 0
        else {
            let errno = Errno.current
            if errno.isShortage { throw KernelError("connect a socket to \(row.target.address)", errno) }
            return errno == Errno(rawValue: EINPROGRESS) ? (socket, nil, true) : (socket, errno, false)
        }
        return (socket, nil, false)
    }

    /// A socket of the host's for datagrams to one of its own addresses; nil if it cannot be had.
    static func listening(on address: IPAddress, interface: UInt32) -> (socket: ProbeSocket, port: UInt16)? {
        do {
            let socket = try ProbeSocket(.udp, address.version)
            let bytes = address.bytes
            guard
                linux_bind_address(socket.number, bytes, bytes.count, address.isLinkLocal ? interface : 0) == 0,
                let port = UInt16(exactly: linux_own_port(socket.number))
            else { return nil }
            return (socket, port)
        } catch { return nil }
    }

    private func bind(to source: ProbeSource) -> Int32 {
        switch source {
        case .unbound, .host: return 0
        case .address(let address):
            let bytes = address.bytes
            return linux_bind_address(number, bytes, bytes.count, 0)
        case .device(let name):
            let bytes = name.bytes.map { CChar(bitPattern: $0) }
            return linux_bind_device(number, bytes, bytes.count)
        }
    }

    /// Why it could not be sent; nil if it was.
    func send(_ bytes: [UInt8]) -> Errno? {
        linux_send_now(number, bytes, bytes.count) >= 0 ? nil : .current
    }

    enum Reception {
        case bytes(ArraySlice<UInt8>)
        case nothing
        case failure(Errno)
    }

    /// Does not wait. Of a longer packet only the beginning is returned.
    func receive() -> Reception {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = linux_receive_now(number, &buffer, buffer.count)
        if count >= 0 { return .bytes(buffer[..<count]) }
        return Errno.current == .again ? .nothing : .failure(.current)
    }

    /// What became of a connection: nil if it stands.
    var connectionError: Errno? {
        let number = linux_socket_error(self.number)
        return number == 0 ? nil : Errno(rawValue: number)
    }

    /// Whether an answer came only to what TCP sent again: then the first segment was lost.
    var hasRetransmitted: Bool { linux_has_retransmitted(number) != 0 }
}

extension ProbeProtocol {
    fileprivate var number: Int32 {
        switch self {
        case .ping: Int32(LINUX_PROBE_PING)
        case .tcp: Int32(LINUX_PROBE_TCP)
        case .udp: Int32(LINUX_PROBE_UDP)
        }
    }
}
