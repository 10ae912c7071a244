import Datagrams
import LinuxSystem
import Testing

@testable import Netlink

/// Requests beside what iproute2 6.1 sends for the same (`strace -e trace=sendmsg -e write=all ip …`). The order of
/// attributes means nothing, so they are compared as a set.
@Suite struct RequestTests {
    /// A request apart: netlink's header without length and sequence number, the family's header, the attributes.
    struct Parts: Equatable {
        var type: [UInt8]
        var flags: UInt16
        var family: [UInt8]
        var attributes: Set<[UInt8]>

        init(_ bytes: [UInt8], familySize: Int = 12) {
            type = Array(bytes[4..<6])
            // What asks for an acknowledgement is added when a request is sent.
            flags = (UInt16(bytes[6]) | UInt16(bytes[7]) << 8) & ~4
            family = Array(bytes[16..<16 + familySize])
            attributes = []
            var rest = bytes[(16 + familySize)...]
            while rest.count >= 4 {
                let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
                var attribute = Array(rest.prefix(length).dropFirst(2))
                // Flags: nested, in network byte order.
                attribute[1] &= 0x3f
                attributes.insert(attribute)
                rest = rest.dropFirst((length + 3) & ~3)
            }
            // ip names small tables in the header alone, and an IPv6 destination of no bits.
            if family[4] != 0 { attributes = attributes.filter { $0.prefix(2) != [15, 0] } }
            attributes = attributes.filter { $0 != [1, 0] + [UInt8](repeating: 0, count: 16) }
        }
    }

    private func route(_ gateway: String?, dev: UInt32, metric: UInt32) throws -> Route {
        let gateway = try gateway.map { try #require(IPAddress($0)) }
        return Route(gateway?.version ?? .v4, metric: metric, nextHops: [NextHop(interface: dev, gateway: gateway)])
    }

    private func expectAdded(_ route: Route, _ hex: String, at place: SourceLocation = #_sourceLocation) {
        #expect(Parts(Request.add(route).bytes) == Parts([UInt8](hex: hex)), sourceLocation: place)
    }

    /// ip leaves scope and type open; this product deletes just what it looked at.
    private func expectDeleted(_ route: Route, _ hex: String, at place: SourceLocation = #_sourceLocation) {
        var expected = Parts([UInt8](hex: hex))
        (expected.family[6], expected.family[7]) = (route.scope, route.type)
        #expect(Parts(Request.delete(route).bytes) == expected, sourceLocation: place)
    }

    @Test func aRouteThroughAGateway() throws {
        // ip route append default via 10.89.2.1 dev eth0 metric 100 proto static
        let route = try route("10.89.2.1", dev: 2, metric: 100)
        expectAdded(
            route,
            "340000001800050c6188016b0000000002000000fe04000100000000080005000a59020108000600640000000800040002000000")
        // ip route del default via 10.89.2.1 dev eth0 metric 100 proto static
        expectDeleted(
            route,
            "34000000190005008288016b0000000002000000fe04ff0000000000080005000a59020108000600640000000800040002000000")
    }

    @Test func aGatewayThatIsOnLink() throws {
        // ip route append default via 192.0.2.1 dev eth0 onlink metric 50 proto static
        var route = try route("192.0.2.1", dev: 2, metric: 50)
        route.nextHops[0].isOnLink = true
        expectAdded(
            route,
            "340000001800050c6188016b0000000002000000fe0400010400000008000500c000020108000600320000000800040002000000")
    }

    @Test func aMultipathRoute() throws {
        // ip route append default metric 7 proto static nexthop via 10.89.2.1 dev eth0 weight 2 nexthop via 10.89.3.1 dev eth1
        var route = try route("10.89.2.1", dev: 2, metric: 7)
        route.nextHops.append(NextHop(interface: 3, gateway: IPAddress("10.89.3.1")))
        route.nextHops[0].hops = 1
        expectAdded(
            route,
            "480000001800050c6188016b0000000002000000fe040001000000000800060007000000240009001000000102000000080005000a5902011000000003000000080005000a590301"
        )
    }

    @Test func aRouteByANextHopObjectNamesTheObjectAlone() throws {
        // ip route append default nhid 77 metric 9 proto static
        var route = try route("10.89.2.1", dev: 2, metric: 9)
        route.nextHopObject = 77
        expectAdded(route, "2c0000001800050c6188016b0000000002000000fe0400010000000008001e004d0000000800060009000000")
    }

    @Test func anAdvertisedRouteWithLifetimeAndPreference() throws {
        // ip -6 route append default via fd00:2::1 dev eth0 proto ra metric 1024 expires 600 pref high
        var route = try route("fd00:2::1", dev: 2, metric: 1024)
        (route.protocol, route.lifetime, route.preference) = (9, 600, 1)
        expectAdded(
            route,
            "640000001800050c6188016b000000000a000000fe09000100000000140001000000000000000000000000000000000014000500fd0000020000000000000000000000010800060000040000080017005802000005001400010000000800040002000000"
        )
        // ip -6 route del default via fd00:2::1 dev eth0 proto ra metric 1024
        expectDeleted(
            route,
            "54000000190005006188016b000000000a000000fe09000000000000140001000000000000000000000000000000000014000500fd00000200000000000000000000000108000600000400000800040002000000"
        )
    }

    @Test func aRouteInALargeTableWithSourceAndMTU() throws {
        // ip route append default via 10.89.3.1 dev eth1 table 17739003 src 10.89.3.2 mtu 1400 metric 100 proto static
        var route = try route("10.89.3.1", dev: 3, metric: 100)
        route.table = 17_739_003
        route.preferredSource = IPAddress("10.89.3.2")
        route.metrics = [8, 0, 2, 0, 0x78, 5, 0, 0]
        expectAdded(
            route,
            "500000001800050c6188016b0000000002000000000400010000000008000f00fbac0e01080005000a59030108000600640000000800040003000000080007000a5903020c0008000800020078050000"
        )
    }

    @Test func aGatewayOfTheOtherFamily() throws {
        // ip -4 route append default via inet6 fe80::1 dev eth1 metric 11 proto static
        var route = try route(nil, dev: 3, metric: 11)
        route.nextHops[0].via = [10, 0] + (try #require(IPAddress("fe80::1")).bytes)
        let ip = Parts(
            [UInt8](
                hex:
                    "4c0000001800050c8288016b0000000002000000fe040001000000000800010000000000160012000a00fe8000000000000000000000000000010000080006000b0000000800040003000000"
            ))
        var expected = ip
        // ip names a destination of no bits here, too.
        expected.attributes.remove([1, 0, 0, 0, 0, 0])
        #expect(Parts(Request.add(route).bytes) == expected)
    }

    @Test func aTunnelledRoute() throws {
        // ip route append default encap ip id 100 dst 10.0.0.9 via 10.89.3.1 dev eth1 metric 12 proto static
        var route = try route("10.89.3.1", dev: 3, metric: 12)
        let parameters = [UInt8](hex: "0c0001000000000000000064080002000a000009")
        route.nextHops[0].encapsulation = NextHop.Encapsulation(type: 2, parameters: parameters)
        expectAdded(
            route,
            "540000001800050c8288016b0000000002000000fe04000100000000180016800c0001000000000000000064080002000a0000090600150002000100080005000a590301080006000c0000000800040003000000"
        )
    }

    @Test func aRuleFromAnAddress() throws {
        let rule = PolicyRule(
            .v4, priority: 32765, table: 17_739_002, protocol: 69,
            source: IPPrefix(host: try #require(IPAddress("10.89.2.2"))))
        // ip rule add from 10.89.2.2 lookup 17739002 priority 32765 protocol 69
        let added =
            "3c000000200005066188016b00000000020020000000000100000000080002000a59020208000f00faac0e0108000600fd7f00000500150045000000"
        #expect(Parts(Request.add(rule).bytes) == Parts([UInt8](hex: added)))
        // ip rule del from 10.89.2.2 lookup 17739002 priority 32765 protocol 69
        let deleted =
            "3c000000210005006188016b00000000020020000000000000000000080002000a59020208000f00faac0e0108000600fd7f00000500150045000000"
        var expected = Parts([UInt8](hex: deleted))
        // ip leaves the action open.
        expected.family[7] = 1
        #expect(Parts(Request.delete(rule).bytes) == expected)
    }

    @Test func theRuleForMainAndOneFromAPrefix() throws {
        // ip rule add lookup main suppress_prefixlength 0 priority 32765 protocol 69
        let main = PolicyRule(.v4, priority: 32765, table: 254, protocol: 69, suppressedPrefixLength: 0)
        let mainHex =
            "34000000200005066188016b0000000002000000fe0000010000000008000e000000000008000600fd7f00000500150045000000"
        #expect(Parts(Request.add(main).bytes) == Parts([UInt8](hex: mainHex)))
        // ip -6 rule add from fd00:2::/64 lookup 17739002 priority 32765 protocol 69
        let prefix = PolicyRule(
            .v6, priority: 32765, table: 17_739_002, protocol: 69, source: IPPrefix("fd00:2::/64"))
        let prefixHex =
            "48000000200005066188016b000000000a004000000000010000000014000200fd00000200000000000000000000000008000f00faac0e0108000600fd7f00000500150045000000"
        #expect(Parts(Request.add(prefix).bytes) == Parts([UInt8](hex: prefixHex)))
    }

    @Test func rulesForWhatIsSentHereForADeviceAndForAGroup() throws {
        // ip rule add from 10.89.2.0/24 iif lo lookup 17739002 priority 32765 protocol 69
        var rule = PolicyRule(.v4, priority: 32765, table: 17_739_002, protocol: 69, source: IPPrefix("10.89.2.0/24"))
        rule.inputInterface = "lo"
        let input =
            "44000000200005066188016b00000000020018000000000100000000080002000a590200070003006c6f000008000f00faac0e0108000600fd7f00000500150045000000"
        #expect(Parts(Request.add(rule).bytes) == Parts([UInt8](hex: input)))
        // ip rule add oif eth1 lookup 17739003 priority 32765 protocol 69
        rule = PolicyRule(.v4, priority: 32765, table: 17_739_003, protocol: 69)
        rule.outputInterface = "eth1"
        let output =
            "40000000200005066188016b00000000020000000000000100000000090011006574683100000000"
            + "08000f00fbac0e0108000600fd7f00000500150045000000"
        #expect(Parts(Request.add(rule).bytes) == Parts([UInt8](hex: output)))
        // ip -6 rule add lookup main suppress_ifgroup 17739 priority 32765 protocol 69
        rule = PolicyRule(.v6, priority: 32765, table: 254, protocol: 69)
        rule.suppressedGroup = 17739
        let group =
            "34000000200005066188016b000000000a000000fe0000010000000008000d004b45000008000600fd7f00000500150045000000"
        #expect(Parts(Request.add(rule).bytes) == Parts([UInt8](hex: group)))
    }

    @Test func anInterfaceIsPutIntoAGroup() {
        // ip link set dev eth0 group 17739, which asks to make the interface if it is not there.
        let hex = "28000000100005006188016b000000000000000002000000000000000000000008001b004b450000"
        var expected = Parts([UInt8](hex: hex), familySize: 16)
        expected.type = [19, 0]
        #expect(Parts(Request.setGroup(17739, ofInterface: 2).bytes, familySize: 16) == expected)
    }

    @Test func listsAskForEverythingOfBothFamilies() {
        #expect(
            Request.listRoutes().bytes == [UInt8](hex: "1c0000001a0001000000000000000000")
                + [UInt8](repeating: 0, count: 12))
        #expect(
            Request.listRules().bytes == [UInt8](hex: "1c000000220001000000000000000000")
                + [UInt8](repeating: 0, count: 12))
        #expect(
            Request.listAddresses().bytes == [UInt8](hex: "18000000160001000000000000000000")
                + [UInt8](repeating: 0, count: 8))
        let links = [UInt8](hex: "28000000120001000000000000000000") + [UInt8](repeating: 0, count: 16)
        #expect(Request.listLinks().bytes == links + [UInt8](hex: "08001d0008000000"))
    }

    @Test func aRequestThatOutgrowsItsBufferIsAnError() throws {
        var route = try route("fd00:2::1", dev: 2, metric: 1)
        route.nextHops = (0..<2000).map { NextHop(interface: $0, gateway: IPAddress("fd00:2::1")) }
        let error = #expect(throws: KernelError.self) { try Request.add(route).validate() }
        #expect(error?.errno == .messageSize)
        route.nextHops = Array(route.nextHops.prefix(256))
        try Request.add(route).validate()
    }
}
