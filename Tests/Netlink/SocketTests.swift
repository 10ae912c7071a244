import Foundation
import Laboratory
import LinuxSystem
import Testing

@testable import Netlink

/// A socket before the real kernel.
@Suite struct SocketTests {
    private static let twoLinks = """
        ip link add eth0 type veth peer name peer0
        ip link add eth1 type veth peer name peer1
        ip link add br0 type bridge
        ip link set peer0 master br0
        for link in eth0 eth1 peer0 peer1; do ip link set $link up; done
        ip addr add 10.89.2.2/24 dev eth0
        ip addr add 10.89.3.2/24 dev eth1
        ip -6 addr add fd00:2::2/64 dev eth0 nodad
        ip -6 addr add fd00:3::2/64 dev eth1 nodad

        """

    @Test func linksAndAddressesAreThoseOfTheNamespace() throws {
        let (links, addresses, bridge, none) = try inNamespace(Self.twoLinks) {
            var socket = try Socket(.route)
            return (
                try socket.links(), try socket.addresses(), try socket.link(name: "br0"),
                try socket.link(name: "missing")
            )
        }
        #expect(Set(links.map { $0.name }) == ["lo", "eth0", "eth1", "peer0", "peer1", "br0"])
        #expect(links.map { $0.index } == links.map { $0.index }.sorted())
        #expect(links.filter { $0.isLoopback }.map { $0.name } == ["lo"])
        let peer = links.first { $0.name == "peer0" }
        #expect(bridge?.kind == "bridge" && peer?.master == bridge?.index && none == nil)
        #expect(peer?.peerIndex == links.first { $0.name == "eth0" }?.index && peer?.peerNamespaceID == nil)
        #expect(
            addresses.contains {
                "\($0.address)" == "10.89.3.2" && $0.prefixLength == 24 && $0.isPermanent && $0.isGlobal
            })
    }

    @Test(arguments: [
        "route append default via 10.89.2.1 dev eth0 metric 100 proto static",
        "route append default via 192.0.2.1 dev eth0 onlink metric 50 table 17739002 proto 69",
        "route append default via 10.89.2.1 dev eth0 metric 0 src 10.89.2.2 mtu 1400 advmss 1000",
        "route append default metric 7 nexthop via 10.89.2.1 dev eth0 weight 2 nexthop via 10.89.3.1 dev eth1",
        "-4 route append default via inet6 fe80::1 dev eth1 metric 11",
        "route append default encap ip id 100 dst 10.0.0.9 via 10.89.3.1 dev eth1",
        "-6 route append default via fd00:2::1 dev eth0 proto ra metric 1024 expires 600 pref high",
        "-6 route append default via fd00:2::1 dev eth0 metric 5 table 17739002 mtu 1400",
        "-6 route append default dev eth1 metric 9",
        "-6 route append default metric 7 nexthop via fd00:2::1 dev eth0 nexthop via fd00:3::1 dev eth1",
    ])
    func aRouteIsDeletedAndPutBackAsItWas(command: String) throws {
        let (before, between, after) = try inNamespace(Self.twoLinks + "ip \(command)") {
            var socket = try Socket(.route)
            let before = try socket.defaultRoutes()
            for route in before { try socket.delete(route) }
            let between = try socket.defaultRoutes()
            for route in before { try socket.add(route) }
            return (before, between, try socket.defaultRoutes())
        }
        #expect(before.count == 1 && between.isEmpty && after == before)
    }

    @Test func aRouteByAnObjectIsDeletedAndPutBack() throws {
        let setup = Self.twoLinks + "ip nexthop add id 77 via 10.89.2.1 dev eth0\nip route add default nhid 77"
        let (before, after) = try inNamespace(setup) {
            var socket = try Socket(.route)
            let before = try socket.defaultRoutes()
            for route in before { try socket.delete(route) }
            for route in before { try socket.add(route) }
            return (before, try socket.defaultRoutes())
        }
        #expect(before.map { $0.nextHopObject } == [77] && after == before)
    }

    @Test func rulesStandBehindThoseOfTheirPriority() throws {
        let source = try #require(IPPrefix("10.89.3.0/24"))
        let ours = [
            PolicyRule(.v4, priority: 32765, table: 254, protocol: 69, suppressedPrefixLength: 0),
            PolicyRule(.v4, priority: 32765, table: 17_739_003, protocol: 69, source: source),
        ]
        let (all, again, left) = try inNamespace("ip rule add from 10.0.0.1 lookup 100 priority 32765") {
            var socket = try Socket(.route)
            for rule in ours { try socket.add(rule) }
            var again: Errno?
            do throws(KernelError) { try socket.add(ours[1]) } catch { again = error.errno }
            let all = try socket.rules()
            for rule in ours { try socket.delete(rule) }
            return (all, again, try socket.rules())
        }
        #expect(Array(all.filter { $0.priority == 32765 }.dropFirst()) == ours)
        #expect(again == .exists && !left.contains { $0.protocol == 69 })
    }

    @Test func aRefusalHoldsTheKernelsOwnSentence() throws {
        let error = try inNamespace(Self.twoLinks) {
            var socket = try Socket(.route)
            let link = try socket.link(name: "eth0")
            let hop = NextHop(interface: link?.index ?? 0, gateway: IPAddress("192.0.2.1"))
            do throws(KernelError) { try socket.add(Route(.v4, nextHops: [hop])) } catch {
                return error as KernelError?
            }
            return nil
        }
        #expect(error?.errno.rawValue == ENETUNREACH)
        #expect(error?.explanation == "Nexthop has invalid gateway")
    }

    @Test func whatIsNotThereAndWhatIsThereAlreadyAreKnown() throws {
        let errors = try inNamespace(Self.twoLinks) {
            var socket = try Socket(.route)
            let link = try socket.link(name: "eth0")
            let route = Route(
                .v4, metric: 5, nextHops: [NextHop(interface: link?.index ?? 0, gateway: IPAddress("10.89.2.1"))])
            var errors: [Errno] = []
            do throws(KernelError) { try socket.delete(route) } catch { errors.append(error.errno) }
            try socket.add(route)
            do throws(KernelError) { try socket.add(route) } catch { errors.append(error.errno) }
            do throws(KernelError) { try socket.delete(PolicyRule(.v4, priority: 1, table: 7, protocol: 69)) } catch {
                errors.append(error.errno)
            }
            return errors
        }
        #expect(errors == [.noSuchProcess, .exists, .noEntry])
    }

    @Test func aListThatChangesUnderTheReaderIsWhole() throws {
        let script = """
            for n in {1..60}; do ip link add keep$n type bridge; done
            (for n in {1..60}; do ip link add come$n type bridge; ip link del come$n; done) >/dev/null 2>&1 &
            """
        let wrong = try inNamespace(script) {
            var socket = try Socket(.route)
            var wrong: [String] = []
            for _ in 0..<300 {
                do throws(KernelError) {
                    let names = try socket.links().map(\.name)
                    if names.count(where: { $0.begins(with: "keep") }) != 60 { wrong.append("lost: \(names)") }
                    if Set(names).count != names.count { wrong.append("twice: \(names)") }
                } catch {
                    // Changed during every reading, and said so.
                    if error.errno != .interrupted { wrong.append(error.description) }
                }
            }
            return wrong
        }
        #expect(wrong == [])
    }
}
