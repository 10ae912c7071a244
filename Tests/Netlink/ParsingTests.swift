import Datagrams
import LinuxSystem
import Testing

@testable import Netlink

/// What is made of a kernel's answers.
@Suite struct ParsingTests {
    private func route(_ hex: String) throws -> Route {
        try #require(try Datagram(hex: hex).parse { Route(default: $0) })
    }

    private func hop(_ gateway: String, dev: UInt32) -> NextHop { NextHop(interface: dev, gateway: IPAddress(gateway)) }

    @Test func aVethNamesItsOtherEndAndItsParameters() throws {
        let datagram = Datagram(hex: Capture.veth)
        var link = Link(index: 2, name: "eth0")
        link.kind = "veth"
        (link.peerIndex, link.peerNamespaceID) = (2, 0)
        (link.reversePathFilter, link.routerAdvertisementMetric, link.mtu) = (0, 1024, 1500)
        #expect(try datagram.parse { Link($0) } == link)
    }

    @Test func aBridgePortNamesItsBridge() throws {
        let datagram = Datagram(hex: Capture.bridgePort)
        let link = try #require(try datagram.parse { Link($0) })
        #expect(link.name == "h0" && link.kind == "veth" && link.master == 4 && !link.isLoopback)
        #expect(link.peerIndex == 2 && link.peerNamespaceID != nil)
    }

    @Test func aLinkTellsWhetherItRunsAndWhatItIs() throws {
        let bytes = [UInt8](hex: Capture.veth)
        let link = { (bytes: [UInt8]) in try #require(try Datagram(bytes).parse { Link($0) }) }
        #expect(try link(bytes).isEthernet && link(bytes).isRunning && link(bytes).group == 0)
        // ARPHRD_NONE of WireGuard, ARPHRD_TUNNEL, ARPHRD_LOOPBACK.
        for type in [UInt16(0xfffe), 768, 772] { #expect(try !link(bytes.with(type, at: 18)).isEthernet) }
        // IFF_UP without IFF_LOWER_UP, and the other way round.
        for flags in [UInt32(0x1003), 0x11002, 0x1002] { #expect(try !link(bytes.with(flags, at: 24)).isRunning) }
        let grouped = [UInt8](hex: Capture.veth.replacing("08001b0000000000", with: "08001b004b450000"))
        #expect(try link(grouped).group == 17739)
    }

    @Test func anAddressTellsItsPeerAndWhetherItIsTentative() throws {
        let address = { (hex: String) in try #require(try Datagram(hex: hex).parse { InterfaceAddress($0) }) }
        let peer = try address(Capture.peerAddress)
        #expect(peer.isPointToPoint && peer.address == IPAddress("10.66.0.1") && peer.prefixLength == 30)
        let tentative = try address(Capture.tentativeAddress)
        #expect(tentative.isTentative && !tentative.isPointToPoint)
        for hex in [Capture.address4, Capture.address6] {
            #expect(try !address(hex).isPointToPoint && !address(hex).isTentative)
        }
    }

    @Test func addressesTellReachAndPermanence() throws {
        let expected = [
            ("10.89.2.2", UInt8(24), true), ("fd00:2::2", 64, true), ("fe80::", 64, false),
        ]
        for (hex, (text, length, isGlobal)) in zip(Capture.addresses, expected) {
            let datagram = Datagram(hex: hex)
            let address = try #require(try datagram.parse { InterfaceAddress($0) })
            #expect(address.interface == 2 && address.prefixLength == length && address.isGlobal == isGlobal)
            #expect(address.isPermanent)
            #expect("\(address.address)".hasPrefix(text))
        }
    }

    @Test func aLeaseIsNotPermanent() throws {
        // IFA_F_PERMANENT cleared in the header and in IFA_FLAGS.
        let bytes = [UInt8](hex: Capture.address4.replacing("08000800" + "80000000", with: "08000800" + "00000000"))
        #expect(try #require(try Datagram(bytes).parse { InterfaceAddress($0) }).isPermanent == false)
    }

    @Test func aPlainRoute() throws {
        var expected = Route(.v4, metric: 100, nextHops: [hop("10.89.2.1", dev: 2)])
        #expect(try route(Capture.plainRoute) == expected)
        expected = Route(.v4, metric: 50, nextHops: [hop("192.0.2.1", dev: 2)])
        expected.nextHops[0].isOnLink = true
        #expect(try route(Capture.onLinkRoute) == expected)
        expected = Route(.v6, metric: 11, nextHops: [hop("fe80::1", dev: 3)])
        expected.preference = 0
        #expect(try route(Capture.linkLocalRoute) == expected)
    }

    @Test func theTableComesFromItsAttribute() throws {
        var expected = Route(.v4, table: 17_739_003, metric: 100, nextHops: [hop("10.89.3.1", dev: 3)])
        expected.preferredSource = IPAddress("10.89.3.2")
        expected.metrics = [8, 0, 2, 0, 0x78, 5, 0, 0]
        #expect(try route(Capture.tableRoute) == expected)
    }

    @Test func legsOfBothFamilies() throws {
        var four = Route(.v4, metric: 7, nextHops: [hop("10.89.2.1", dev: 2), hop("10.89.3.1", dev: 3)])
        four.nextHops[0].hops = 1
        #expect(try route(Capture.multipath4) == four)
        var six = Route(.v6, metric: 2048, nextHops: [hop("fd00:2::9", dev: 2), hop("fd00:3::9", dev: 3)])
        (six.protocol, six.preference) = (3, 0)
        #expect(try route(Capture.multipath6) == six)
    }

    @Test func anObjectAndWhatItHolds() throws {
        var expected = Route(.v4, metric: 9, nextHops: [hop("10.89.2.1", dev: 2)])
        expected.nextHopObject = 77
        #expect(try route(Capture.objectRoute) == expected)
    }

    @Test func aGatewayOfTheOtherFamilyAndATunnel() throws {
        let via = try route(Capture.viaRoute)
        #expect(
            via.nextHops[0].gateway == nil
                && via.nextHops[0].via == [10, 0, 0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1])
        let tunnel = try route(Capture.encapsulated).nextHops[0]
        #expect(tunnel.gateway == IPAddress("10.89.3.1") && tunnel.encapsulation?.type == 2)
        #expect(tunnel.encapsulation?.parameters.count == 52)
    }

    @Test func anAdvertisedRouteHasALifetimeAndAPreference() throws {
        let route = try route(Capture.advertised)
        #expect(route.isFromRouterAdvertisement && route.preference == 1 && route.metric == 1024)
        // 599.67 seconds are left; one that is over is not positive.
        #expect(route.lifetime == 600)
        for (hundredths, seconds) in [
            (Int32(1), Int32(1)), (100, 1), (101, 2), (-1, 0), (-100, -1), (.max, 21_474_837), (.min, -21_474_836),
        ] {
            let bytes = [UInt8](hex: Capture.advertised)
            let place = try #require(bytes.indices.dropLast(8).first { bytes[$0...].starts(with: [0x24, 0, 0x0c, 0]) })
            let changed = bytes.with(UInt32(bitPattern: hundredths), at: place + 4 + 8)
            #expect(try #require(try Datagram(changed).parse { Route(default: $0) }).lifetime == seconds)
        }
    }

    @Test func aBlackholeIsNotUnicast() throws {
        let hole = try route(Capture.blackhole)
        #expect(
            !hole.isUnicast && hole.type == 6 && hole.metric == 999
                && hole.nextHops == [NextHop(interface: 0, gateway: nil)])
    }

    @Test func whatHasALengthIsNoDefaultRoute() throws {
        for offset in [17, 18] {
            var bytes = [UInt8](hex: Capture.plainRoute)
            bytes[offset] = 1
            #expect(try Datagram(bytes).parse { Route(default: $0) } == nil)
        }
        // RTM_F_CLONED: an entry of a cache.
        #expect(
            try Datagram([UInt8](hex: Capture.plainRoute).with(UInt32(0x200), at: 24)).parse { Route(default: $0) }
                == nil)
    }

    @Test func otherFamiliesAreNobodys() throws {
        for hex in Capture.routes + Capture.rules + Capture.addresses {
            for family: UInt8 in [0, 1, 28, 128, 129, 255] {
                var bytes = [UInt8](hex: hex)
                bytes[16] = family
                let message = Datagram(bytes)
                #expect(try message.parse { Route(default: $0) } == nil)
                #expect(try message.parse { PolicyRule($0) } == nil)
                #expect(try message.parse { InterfaceAddress($0) } == nil)
            }
        }
    }

    @Test func rules() throws {
        let expected = [
            PolicyRule(.v4, priority: 0, table: 255, protocol: 2),
            PolicyRule(.v4, priority: 32765, table: 254, protocol: 69, suppressedPrefixLength: 0),
            PolicyRule(
                .v4, priority: 32765, table: 17_739_002, protocol: 69,
                source: IPAddress("10.89.2.2").map { IPPrefix(host: $0) }),
            PolicyRule(.v6, priority: 32765, table: 17_739_002, protocol: 69, source: IPPrefix("fd00:2::/64")),
            PolicyRule(.v4, priority: 32765, table: 17_739_002, protocol: 69, source: IPPrefix("10.89.2.0/24")).with {
                $0.inputInterface = "lo"
            },
            PolicyRule(.v4, priority: 32765, table: 17_739_003, protocol: 69).with { $0.outputInterface = "eth1" },
            PolicyRule(.v6, priority: 32765, table: 254, protocol: 69).with { $0.suppressedGroup = 17739 },
        ]
        let rules = try Capture.rules.map { hex in
            let datagram = Datagram(hex: hex)
            return try #require(try datagram.parse { PolicyRule($0) })
        }
        #expect(rules == expected)
        #expect(rules.map { $0.isQualified } == [false, false, false, false, true, true, false])
        #expect(!rules.contains { $0.asksForMore })
    }

    @Test func aRuleThatAsksForMoreIsKnown() throws {
        let rule = PolicyRule(.v4, priority: 100, table: 7, protocol: 3)
        let plain = Request.add(rule).bytes
        let parse = { (bytes: [UInt8]) in try #require(try Datagram(bytes).parse { PolicyRule($0) }) }
        #expect(try !parse(plain).asksForMore)
        // A destination, a type of service, `not`, an action that is no table.
        for (offset, value) in [(17, UInt8(8)), (19, 0x10), (23, 7)] {
            var bytes = plain
            bytes[offset] = value
            #expect(try parse(bytes).asksForMore)
        }
        #expect(try parse(plain.with(UInt32(2), at: 24)).asksForMore)
        // FRA_FWMARK, FRA_TUN_ID, FRA_L3MDEV, FRA_UID_RANGE, FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE.
        for type in [UInt16(10), 12, 19, 20, 22, 23, 24] {
            let bytes = (plain + [8, 0, 0, 0, 1, 0, 0, 0]).with(type, at: plain.count + 2)
            #expect(try parse(bytes.with(UInt32(bytes.count), at: 0)).asksForMore, "attribute \(type)")
        }
    }

    @Test func aRuleThatIsPutBackIsTheSame() throws {
        for hex in Capture.rules {
            let rule = try #require(try Datagram(hex: hex).parse { PolicyRule($0) })
            #expect(try Datagram(Request.add(rule).bytes).parse { PolicyRule($0) } == rule)
        }
    }

    @Test func aRouteThatIsPutBackIsTheSame() throws {
        for hex in Capture.routes {
            let route = try route(hex)
            let echoed = try #require(try Datagram(Request.add(route).bytes).parse { Route(default: $0) })
            var expected = route
            expected.lifetime = nil
            if route.nextHopObject != nil { expected.nextHops = [NextHop(interface: 0, gateway: nil)] }
            #expect(echoed == expected)
        }
    }

    @Test func severalMessagesAreOneAfterTheOther() {
        let datagram = Datagram(Capture.rules.flatMap { [UInt8](hex: $0) })
        #expect(
            withExtendedLifetime(datagram) { datagram.messages.compactMap { PolicyRule($0) } }.count
                == Capture.rules.count)
    }
}

extension PolicyRule {
    fileprivate func with(_ change: (inout PolicyRule) -> Void) -> PolicyRule {
        var rule = self
        change(&rule)
        return rule
    }
}
