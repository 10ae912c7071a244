import JSON
import LinuxSystem
import Netlink
import Testing

@testable import EngineNetworks
@testable import Keel

/// Networks by the names that their engines gave them, and wishes that name none.
@Suite struct NetworkNameTests {
    /// Two networks of podman with bridges, and a macvlan network that is known by its subnet.
    private func container() throws -> (TestContainer, NetworkNames) {
        var container = TestContainer()
        for index in 2...4 as ClosedRange<UInt32> {
            container.connect(
                index, "eth\(index - 2)", ["10.89.\(index).5/24"],
                [Route(via: "10.89.\(index).1", dev: index, metric: 100)])
        }
        container.connect(5, "eth3", ["10.89.5.5/24"])
        let networks = try [
            EngineNetwork("front", bridge: "podman1"), EngineNetwork("back-end", bridge: "podman2"),
            EngineNetwork("lan", parent: "eno1", subnets: [#require(IPPrefix("10.89.4.0/24"))]),
            // Of another engine: its subnet is that of an interface whose bridge is another.
            EngineNetwork("elsewhere", bridge: "br-1", subnets: [#require(IPPrefix("10.89.2.0/24"))]),
            EngineNetwork("inner", isDockers: true, subnets: [#require(IPPrefix("10.89.5.0/24"))]),
        ].map { try #require($0) }
        let attachments = [(2, "podman1"), (3, "podman2")].map { index, bridge in
            HostAttachment(
                interface: container.snapshot.links[index - 1], end: Link(index: UInt32(index + 10), name: "veth1"),
                bridge: Link(index: UInt32(index + 20), name: InterfaceName(stringLiteral: bridge)))
        }
        return (container, NetworkNames(networks, container.snapshot, attachments))
    }

    private func resolved(_ word: String) throws -> Preference {
        let (container, names) = try container()
        return container.snapshot.resolved([try #require(Preference(word))], names)[0]
    }

    @Test func aNetworkIsKnownByItsBridgeOrElseByItsSubnet() throws {
        let (_, names) = try container()
        #expect((2...5).map { names.network(of: UInt32($0)) } == ["front", "back-end", "lan", "inner"])
    }

    @Test(arguments: [("front", [2]), ("back-end", [3]), ("lan", [4]), ("*end", [3]), ("?a*", [3, 4])])
    func aWordThatIsNoInterfaceIsANetworksName(word: String, interfaces: [UInt32]) throws {
        #expect(try resolved(word) == .network(word, interfaces))
    }

    @Test(arguments: ["eth1", "eth*", "elsewhere", "nothing", "10.89.3.1", "10.89.3.0/24"])
    func anyOtherWordStaysAsItIs(word: String) throws { #expect(try resolved(word) == Preference(word)) }

    @Test func theNamedNetworkWins() throws {
        var (container, names) = try container()
        var policy = Policy(prefer: ["back-end"])
        policy.defaultRoute.prefer = container.snapshot.resolved(policy.defaultRoute.prefer, names)
        try container.run(policy)
        #expect(container.main(.v4).map { $0.interface } == [3])
    }

    private func complaints(_ words: String...) throws -> [String] {
        let (container, names) = try container()
        let wish = container.snapshot.resolved(try words.map { try #require(Preference($0)) }, names)
        return container.snapshot.unmetWishes(among: wish, names).map { $0.text(of: "evenkeel.default-route=") }
    }

    private static let choice =
        "none of front (eth0, 10.89.2.0/24), back-end (eth1, 10.89.3.0/24), lan (eth2, 10.89.4.0/24), "
        + "inner (eth3, 10.89.5.0/24)"

    @Test func aWishThatNamesNothingIsToldWhatThereIs() throws {
        #expect(
            try complaints("bakc-end")
                == ["evenkeel.default-route=bakc-end names \(Self.choice); did you mean back-end?"])
        #expect(try complaints("10.89.9.1") == ["evenkeel.default-route=10.89.9.1 names \(Self.choice)"])
        #expect(try complaints("front", "eth1", "10.89.4.0/24") == [])
        #expect(try complaints("front", "zzzzzz").count == 1)
    }

    @Test func aNetworkWithoutADefaultRouteMeetsNoWish() throws {
        let complaint = try complaints("inner")[0]
        #expect(
            complaint.hasPrefix(
                "evenkeel.default-route=inner names inner (eth3, 10.89.5.0/24), which has no default route"))
        #expect(complaint.contains("--gw-priority"))
    }

    /// Else a file that cannot be read for a moment would move a container's way out.
    @Test func aRememberedWordThatIsNoNetworkAnyMoreStandsForWhatItNamed() throws {
        var (container, names) = try container()
        let words: [Preference] = [.name("nothing"), .name("back-end"), .name("lan")]
        var policy = Policy()
        (policy.defaultRoute.prefer, policy.defaultRoute.isPreferenceOwn) = (
            container.snapshot.resolved(words, names), true
        )
        try container.run(policy)
        #expect(container.main(.v4).map { $0.interface } == [3])
        policy.defaultRoute.prefer = container.snapshot.remembered(container.snapshot.resolved(words, NetworkNames()))
        #expect(policy.defaultRoute.prefer == [words[0], .network("back-end", [3]), .network("lan", [4])])
        #expect(try container.snapshot.plan(policy) == [])
        container.disconnect(3)
        #expect(container.snapshot.remembered(words)[1] == words[1])
    }

    /// It serves packets of that network alone, and never wins.
    @Test func aLearntRouteMeetsNoWish() throws {
        var (container, names) = try container()
        var learnt = Route(via: "10.89.5.1", dev: 5)
        (learnt.table, learnt.protocol) = (Ours.table(of: 5), Ours.learntProtocol)
        container.snapshot.routes.append(learnt)
        let wish = container.snapshot.resolved([.name("inner"), .name("10.89.5.1")], names)
        #expect(container.snapshot.unmetWishes(among: wish, names).count == 2)
        learnt.protocol = 4
        container.snapshot.routes.append(learnt)
        #expect(container.snapshot.unmetWishes(among: Array(wish.prefix(1)), names).isEmpty)
    }

    @Test(arguments: [("eth0", false), ("eth2 eth1", false), ("eth*", true), ("10.89.0.0/16", true)])
    func whereNothingIsChangedTheKernelsOwnChoiceMayMeetAWish(wish: String, isObeyed: Bool) throws {
        let (container, _) = try container()
        let words = try wish.split(separator: " ").map { try #require(Preference(String($0))) }
        #expect(container.snapshot.isObeyedAsItIs(words) == isObeyed)
    }

    @Test func aBetterMetricMeetsAWishWhereNothingIsChanged() throws {
        var (container, _) = try container()
        container.add(Route(via: "10.89.3.1", dev: 3, metric: 50))
        #expect(container.snapshot.isObeyedAsItIs([.name("eth1")]))
        #expect(!container.snapshot.isObeyedAsItIs([.name("eth0"), .name("eth1")]))
        // Several legs share what goes out.
        container.add(Route(legs: [NextHop("10.89.2.1", dev: 2), NextHop("10.89.3.1", dev: 3)], metric: 10))
        #expect(!container.snapshot.isObeyedAsItIs([.name("eth1")]))
        #expect(container.snapshot.isObeyedAsItIs([.name("eth?")]))
        #expect(container.snapshot.keptWishes([.name("eth1")], .keep).count == 1)
        #expect(container.snapshot.keptWishes([.name("eth1")], .distinct).isEmpty)
    }

    /// A container may have made thousands of interfaces.
    @Test func ofManyNetworksTheFirstAreListed() throws {
        var container = TestContainer()
        for index in 2...40 as ClosedRange<UInt32> { container.connect(index, "eth\(index)", []) }
        let text = container.snapshot.explain(.name("zzzzzz"), NetworkNames()).text(of: "")
        #expect(text.hasPrefix("zzzzzz names none of eth2, ") && text.hasSuffix(", eth17, 23 more"))
    }

    /// An image may have written them.
    @Test func ofManyWordsTheFirstAreTold() throws {
        let (container, names) = try container()
        let wish = (1...100).map { Preference.name("x\($0)") }
        let lines = container.snapshot.unmetWishes(among: wish, names).texts(of: "W=")
        #expect(lines.count == 9 && lines[0].hasPrefix("W=x1 names none of"))
        #expect(lines.last == "92 more names name none either")
        #expect(container.snapshot.unmetWishes(among: Array(wish.prefix(8)), names).texts(of: "W=").count == 8)
    }

    /// Its name may come from a container's image.
    @Test func aWordIsPrintedWithoutWhatATerminalObeys() throws {
        #expect(try complaints("\u{9b}31m")[0].utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    }

    @Test func theFilesOfPodmanAndCNITellBridgesAndSubnets() throws {
        let podman = try JSON(
            parsing: Array(
                #"{"name": "back", "driver": "bridge", "network_interface": "podman2", "subnets": [{"subnet": "10.89.1.0/24"}]}"#
                    .utf8))
        #expect(
            EngineNetworks.network(podman, .podman)
                == EngineNetwork("back", bridge: "podman2", subnets: [try #require(IPPrefix("10.89.1.0/24"))]))
        let macvlan = try JSON(
            parsing: Array(#"{"name": "lan", "driver": "macvlan", "network_interface": "eno1"}"#.utf8))
        #expect(EngineNetworks.network(macvlan, .podman) == EngineNetwork("lan", parent: "eno1"))
        let list = try JSON(
            parsing: Array(
                #"{"name": "n", "plugins": [{"type": "bridge", "bridge": "cni1", "ipam": {"ranges": [[{"subnet": "10.1.0.0/16"}]]}}]}"#
                    .utf8))
        #expect(
            EngineNetworks.network(list, .cni)
                == EngineNetwork("n", bridge: "cni1", subnets: [try #require(IPPrefix("10.1.0.0/16"))]))
        for name in ["", "a b", "a\u{1b}[31m", String(repeating: "a", count: 256)] {
            #expect(EngineNetwork(name) == nil)
        }
    }
}
