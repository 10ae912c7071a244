import CLinux
import LinuxSystem
import Netlink

/// Sockets of the host that send a test's datagrams back.
///
/// The kernel says "port unreachable" to one address about once a second, after a burst of six (net.ipv4.icmp_ratelimit,
/// net.ipv6.icmp.ratelimit): a test of the host's own addresses would take that for loss.
final class DatagramEcho {
    private var sockets: [(target: ProbeTarget, socket: ProbeSocket, port: UInt16)] = []
    /// Begins every datagram of the test. Others are not answered.
    let nonce: [UInt8]

    private static let most = 32

    /// Opens them in the calling thread's namespace, which must be the host's.
    init(for rows: [ProbeRow]) {
        nonce = (0..<16).map { _ in UInt8.random(in: 0...UInt8.max) }
        for row in rows where row.protocol == .udp && port(of: row.target) == nil && sockets.count < Self.most {
            guard let interface = row.target.hostInterface,
                let opened = ProbeSocket.listening(on: row.target.address, interface: interface)
            else { continue }
            sockets.append((row.target, opened.socket, opened.port))
        }
    }

    func port(of target: ProbeTarget) -> UInt16? { sockets.first { $0.target == target }?.port }

    var descriptors: [Int32] { sockets.map { $0.socket.number } }

    /// Somebody else may send there, too.
    private static let mostAtOnce = 64

    /// Sends back what has come to the socket with that descriptor.
    func answer(_ descriptor: Int32) {
        for _ in 0..<Self.mostAtOnce {
            guard nonce.withUnsafeBytes({ linux_echo_datagram(descriptor, $0.baseAddress, $0.count) }) == 1 else {
                return
            }
        }
    }
}
