import Laboratory
import Testing

@testable import Netlink

/// What the kernel is asked without being told anything.
@Suite struct LookupTests {
    private static let link = """
        ip link add eth0 type veth peer name peer0
        ip link set eth0 mtu 1400; ip link set eth0 up; ip link set peer0 up
        ip addr add 10.89.2.2/24 dev eth0; ip addr add 10.89.2.3/24 dev eth0
        ip route add default via 10.89.2.1; ip route add 203.0.113.7 dev eth0; ip route add unreachable 198.51.100.0/24
        ip route add default via 10.89.2.9 dev eth0 table 7; ip rule add from 10.89.2.3 lookup 7

        """

    @Test func aRouteIsTheOneThatAPacketWouldTake() throws {
        let found = try inNamespace(Self.link) {
            var socket = try Socket(.route)
            return try [("192.0.2.1", nil), ("192.0.2.1", "10.89.2.3"), ("203.0.113.7", nil), ("198.51.100.1", nil)].map
            {
                try socket.route(to: try #require(IPAddress($0.0)), from: $0.1.flatMap { IPAddress($0) })
            }
        }
        let gateways = found.map { route in route.map { $0.gateway.map { "\($0)" } ?? "on the link" } }
        #expect(gateways == ["10.89.2.1", "10.89.2.9", "on the link", nil])
        #expect(found.dropLast().allSatisfy { $0?.interface == found[0]?.interface })
    }

    @Test func withoutARouteThereIsNone() throws {
        let found = try inNamespace {
            var socket = try Socket(.route)
            return try socket.route(to: try #require(IPAddress("192.0.2.1")))
        }
        #expect(found == nil)
    }

    @Test func aNeighbourIsAsTheKernelKnowsIt() throws {
        let setup = """
            ip neigh add 10.89.2.1 lladdr 02:00:00:00:00:01 dev eth0 nud stale
            ip neigh add 10.89.2.4 lladdr 02:00:00:00:00:04 dev eth0 nud permanent
            ip neigh add 10.89.2.5 dev eth0 nud failed
            """
        let found = try inNamespace(Self.link + setup) {
            var socket = try Socket(.route)
            let index = try #require(try socket.link(name: "eth0")).index
            return try ["1", "4", "5", "6"].map {
                try socket.neighbour(try #require(IPAddress("10.89.2.\($0)")), on: index)
            }
        }
        #expect(found.map { $0?.state } == [.stale, .permanent, .failed, nil])
        // Just now, but the machine may be slow.
        #expect(found.compactMap { $0?.age }.count { $0 < 60 } == 3)
    }

    @Test func theLargestPacketOfALinkIsRead() throws {
        let mtu = try inNamespace(Self.link) {
            var socket = try Socket(.route)
            return try socket.link(name: "eth0")?.mtu
        }
        #expect(mtu == 1400)
    }
}
