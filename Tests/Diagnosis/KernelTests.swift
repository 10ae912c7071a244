import Foundation
import Laboratory
import LinuxSystem
import Netlink
import Testing

@testable import Diagnosis

/// What only a person's look at a container asks the kernel.
@Suite struct KernelTests {
    private static let links = """
        ip link add eth0 type veth peer name peer0; ip link add eth1 type veth peer name peer1
        for link in eth0 eth1 peer0 peer1; do ip link set $link up; done
        ip addr add 10.89.2.2/24 dev eth0; ip addr add 10.89.3.2/24 dev eth1
        ip addr add fd00:2::2/64 dev eth0 nodad; ip addr add fd00:3::2/64 dev eth1 nodad

        """

    @Test func halvesOfAllAddressesAreFoundAmongOtherRoutes() throws {
        let setup = """
            ip route add default via 10.89.2.1; ip route add 10.0.0.0/8 via 10.89.2.1; ip route add blackhole 0.0.0.0/1 metric 9
            ip route add 0.0.0.0/1 via 10.89.2.1 table 7
            for half in 0.0.0.0/1 128.0.0.0/1; do
                ip route append $half via 10.89.2.1; ip route append $half via 10.89.3.1
            done
            ip -6 route append 8000::/1 via fd00:2::1 metric 5; ip -6 route append 8000::/1 via fd00:3::1 metric 5
            """
        let (v4, v6, few) = try inNamespace(Self.links + setup) {
            var first = try Socket(.route)
            var second = try Socket(.route)
            var third = try Socket(.route)
            return (
                try first.halfRoutes(.v4, unlessMoreThan: 100), try second.halfRoutes(.v6, unlessMoreThan: 100),
                try third.halfRoutes(.v4, unlessMoreThan: 1)
            )
        }
        let words = { (half: HalfRoute) in
            let gateways = half.nextHops.compactMap { $0.gateway.map { "\($0)" } }.joined(separator: " ")
            return "\(half.prefix) \(half.metric) \(gateways)"
        }
        #expect(
            v4?.map(words) == [
                "0.0.0.0/1 0 10.89.2.1", "0.0.0.0/1 0 10.89.3.1", "128.0.0.0/1 0 10.89.2.1", "128.0.0.0/1 0 10.89.3.1",
            ])
        #expect(v6?.map(words) == ["8000::/1 5 fd00:2::1 fd00:3::1"])
        #expect(few == nil)
    }

    /// A UDP socket of the calling thread's namespace, closed with the list it is in.
    private static func bound(_ address: String, _ port: UInt16, v6Only: Int32? = nil, device: String? = nil) -> Int32 {
        let isIPv6 = address.contains(":")
        let number = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        if var v6Only {
            setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &v6Only, socklen_t(MemoryLayout<Int32>.size))
        }
        if let device { setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count)) }
        var status: Int32
        if isIPv6 {
            var name = sockaddr_in6()
            (name.sin6_family, name.sin6_port) = (sa_family_t(AF_INET6), port.bigEndian)
            inet_pton(AF_INET6, address, &name.sin6_addr)
            status = withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(number, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var name = sockaddr_in()
            (name.sin_family, name.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
            inet_pton(AF_INET, address, &name.sin_addr)
            status = withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        #expect(status == 0, "\(address) \(port)")
        return number
    }

    /// Who is bound to an address or to a device answers from there.
    @Test func serversOnEveryAddressAreFoundWithTheirFamilies() throws {
        let (found, few) = try inNamespace(Self.links) {
            let sockets = [
                Self.bound("0.0.0.0", 53), Self.bound("::", 54, v6Only: 0), Self.bound("::", 55, v6Only: 1),
                Self.bound("10.89.2.2", 56), Self.bound("0.0.0.0", 57, device: "eth1"), Self.bound("fd00:2::2", 58),
            ]
            defer { sockets.forEach { close($0) } }
            var socket = try Socket(.socketDiagnosis)
            var other = try Socket(.socketDiagnosis)
            return (
                try socket.wildcardServers(unlessMoreThan: 100), try other.wildcardServers(unlessMoreThan: 1)
            )
        }
        let words = try #require(found).map { "\($0.port) \($0.versions.map { "\($0)" }.joined(separator: " "))" }
        #expect(words.sorted() == ["53 IPv4", "54 IPv4 IPv6", "55 IPv6"])
        #expect(few == nil)
    }

    @Test func theOtherEndOfAVethIsFoundWhereverItIs() throws {
        let setup = """
            ip link set peer0 mtu 1300; ip link add br0 type bridge
            unshare -n sleep 1000 </dev/null >/dev/null 2>&1 & pid=$!
            until own=$(readlink /proc/$pid/ns/net) && [[ $own != $(readlink /proc/self/ns/net) ]]; do sleep 0.01; done
            ip link set peer1 netns $pid; nsenter -t $pid -n ip link set peer1 mtu 1400; echo $pid >&2
            """
        let (near, away, bridge) = try inNamespace(Self.links) {
            let holder = try shell("(\(setup)) 2>&1 | tail -n 1")
            defer { _ = try? shell("kill \(holder)") }
            var socket = try Socket(.route)
            let end = { (socket: inout Socket, name: InterfaceName) in
                try socket.otherEnd(of: try #require(try socket.link(name: name)))
            }
            return (try end(&socket, "eth0"), try end(&socket, "eth1"), try end(&socket, "br0"))
        }
        #expect(near?.name == "peer0" && near?.mtu == 1300)
        #expect(away?.name == "peer1" && away?.mtu == 1400)
        #expect(bridge == nil)
    }
}
