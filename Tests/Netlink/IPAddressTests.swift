import Datagrams
import Testing

@testable import Netlink

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("10.89.2.1", "10.89.2.1"), ("::", "::"),
        ("::1", "::1"),
        ("fd00:0:0::1", "fd00::1"), ("FE80::ABCD", "fe80::abcd"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func anAddressIsReadAndPrinted(text: String, printed: String) throws {
        let address: IPAddress = try #require(IPAddress(text))
        #expect("\(address)" == printed)
        #expect(address.bytes.count == (address.version == .v4 ? 4 : 16))
        #expect(address.bytes.withUnsafeBytes { IPAddress(bytes: $0) } == address)
    }

    @Test(arguments: [
        "", " ", "10.0.0", "10.0.0.256", "10.0.0.1 ", "010.0.0.1", "10.0.0.1/24", "0x0a000001", "1:2:3:4:5:6:7", ":::",
        "fe80::1%eth0",
        "g::1", "12345::", "localhost", "10.0.0.1\n",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func onlyFourAndSixteenBytesAreAnAddress() {
        for count in 0...20 {
            let bytes = [UInt8](repeating: 1, count: count)
            let datagram = Datagram(bytes)
            #expect(
                withExtendedLifetime(datagram) { IPAddress(bytes: datagram.bytes) != nil } == [4, 16].contains(count))
        }
    }

    @Test func theOrderIsThatOfVersionAndBytes() {
        let texts = [
            "0.0.0.0", "9.255.255.255", "10.0.0.0", "10.0.0.9", "10.0.0.10", "255.255.255.255", "::", "::1",
            "::ffff:ffff:ffff:ffff",
            "0:0:0:1::", "fd00::", "fd00::1", "fe80::1", "ffff::",
        ]
        let addresses = texts.compactMap { IPAddress($0) }
        #expect(addresses.reversed().sorted() == addresses && addresses.count == texts.count)
    }

    @Test(arguments: [
        ("255.255.255.255", UInt8(0), "0.0.0.0"), ("255.255.255.255", 1, "128.0.0.0"),
        ("255.255.255.255", 8, "255.0.0.0"),
        ("255.255.255.255", 31, "255.255.255.254"), ("255.255.255.255", 32, "255.255.255.255"),
        ("255.255.255.255", 33, "255.255.255.255"), ("255.255.255.255", 255, "255.255.255.255"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0, "::"), ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, "8000::"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 63, "ffff:ffff:ffff:fffe::"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 64, "ffff:ffff:ffff:ffff::"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65, "ffff:ffff:ffff:ffff:8000::"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 127, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 200, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func bitsBehindTheLengthAreCleared(text: String, length: UInt8, masked: String) throws {
        let address: IPAddress = try #require(IPAddress(text))
        #expect("\(address.masked(to: length))" == masked)
    }

    @Test func aPrefixHoldsWhatItsBitsSay() throws {
        for (text, length) in [
            ("10.89.3.128", UInt8(25)), ("10.89.3.4", 31), ("fd00:0:0:2::", 63), ("fd00::", 64),
            ("fd00::8000:0:0:0", 65), ("fd00::2", 127),
        ] {
            let address: IPAddress = try #require(IPAddress(text))
            let prefix = try #require(IPPrefix(address, length: length))
            #expect(prefix.address == address && prefix.contains(address) && !prefix.isHost)
            var last = address.bytes
            let bit = Int(length) - 1
            last[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(last.withUnsafeBytes { IPAddress(bytes: $0) }.map { prefix.contains($0) } == false)
            var inside = address.bytes
            inside[Int(length) / 8] ^= 0x80 >> (length % 8)
            #expect(inside.withUnsafeBytes { IPAddress(bytes: $0) }.map { prefix.contains($0) } == true)
        }
    }

    @Test func aPrefixOfNoBitsHoldsItsFamilyAlone() throws {
        let four = try #require(IPPrefix("0.0.0.0/0"))
        let six = try #require(IPPrefix("::/0"))
        let addresses = ["255.255.255.255", "::1"].compactMap { IPAddress($0) }
        #expect(
            addresses.map { four.contains($0) } == [true, false] && addresses.map { six.contains($0) } == [false, true])
    }

    @Test(arguments: [
        ("10.89.3.0/24", "10.89.3.0/24"), ("0.0.0.0/0", "0.0.0.0/0"), ("10.0.0.2/31", "10.0.0.2/31"),
        ("10.0.0.1/32", "10.0.0.1"),
        ("fd00::/64", "fd00::/64"), ("::/0", "::/0"), ("fd00::1/128", "fd00::1"), ("FD00::/8", "fd00::/8"),
    ])
    func aPrefixIsReadAndPrinted(text: String, printed: String) {
        #expect(IPPrefix(text).map { "\($0)" } == printed)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0", "10.0.0.0/", "/24", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.1/24",
        "fd00::1/64",
        "10.0.0.0/8/8", "10.0.0.0/256", "10.0.0.0/ 8", "0.0.0.1/31",
    ])
    func whatIsNoPrefixIsRefused(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test func noPrefixIsLongerThanItsAddress() throws {
        let four: IPAddress = try #require(IPAddress("10.0.0.1"))
        #expect(IPPrefix(four, length: 33) == nil)
        #expect(IPPrefix(four, length: 24)?.address == IPAddress("10.0.0.0"))
        #expect(IPPrefix(host: four).isHost)
    }

}
