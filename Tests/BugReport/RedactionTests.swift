import JSON
import Netlink
import Testing

@testable import BugReport

@Suite struct CoveredAddressTests {
    private let covered = CoveredAddresses()

    private func cover(_ text: String) throws -> String { "\(covered.cover(try #require(IPAddress(text))))" }

    @Test(arguments: [
        "127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "::1", "ff02::1", "fe80::1",
    ]) func whatTellsNothingStays(address: String) throws { #expect(try cover(address) == address) }

    /// The first bit that may change always does.
    @Test(arguments: [
        "10.89.1.2", "192.168.1.20", "172.17.0.2", "169.254.7.8", "100.64.3.4", "203.0.113.7", "8.8.8.8",
        "fd00:89:1::2",
        "2001:db8::5", "fe80::42:aff:fe59:102", "::ffff:10.89.1.2", "ff02::1:ff59:102", "64:ff9b::808:808",
    ]) func noAddressKeepsItsNetwork(address: String) throws {
        let other = try cover(address)
        #expect(other != address)
        #expect(try cover(address) == other)
    }

    @Test func addressesOfOneNetworkStayInOne() throws {
        for (first, second, length) in [
            ("10.89.1.2", "10.89.1.200", UInt8(24)), ("10.89.1.2", "10.89.2.1", 16), ("192.168.7.1", "192.168.7.9", 24),
            ("172.17.0.2", "172.17.9.1", 16), ("fd00:89:1::2", "fd00:89:1::99", 64),
            ("fd00:89:1::2", "fd00:89:2::1", 32),
            ("2001:db8::1", "2001:db8::42:aff:fe59:102", 64),
        ] {
            let (one, other) = (try #require(IPAddress(first)), try #require(IPAddress(second)))
            let (left, right) = (covered.cover(one), covered.cover(other))
            #expect(left.masked(to: length) == right.masked(to: length), "\(first) \(second)")
            #expect(left != right)
        }
    }

    @Test func differentAddressesStayDifferent() throws {
        var seen: Set<IPAddress> = []
        for third in 0..<256 {
            for last in [0, 1, 255] { seen.insert(covered.cover(try #require(IPAddress("192.168.\(third).\(last)")))) }
        }
        #expect(seen.count == 768)
    }

    @Test func aPrefixStaysOne() throws {
        let network = try #require(IPAddress("172.17.0.0"))
        let covered = covered.cover(network, length: 16)
        #expect(covered.masked(to: 16) == covered && covered != network)
    }
}

@Suite struct RedactionTests {
    private func redaction() -> Redaction {
        var redaction = Redaction()
        redaction.hide("web", .container)
        redaction.hide("web-backend", .container)
        redaction.hide("customer.lan", .network)
        redaction.hide("Müller", .network)
        redaction.hide("default", .network)
        redaction.hide("br-customer", .interface)
        redaction.hide("br-fedcba987654", .interface)
        redaction.hide("enx001122334455", .interface)
        for name in ["eth0", "enp3s0f1", "eth0.7", "veth1234abcd", "lo", "podman1", "wg0"] {
            redaction.hide(name, .interface)
        }
        for name in ["br-nasa", "loan", "cafe"] { redaction.hide(name, .interface) }
        redaction.hide(id: String(repeating: "0123456789abcdef", count: 4))
        return redaction
    }

    @Test(arguments: [
        ("web (podman, eth0) and web-backend", "container1 (podman, eth0) and container2"),
        ("enp3s0f1 eth0.7 veth1234abcd lo podman1 wg0", "enp3s0f1 eth0.7 veth1234abcd lo podman1 wg0"),
        ("br-nasa loan, a loaner and cafe", "if3 if4, a loaner and if5"),
        ("web-1 website web_1 /web/", "container1-1 website web_1 /container1/"),
        ("customer.lan customerxlan Müllers Müller", "network1 customerxlan Müllers network2"),
        ("default via eth0 br-fedcba987654 br-customer enx001122334455", "default via eth0 br-fedcba987654 if1 if2"),
        (
            "container 0123456789ab, 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "container id3, id3"
        ),
        (
            "20:37:45 2026-11-30T20:37:45Z 6.18.44 a.b 10. web:",
            "20:37:45 2026-11-30T20:37:45Z 6.18.44 a.b 10. container1:"
        ),
        (
            "02:42:0a:59:01:02 02:42:0a:59:01:03 02:42:0a:59:01:02",
            "02:00:00:00:00:01 02:00:00:00:00:02 02:00:00:00:00:01"
        ),
        ("lo 127.0.0.1/8 ::1/128 0.0.0.0/0 00:00:00:00:00:00", "lo 127.0.0.1/8 ::1/128 0.0.0.0/0 00:00:00:00:00:00"),
    ]) func namesAreReplacedAndAllElseStays(text: String, result: String) {
        var redaction = redaction()
        #expect(redaction.redact(text) == result)
    }

    /// However it is written down.
    @Test(arguments: [
        "10.89.1.2", "via 10.89.1.2.", "10.89.1.2:8080", "(10.89.1.2)", "x:10.89.1.2", "src=10.89.1.2,",
        "eth0:10.89.1.2",
        "10.89.1.0/24", "10.89.1.2x", "1.10.89.1.2", "fd00:89::2", "[fd00:89::2]:80", "src:fd00:89::2", "fd00:89::2:",
        "fd00:89::2%eth0", "::ffff:10.89.1.2", "db:10.89.1.2",
    ]) func noAddressIsOverlooked(text: String) {
        var redaction = redaction()
        let result = redaction.redact(text)
        #expect(!result.contains("10.89.") && !result.contains("fd00:89:"), "\(result)")
    }

    @Test func aNetworkIsStillOne() {
        var redaction = redaction()
        let parts = redaction.redact("172.17.0.0/16 172.17.0.0/16").split(separator: " ")
        #expect(parts[0] == parts[1] && parts[0].hasSuffix(".0.0/16") && parts[0] != "172.17.0.0/16")
    }

    @Test func jsonKeepsTheNamesOfItsMembers() {
        var redaction = redaction()
        let json = JSON.object([.init("web", .array([.string("web at 10.89.1.2"), .integer(5), .null]))])
        let result = redaction.redact(json)
        #expect(result["web"]?.elements?.count == 3)
        #expect(result["web"]?.elements?.first?.string?.hasPrefix("container1 at 10.") == true)
    }
}
