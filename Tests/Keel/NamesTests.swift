import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// Interface names and prefixes: how a policy means them, in which order they come, how they are printed.
@Suite struct NamesTests {
    @Test(arguments: [
        ("eth0", "eth0", true), ("eth0", "eth01", false), ("eth0", "eth", false), ("ETH0", "eth0", false),
        ("web*", "web", true),
        ("web*", "web0", true), ("web*", "we", false), ("web*", "aweb", false), ("*", "anything", true),
        ("*web", "myweb", true),
        ("eth1*0", "eth10", true), ("eth1*0", "eth1230", true), ("eth1*0", "eth100", true), ("eth1*0", "eth1", false),
        ("eth1*0", "eth101", false), ("eth?", "eth0", true), ("eth?", "eth", false), ("eth?", "eth10", false),
        ("?th?", "eth0", true),
        ("e*h*0", "eth0", true), ("**", "eth0", true), ("*?", "e", true), ("*a*a*", "banana", true),
        ("*a*b*", "banana", false),
        ("eth0.5", "eth0.5", true), ("eth0.5", "eth0x5", false), ("[ab]", "a", false), ("[ab]", "[ab]", true),
        ("a\\*", "a*", false),
    ])
    func aNameMayBeAGlob(pattern: String, name: String, matches: Bool) throws {
        let preference = try #require(Preference(pattern))
        #expect(preference == .name(pattern))
        #expect(preference.matches(Link(index: 2, name: InterfaceName(stringLiteral: name)), gateway: nil) == matches)
        #expect(
            preference.matches(Link(index: 2, name: InterfaceName(stringLiteral: name)), gateway: IPAddress("10.0.0.1"))
                == matches
        )
    }

    /// Annotations are a container's own, and a hook that thinks for long holds up its start.
    @Test func aGlobOfManyStarsIsDecidedAtOnce() throws {
        let preference = try #require(Preference("**********x"))
        let took = ContinuousClock().measure {
            #expect(!preference.matches(Link(index: 2, name: "aaaaaaaaaaaaaaa"), gateway: nil))
        }
        #expect(took < .seconds(1))
    }

    @Test(arguments: [
        ("10.89.3.0/24", "10.89.3.1", true), ("10.89.3.0/24", "10.89.4.1", false), ("10.89.3.0/24", "fd00::1", false),
        ("10.0.0.0/8", "10.255.255.255", true), ("0.0.0.0/0", "192.0.2.1", true), ("0.0.0.0/0", "::1", false),
        ("10.89.3.128/25", "10.89.3.127", false), ("10.89.3.1/32", "10.89.3.1", true), ("10.89.3.1", "10.89.3.1", true),
        ("10.89.3.1", "10.89.3.2", false), ("fd00:1::/64", "fd00:1::1", true), ("fd00:1::/64", "fd00:1:0:1::1", false),
        ("fc00::/7", "fe00::1", false), ("fc00::/7", "fd00::1", true), ("fe80::/10", "fe80::1", true),
        ("::/0", "fd00::1", true),
        ("::/0", "10.0.0.1", false),
        ("fd00::8000:0:0:0/65", "fd00::8000:0:0:1", true), ("fd00::1", "fd00:0::1", true),
    ])
    func aPrefixHoldsTheGateway(text: String, gateway: String, holds: Bool) throws {
        let preference = try #require(Preference(text))
        let address: IPAddress = try #require(IPAddress(gateway))
        #expect(preference.matches(Link(index: 2, name: "eth0"), gateway: address) == holds)
        // A next hop without a gateway is on no network that a prefix could name.
        #expect(!preference.matches(Link(index: 2, name: "eth0"), gateway: nil))
    }

    @Test func aBareAddressIsThatGatewayAlone() {
        #expect(Preference("10.89.3.1") == Preference("10.89.3.1/32"))
        #expect(Preference("fd00::1") == Preference("fd00::1/128"))
    }

    @Test(arguments: [
        "10.89.3.1/24", "10.0.0.1/0", "10.89.3.0/33", "10.89.3.0/", "/24", "/", "10.89.3.0/24/1", "10.89.3/24",
        "10.89.3.0/x",
        "10.89.3.0/-1", "10.89.3.0/ 24", "fd00::1/64", "fd00::/7", "fd00::/129", "fd00::/256", "::1/0", "web/24",
        "fd00::1::2",
        "fe80::1%eth0",
        "", " ", "eth 0", "eth0:1", "eth\t0", "eth\n", "\u{7f}", "\u{1b}[2J", String(repeating: "n", count: 256),
    ])
    func whatIsNeitherNameNorPrefixIsNoPreference(text: String) {
        #expect(Preference(text) == nil)
    }

    @Test(arguments: [
        "fifteen-bytes-1", "name-of-a-network_that.is-longer", "éééééééé", "10.89.3", "eth0.100", "é", "256.1.1.1",
    ]) func aNameThatLooksOddIsAName(
        text: String
    ) {
        #expect(Preference(text) == .name(text))
    }

    @Test func namesComeInNaturalOrder() {
        let ordered: [String] = [
            "", "0", "00", "1", "2", "10", "10a", "a", "a1", "a1b", "a01", "a2", "a10", "a10b2", "a10b10", "eth",
            "eth0", "eth0.2",
            "eth0.10", "eth2", "eth10", "eth99999999999999999999998", "eth99999999999999999999999", "ethb", "veth",
        ]
        for (i, left) in ordered.enumerated() {
            for (j, right) in ordered.enumerated() {
                #expect(isNaturallyOrdered(left, right) == (i < j), "\(left) and \(right)")
            }
        }
    }

    @Test func theOrderOfAttachingHasNoSay() {
        let names: [InterfaceName] = ["eth10", "eth2", "eth1", "veth0", "eth0", "Eth3"]
        let sorted: [InterfaceName] = ["Eth3", "eth0", "eth1", "eth2", "eth10", "veth0"]
        for shift in names.indices {
            #expect((names[shift...] + names[..<shift]).sorted(by: isNaturallyOrdered) == sorted)
        }
    }

    @Test(arguments: [
        ("eth0", "eth0"), ("", ""), ("é 😀 日本", "é 😀 日本"), ("\u{1b}[2J", "?[2J"), ("a\r\nb\tc\u{0}", "a??b?c?"),
        ("\u{7f}", "?"),
        ("\u{80}\u{9b}31m\u{9f}\u{a0}", "??31m?\u{a0}"), ("e\u{301}\u{1b}", "e\u{301}?"),
        ("\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{202f}", "?????\u{202f}"),
        ("\u{2027}\u{2028}\u{2029}\u{200e}\u{200f}\u{61c}\u{200d}", "\u{2027}?????\u{200d}"),
        ("\u{2066}\u{2067}\u{2068}\u{2069}", "????"),
    ])
    func whatATerminalWouldObeyIsPrintedAsAQuestionMark(text: String, shown: String) {
        #expect(Array(printable(text).unicodeScalars) == Array(shown.unicodeScalars))
    }

    /// A container's annotations are policy documents, too.
    @Test(arguments: [
        #"{"\u001b[2J":1}"#, #"{"defaultRoute":{"\u009b2J":1}}"#, #"{"\u202e":{}}"#, "\u{1b}[2J", "{\u{1b}[2J}",
        "\"\u{9b}2J\" x",
        #"{"rpFilter":"\u001b[2J"}"#, #"{"defaultRoute":{"prefer":["\u001b[2J"]}}"#,
        #"{"conntrack":{"max":"\u001b[2J"}}"#,
    ])
    func noErrorOfAPolicyHoldsWhatATerminalObeys(document: String) {
        var policy = Policy()
        let error = #expect(throws: PolicyError.self) {
            try policy.overlay(Array(document.utf8), from: "an annotation")
        }
        #expect(error.map { printable($0.description) } == error?.description)
    }
}
