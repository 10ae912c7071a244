import Laboratory
import Netlink
import Testing

@testable import Firewall
@testable import ForeignRules

/// Which ports of the host lead to a container for connections of the host itself.
@Suite struct PublishedPortTests {
    private static let out = "type nat hook output priority -100;"

    /// Those that lead to 10.89.1.5 or fd00:89:1::5.
    private static func ports(_ setup: String) throws -> [String] {
        try inNamespace(setup) {
            var socket = try Socket(.netfilter)
            let addresses = ["10.89.1.5", "fd00:89:1::5"].compactMap { IPAddress($0) }
            return try socket.publishedPorts(leadingTo: addresses).map {
                "\($0.hostAddress?.description ?? "any"):\($0.port) > \($0.destination)"
            }
        }
    }

    @Test(arguments: [
        ("", []),
        ("table ip n { chain c { \(out) tcp dport 8080 dnat to 10.89.1.5:80; }; }", ["any:8080 > 10.89.1.5"]),
        ("table inet n { chain c { \(out) tcp dport 8080 dnat ip to 10.89.1.5; }; }", ["any:8080 > 10.89.1.5"]),
        (
            "table ip n { chain c { \(out) ip daddr 198.51.100.1 tcp dport 8080 dnat to 10.89.1.5:80; }; }",
            ["198.51.100.1:8080 > 10.89.1.5"]
        ),
        ("table ip6 n { chain c { \(out) tcp dport 81 dnat to [fd00:89:1::5]:80; }; }", ["any:81 > fd00:89:1::5"]),
        (
            "table ip n { chain d { tcp dport 82 dnat to 10.89.1.5:80; }; chain c { \(out) fib daddr type local jump d; }; }",
            ["any:82 > 10.89.1.5"]
        ),
        (
            "table ip n { chain d { tcp dport 82 dnat to 10.89.1.5:80; }; chain c { \(out) ip daddr vmap { 10.1.1.1 : goto d }; }; }",
            ["any:82 > 10.89.1.5"]
        ),
        // A datagram, another container, a hook that the host's own packets do not pass, a range of ports, a port of this host.
        ("table ip n { chain c { \(out) udp dport 53 dnat to 10.89.1.5:53; }; }", []),
        ("table ip n { chain c { \(out) tcp dport 8080 dnat to 10.89.1.6:80; }; }", []),
        (
            "table ip n { chain c { type nat hook prerouting priority -100; tcp dport 8080 dnat to 10.89.1.5:80; }; }",
            []
        ),
        ("table ip n { chain d { tcp dport 82 dnat to 10.89.1.5:80; }; chain c { \(out) }; }", []),
        ("table ip n { chain c { \(out) tcp dport 8080-8090 dnat to 10.89.1.5; }; }", []),
        ("table ip n { chain c { \(out) tcp dport 8080 redirect to :80; }; }", []),
        // Further conditions, which the host's own connections may not meet; and those that they do.
        ("table ip n { chain c { \(out) meta skuid 12345 tcp dport 8080 dnat to 10.89.1.5:80; }; }", []),
        ("table ip n { chain c { \(out) ip saddr 192.0.2.1 tcp dport 8080 dnat to 10.89.1.5:80; }; }", []),
        ("table ip n { chain c { \(out) ip daddr != 192.0.2.1 tcp dport 8080 dnat to 10.89.1.5:80; }; }", []),
        ("table ip n { chain c { \(out) iifname \"eth7\" tcp dport 8080 dnat to 10.89.1.5:80; }; }", []),
        ("table ip n { chain c { \(out) tcp dport 8080 limit rate 1/day dnat to 10.89.1.5:80; }; }", []),
        (
            "table ip n { chain c { \(out) fib daddr type local tcp dport 8080 counter dnat to 10.89.1.5:80; }; }",
            ["any:8080 > 10.89.1.5"]
        ),
        (
            "table inet n { chain c { \(out) ip daddr 198.51.100.1 tcp dport 8080 dnat ip to 10.89.1.5:80; }; }",
            ["198.51.100.1:8080 > 10.89.1.5"]
        ),
        (
            "table ip n { chain c { \(out) iifname != \"docker0\" tcp dport 8080 dnat to 10.89.1.5:80; }; }",
            ["any:8080 > 10.89.1.5"]
        ),
    ]) func ofNftables(rules: String, ports: [String]) throws {
        #expect(try Self.ports(rules.isEmpty ? "" : "nft '\(rules)'") == ports)
    }

    /// As engines have iptables-nft make them.
    @Test func ofIptables() throws {
        let found = try Self.ports(
            """
            iptables-nft -t nat -N own; iptables-nft -t nat -A OUTPUT -m addrtype --dst-type LOCAL -j own
            iptables-nft -t nat -A own -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.89.1.5:80
            iptables-nft -t nat -A own -d 198.51.100.1/32 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 10.89.1.5:80
            iptables-nft -t nat -A own -p udp -m udp --dport 8082 -j DNAT --to-destination 10.89.1.5:80
            ip6tables-nft -t nat -A OUTPUT -p tcp -m tcp --dport 8083 -j DNAT --to-destination [fd00:89:1::5]:80
            """)
        #expect(
            found == ["any:8080 > 10.89.1.5", "198.51.100.1:8081 > 10.89.1.5", "any:8083 > fd00:89:1::5"])
    }
}
