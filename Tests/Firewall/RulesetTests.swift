import LinuxSystem
import Netlink
import Testing

@testable import Firewall
import Laboratory

/// Rulesets before the real kernel, beside what `nft` makes of the same in its own words.
@Suite struct RulesetTests {
    private static func table(_ version: IPVersion) -> Table { Table(version, "evenkeel") }
    private static func containers(_ version: IPVersion) -> InterfaceSet { InterfaceSet(table(version), "containers") }

    private static func commands(_ version: IPVersion, _ names: [String] = ["podman0", "veth1"]) -> [Command] {
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

    private static func text(_ family: String) -> String {
        """
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
        }
        """
    }

    @Test(arguments: [IPVersion.v4, .v6]) func ourRulesetIsTheOneNftMakesOfTheSameWords(version: IPVersion) throws {
        let list = "nft list ruleset; nft --debug=netlink list ruleset"
        let ours = try inNamespace {
            var socket = try Socket(.netfilter)
            try socket.commit(Self.commands(version), "install")
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
            line.hasPrefix("ip") ? line.prefix { !$0.isNumber || $0 == "6" } : line
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
        let names = (0..<1000).map { "veth\($0)" }
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

    @Test(arguments: [("ip", true, false), ("ip6", false, true), ("inet", true, true)])
    func aNatChainTranslatesItsFamily(family: String, four: Bool, six: Bool) throws {
        let (before, after) = try inNamespace {
            var socket = try Socket(.netfilter)
            try shell("nft add table \(family) t; nft 'add chain \(family) t f { type filter hook input priority 0; }'")
            let before = try IPVersion.allCases.map { try socket.hasTranslation($0) }
            try shell("nft 'add chain \(family) t c { type nat hook postrouting priority 100; }'")
            return (before, try IPVersion.allCases.map { try socket.hasTranslation($0) })
        }
        #expect(before == [false, false] && after == [four, six])
    }
}

extension Socket {
    fileprivate mutating func commit(_ commands: ArraySlice<Command>, _ attempt: String) throws(KernelError) {
        try commit(Array(commands), attempt)
    }
}
