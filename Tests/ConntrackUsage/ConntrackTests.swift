import Datagrams
import Laboratory
import LinuxSystem
import Netlink
import Testing

@testable import ConntrackUsage

@Suite struct ConntrackTests {
    private func entry(_ hex: String) throws -> ConntrackEntry {
        try #require(try Datagram(hex: hex).parse { ConntrackEntry($0) })
    }

    @Test func anEntrySaysWhoAskedWhomForWhat() throws {
        let udp = try entry(Capture.udp6)
        #expect("\(udp.source) \(udp.destination) \(udp.service)" == "fd00:89:1::5 2001:db8::2 udp/53")
        #expect(udp.responder == udp.destination && udp.zone == 0)
    }

    @Test func whoAnswersIsKnownWhereTheDestinationIsTranslated() throws {
        let published = try entry(Capture.published)
        #expect(
            "\(published.source) \(published.destination) \(published.service)" == "198.51.100.2 198.51.100.1 tcp/8081")
        #expect("\(published.responder)" == "10.89.1.5")
    }

    @Test func whatHasNoPortsIsToldOtherwise() throws {
        #expect("\(try entry(Capture.ping4).service)" == "icmp type 8")
        #expect("\(try entry(Capture.ping6).service)" == "icmpv6 type 128")
        #expect("\(try entry(Capture.espEntry).service)" == "esp")
        #expect("\(Service(protocol: 89))" == "protocol 89")
    }

    @Test func keysOfGREAreNoPorts() throws {
        let bytes = [UInt8](hex: Capture.udp6)
        // The protocol of the original direction: 17 becomes 47.
        let place = try #require(bytes.firstRange(of: [5, 0, 1, 0, 17])).upperBound - 1
        var gre = bytes
        gre[place] = 47
        #expect("\(try #require(try Datagram(gre).parse { ConntrackEntry($0) }).service)" == "gre")
    }

    @Test func zonesOfBothDirectionsAndOfOneAreRead() throws {
        #expect(try entry(Capture.zoned).zone == 7)
        #expect(try entry(Capture.zonedOneWay).zone == 9)
    }

    @Test func anEntryNeedsBothAddresses() throws {
        let bytes = [UInt8](hex: Capture.published)
        for attribute: [UInt8] in [[8, 0, 1, 0, 198, 51, 100, 2], [8, 0, 2, 0, 198, 51, 100, 1]] {
            let place = try #require(bytes.firstRange(of: attribute)).lowerBound
            // An attribute of another type, and one of a length that no address has.
            #expect(try Datagram(bytes.with(UInt16(9), at: place + 2)).parse { ConntrackEntry($0) } == nil)
            #expect(try Datagram(bytes.with(UInt16(7), at: place)).parse { ConntrackEntry($0) } == nil)
        }
        #expect(try Datagram(bytes.with(UInt16(0x0102), at: 4)).parse { ConntrackEntry($0) } == nil, "not an entry")
    }

    @Test func theRequestIsTheOneOfOtherTools() {
        // conntrack -L's, but for the time it counts its sequence from.
        #expect(Request.listConntrack().bytes == [UInt8](hex: "1400000001010100000000000000000000000000"))
    }

    @Test func theTableIsStreamedWithNothingLeftOut() throws {
        let script = """
            for n in {0..2999}; do
                echo "-I -s 10.89.$((n / 250)).$((n % 250)) -d 198.51.100.2 -p udp --sport 5 --dport 53 -t 600"
            done | conntrack -R - >/dev/null 2>&1
            """
        let (entries, again) = try inNamespace(script) {
            var socket = try Socket(.netfilter)
            var entries: [ConntrackEntry] = []
            try socket.forEachConntrackEntry { entries.append($0) }
            var again = 0
            try socket.forEachConntrackEntry { _ in again += 1 }
            return (entries, again)
        }
        #expect(
            Set(entries.map { "\($0.source) \($0.service)" })
                == Set((0..<3000).map { "10.89.\($0 / 250).\($0 % 250) udp/53" }))
        #expect(entries.count == 3000 && again == 3000)
    }

    @Test func anEmptyTableHasNoEntries() throws {
        let count = try inNamespace {
            var count = 0
            var socket = try Socket(.netfilter)
            try socket.forEachConntrackEntry { _ in count += 1 }
            return count
        }
        #expect(count == 0)
    }

    @Test func whatNoKernelSendsIsSurvived() {
        let parse = { (datagram: Datagrams.Datagram) in
            withExtendedLifetime(datagram) { for message in datagram.messages { _ = ConntrackEntry(message) } }
        }
        for hex in Capture.conntrack {
            Hostility.cuts(of: hex, parse)
            Hostility.wrongLengths(of: hex, parse)
        }
        Hostility.noise(in: Capture.conntrack, parse)
    }
}
