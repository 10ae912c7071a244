import Laboratory
import LinuxSystem
import Netlink
import Testing

@testable import Firewall

/// Rulesets before the real kernel, beside what `nft` makes of the same in its own words.
@Suite struct RulesetTests {
    private static func table(_ version: IPVersion) -> Table { Table(version, "evenkeel") }
    private static func containers(_ version: IPVersion) -> InterfaceSet { InterfaceSet(table(version), "containers") }

    private static func segments(_ version: IPVersion) -> SegmentSet {
        SegmentSet(table(version), "misjudged", seconds: 1, size: 16384)
    }

    private static func commands(_ version: IPVersion, _ names: [InterfaceName] = ["podman0", "veth1"]) -> [Command] {
        let input = Chain(table(version), "input", .input)
        let forward = Chain(table(version), "forward", .forward)
        return [
            .addTable(table(version)), .addSet(containers(version)), .addChain(input, exclusive: true),
            .addRule(
                Rule(
                    input,
                    [
                        .inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .closesConnection, .hasBoundSocket, .counter,
                        .accept,
                    ],
                    comment: "first")),
            .addRule(
                Rule(input, [.inputInterfaceIsNot("lo"), .isTCP, .isInvalid, .counter, .drop], comment: "second")),
            .addChain(forward, exclusive: true),
            .addRule(
                Rule(
                    forward, [.inputInterfaceIn(containers(version)), .isTCP, .isInvalid, .counter, .drop],
                    comment: "third")),
            .addElements(containers(version), names),
        ]
    }

    /// What the rules of the default mode are made of.
    private static func resets(_ version: IPVersion) -> [Command] {
        let (prerouting, output) = (Chain(table(version), "first", .prerouting), Chain(table(version), "last", .output))
        return [
            .addSegments(segments(version)), .addChain(prerouting, exclusive: true),
            .addRule(
                Rule(
                    prerouting,
                    [
                        .inputInterfaceIn(containers(version)), .outputInterfaceNotIn(containers(version)), .isTCP,
                        .isInMidstream, .isInvalid, .isRoutedBack, .remember(segments(version)),
                    ], comment: "fourth")),
            .addChain(output, exclusive: true),
            .addRule(
                Rule(
                    output,
                    [
                        .outputInterfaceIsNot("lo"), .isTCP, .isNoReset, .isBareReset, .isFromThisHost,
                        .answersRemembered(segments(version)), .isRemembered(segments(version)), .counter, .drop,
                    ], comment: "fifth")),
        ]
    }

    private static func text(_ family: String) -> String {
        let address = family == "ip" ? "ipv4_addr" : "ipv6_addr"
        let segment = "\(family) saddr . tcp sport . \(family) daddr . tcp dport"
        let answered = "\(family) daddr . tcp dport . \(family) saddr . tcp sport"
        return """
            table \(family) evenkeel {
                set containers { type ifname; elements = { "podman0", "veth1" } }
                chain input {
                    type filter hook input priority filter; policy accept;
                    iifname != "lo" meta l4proto tcp ct state invalid tcp flags & (fin|rst) != 0 socket wildcard 0 counter accept comment "first"
                    iifname != "lo" meta l4proto tcp ct state invalid counter drop comment "second"
                }
                chain forward {
                    type filter hook forward priority filter; policy accept;
                    iifname @containers meta l4proto tcp ct state invalid counter drop comment "third"
                }
                set misjudged { type \(address) . inet_service . \(address) . inet_service; flags dynamic, timeout; timeout 1s; size 16384; }
                chain first {
                    type filter hook prerouting priority filter; policy accept;
                    iifname @containers oifname != @containers meta l4proto tcp tcp flags & (syn|rst) == 0 ct state invalid fib saddr . iif oif exists update @misjudged { \(segment) } comment "fourth"
                }
                chain last {
                    type filter hook output priority filter; policy accept;
                    oifname != "lo" meta l4proto tcp tcp flags & rst == 0 tcp flags & (rst|ack) == rst fib saddr type local \(answered) @misjudged \(segment) @misjudged counter drop comment "fifth"
                }
            }
            """
    }

    /// To the kernel é and e with an accent are two names, and so is what is no text.
    @Test func namesThatLookAlikeAreTwoElements() throws {
        let bytes: [UInt8] = [0x65, 0xff]
        let wild = try #require(bytes.withUnsafeBytes { InterfaceName(bytes: $0) })
        let names: [InterfaceName] = ["\u{e9}", "e\u{301}", wild]
        let listed = try inNamespace {
            var socket = try Socket(.netfilter)
            try socket.commit(Self.commands(.v4, names), "install")
            try socket.commit([.deleteElements(Self.containers(.v4), ["\u{e9}"])], "delete")
            return try socket.elements(of: Self.containers(.v4))
        }
        #expect(Set(listed ?? []) == ["e\u{301}", wild])
    }

    @Test(arguments: [IPVersion.v4, .v6]) func ourRulesetIsTheOneNftMakesOfTheSameWords(version: IPVersion) throws {
        let list = "nft list ruleset; nft --debug=netlink list ruleset"
        let ours = try inNamespace {
            var socket = try Socket(.netfilter)
            try socket.commit(Self.commands(version) + Self.resets(version), "install")
            return try shell(list)
        }
        let theirs = try inNamespace {
            try shell("nft -f /dev/stdin", input: Self.text(version == .v4 ? "ip" : "ip6"))
            return try shell(list)
        }
        #expect(comparable(ours) == comparable(theirs))
        #expect(ours.contains("podman0"))
    }

    /// Without the rules' numbers, and elements in an order of their own: the kernel gives none.
    private func comparable(_ listing: String) -> [Substring] {
        let lines = listing.split(separator: "\n").map { line in
            line.hasPrefix("ip") ? line.prefix(through: line.lastIndex { $0.isLetter } ?? line.startIndex) : line
        }
        let elements = lines.filter { $0.hasPrefix("\telement") }
        return lines.filter { !$0.hasPrefix("\telement") } + elements.sorted()
    }

    @Test func whatWasMadeIsFoundAgain() throws {
        let (state, rules, names, absent) = try inNamespace {
            var socket = try Socket(.netfilter)
            let absent = (
                try socket.state(of: Self.table(.v4)), try socket.elements(of: Self.containers(.v4)),
                try socket.rules(of: Self.table(.v4))
            )
            try socket.commit(Self.commands(.v4), "install")
            let table = Self.table(.v4)
            return (
                try socket.state(of: table), try socket.rules(of: table), try socket.elements(of: Self.containers(.v4)),
                absent
            )
        }
        #expect(absent.0 == .absent && absent.1 == nil && absent.2 == [])
        #expect(state == .active)
        #expect(
            rules == [
                ListedRule(chain: "input", comment: "first"), ListedRule(chain: "input", comment: "second"),
                ListedRule(chain: "forward", comment: "third"),
            ])
        #expect(names.map { Set($0) } == ["podman0", "veth1"])
    }

    @Test func aDormantTableIsKnownAndWoken() throws {
        let states = try inNamespace {
            var socket = try Socket(.netfilter)
            try socket.commit(Self.commands(.v4), "install")
            try shell("nft 'add table ip evenkeel { flags dormant; }'")
            let asleep = try socket.state(of: Self.table(.v4))
            try socket.commit([.addTable(Self.table(.v4))], "wake")
            return [asleep, try socket.state(of: Self.table(.v4))]
        }
        #expect(states == [.dormant, .active])
    }

    @Test func makingExclusivelyTwiceIsRefusedWithItsPlace() throws {
        let (error, left) = try inNamespace {
            var socket = try Socket(.netfilter)
            try socket.commit(Self.commands(.v4, ["a"]), "install")
            var refusal: KernelError?
            do throws(KernelError) { try socket.commit(Self.commands(.v4, ["b"]), "install") } catch { refusal = error }
            return (refusal, try socket.elements(of: Self.containers(.v4)))
        }
        #expect(error?.errno == .exists && error?.batchIndex == 2)
        #expect(left == ["a"])
    }

    @Test func anotherGenerationIsRefused() throws {
        let (errors, generations) = try inNamespace {
            var socket = try Socket(.netfilter)
            let before = try socket.generation()
            try socket.commit(Self.commands(.v4), generation: before, "install")
            var errors: [Errno] = []
            for generation in [before, before &+ 2, .max] {
                do throws(KernelError) {
                    try socket.commit([.addElements(Self.containers(.v4), ["x"])], generation: generation, "add")
                } catch { errors.append(error.errno) }
            }
            return (errors, [before, try socket.generation()])
        }
        #expect(errors == [.restart, .restart, .restart])
        #expect(generations[1] == generations[0] &+ 1)
    }

    @Test func anElementThatIsNotThereIsRefusedAndOneThatIsIsNot() throws {
        let (error, names) = try inNamespace {
            var socket = try Socket(.netfilter)
            let set = Self.containers(.v4)
            try socket.commit(Self.commands(.v4), "install")
            try socket.commit([.addElements(set, ["veth1", "veth2"])], "add")
            var refusal: KernelError?
            do throws(KernelError) { try socket.commit([.deleteElements(set, ["gone"])], "remove") } catch {
                refusal = error
            }
            try socket.commit([.deleteElements(set, ["podman0"])], "remove")
            return (refusal, try socket.elements(of: set))
        }
        #expect(error?.errno == .noEntry && error?.batchIndex == 0)
        #expect(names.map { Set($0) } == ["veth1", "veth2"])
    }

    @Test func manyElementsAreAllListed() throws {
        let names = (0..<1000).map { InterfaceName(stringLiteral: "veth\($0)") }
        let listed = try inNamespace {
            var socket = try Socket(.netfilter)
            try socket.commit(Self.commands(.v4, []).dropLast(), "install")
            for start in stride(from: 0, to: 1000, by: 100) {
                try socket.commit([.addElements(Self.containers(.v4), Array(names[start..<start + 100]))], "add")
            }
            return try socket.elements(of: Self.containers(.v4))
        }
        #expect(listed.map { Set($0) } == Set(names) && listed?.count == 1000)
    }

    /// What `nft -f` reads again from a listing is what was listed: others save the whole ruleset that way.
    @Test(arguments: [IPVersion.v4, .v6]) func aListingCanBeReadAgain(version: IPVersion) throws {
        let (before, after) = try inNamespace {
            var socket = try Socket(.netfilter)
            try socket.commit(Self.commands(version, ["podman0"]) + Self.resets(version), "install")
            let before = try shell("nft -s list ruleset")
            try shell("listing=$(nft -s list ruleset); nft flush ruleset; printf '%s\\n' \"$listing\" | nft -f -")
            return (before, try shell("nft -s list ruleset"))
        }
        #expect(before == after && before.contains("oif exists"))
    }

    @Test(arguments: [("ip", [IPVersion.v4]), ("ip6", [.v6]), ("inet", [.v4, .v6])])
    func aNatChainTranslatesItsFamily(family: String, versions: [IPVersion]) throws {
        let (before, after) = try inNamespace {
            var socket = try Socket(.netfilter)
            try shell("nft add table \(family) t; nft 'add chain \(family) t f { type filter hook input priority 0; }'")
            let before = try socket.translatedVersions()
            try shell("nft 'add chain \(family) t c { type nat hook postrouting priority 100; }'")
            return (before, try socket.translatedVersions())
        }
        #expect(before == [] && after == versions)
    }

    @Test(
        arguments: [("ip", [IPVersion.v4]), ("ip6", [.v6]), ("inet", [.v4, .v6])],
        ["ct state new accept", "ct mark set 1"])
    func aRuleThatAsksForTrackingTracksItsFamily(family: (String, [IPVersion]), rule: String) throws {
        let (before, after) = try inNamespace {
            var socket = try Socket(.netfilter)
            try socket.commit(Self.commands(.v4) + Self.commands(.v6), "install")
            try shell(
                """
                nft 'add table \(family.0) t; add chain \(family.0) t c { type filter hook prerouting priority -300; };
                    add rule \(family.0) t c tcp dport 80 notrack; add rule \(family.0) t c counter drop'
                """)
            let before = try socket.trackedVersions(besides: "evenkeel")
            try shell("nft 'add rule \(family.0) t c \(rule)'")
            return (before, try socket.trackedVersions(besides: "evenkeel"))
        }
        #expect(before == [] && after == family.1, "our own rules do not count, nor does one that keeps from it")
    }

    @Test(arguments: ["-m conntrack --ctstate NEW -j ACCEPT", "-m state --state NEW", "-m connmark --mark 1"])
    func aMatchOfIptablesThatAsksForTrackingTracksToo(rule: String) throws {
        let (before, after) = try inNamespace {
            var socket = try Socket(.netfilter)
            try shell("iptables-nft -A INPUT -p tcp --dport 80 -j ACCEPT")
            let before = try socket.trackedVersions(besides: "evenkeel")
            try shell("iptables-nft -A INPUT \(rule)")
            return (before, try socket.trackedVersions(besides: "evenkeel"))
        }
        #expect(before == [] && after == [.v4])
    }
}

extension Socket {
    fileprivate mutating func commit(_ commands: ArraySlice<Command>, _ attempt: String) throws(KernelError) {
        try commit(Array(commands), attempt)
    }
}
