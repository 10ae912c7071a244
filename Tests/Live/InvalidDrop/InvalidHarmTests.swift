import Firewall
import Laboratory
import Netlink
import Testing

@testable import Keel

/// What worked before the rules for INVALID segments still does with them, in packets.
@Suite struct InvalidHarmTests {
    private func lab() throws -> Lab {
        let lab = try Lab("InvalidDrop/invalid.sh", "InvalidDrop/connections.sh", "InvalidDrop/harms.sh")
        try lab.run("stage; rehearse")
        return lab
    }

    // MARK: Connections of which the host sees half

    enum Half: String, CaseIterable {
        /// A server in a container on an address of another link.
        case half
        /// Machines on a container's bridge, of which none is a container.
        case bystander
        case siblings, bridges
        /// A container's server of which the answers, or what is asked, are not tracked.
        case answers, requests
    }

    @Test(arguments: Half.allCases, [4, 6])
    func connectionsOfWhichTheHostSeesHalfGoOn(kind: Half, family: Int) throws {
        let lab = try lab()
        try lab.run("\(kind)_stage")
        #expect(try lab.run("ask \(kind) \(family)") == "5", "before")
        let add = kind == .bridges ? "cni ADD c eth0; cni ADD d eth0; cni ADD d eth1" : "cni ADD c eth0"
        try lab.run(add)
        #expect(try lab.run("ask \(kind) \(family); saw forwarded") == "5")
        #expect(try lab.run("hits ip forward; hits ip6 forward") == "0\n0")
    }

    /// The first version's rule would have cut two of them: the tests above are no idle ones.
    @Test(arguments: [Half.half, .siblings]) func theFirstVersionCutThem(kind: Half) throws {
        let lab = try lab()
        try lab.run("\(kind)_stage; nft -f /run/first")
        #expect(try lab.run("ask \(kind) 4; ask \(kind) 6") == "0\n0")
    }

    // MARK: Resets that somebody has to hear

    @Test(arguments: [4, 6]) func whatIsRefusedIsRefusedAtOnce(family: Int) throws {
        let lab = try lab()
        let (up, other, inner) =
            family == 4
            ? ("198.51.100.1", "198.51.100.9", "10.89.1.5") : ("2001:db8:51::1", "2001:db8:51::9", "fd00:89:1::5")
        let (ip, to) = family == 4 ? ("ip", "\(inner):80") : ("ip6", "[\(inner)]:80")
        try lab.run(
            """
            serve c; ip addr add \(other)/\(family == 4 ? 24 : 64) dev uplink \(family == 4 ? "" : "nodad")
            nft 'add rule inet nat pre \(ip) daddr \(other) tcp dport 8081 dnat \(ip) to \(to)'
            nft 'add table inet fw; add chain inet fw f { type filter hook forward priority 0; }; add rule inet fw f tcp dport 99 reject with tcp reset'
            cni ADD c eth0
            """)
        #expect(try lab.run("got far \(other) 8081") == "5")
        // A port that is published on one address, then what the router rejects, and a routed container.
        try lab.run("refused far \(up) 8081 && refused far \(other) 8082")
        try lab.run("refused far \(inner) 99 && refused far \(inner) 98")
        #expect(try lab.run("hits \(ip) output; hits \(ip) forward") == "0\n0")
    }

    /// A router's `reject with tcp reset` ends a running connection in the name of its other end.
    @Test(arguments: [4, 6]) func whatARouterRejectsIsReset(family: Int) throws {
        let lab = try lab()
        try lab.run("cni ADD c eth0; converse c $far\(family); say one; heard one")
        try lab.run(
            "nft 'add table inet fw; add chain inet fw f { type filter hook forward priority -2; }; add rule inet fw f tcp dport 9 reject with tcp reset'"
        )
        try lab.run("say two; await eval '[[ -z $(ip netns exec c ss -Htn state established) ]]'")
        #expect(try lab.run("hits ip output; hits ip6 output") == "0\n0")
    }

    /// What a routed container resets or answers passes; what it sends in midstream does not, if it is INVALID.
    @Test(arguments: [4, 6]) func resetsAndAnswersOfARoutedContainerPass(family: Int) throws {
        let lab = try lab()
        try lab.run("cni ADD c eth0; segment c $far\(family) 04 \(family); segment c $far\(family) 12 \(family)")
        try lab.run("await eval '[[ $(count far leaked) == 2 ]]'; [[ $(count far resets) == 1 ]]")
        let table = family == 4 ? "ip" : "ip6"
        try lab.run("segment c $far\(family) 10 \(family); await hit \(table) forward")
        #expect(try lab.run("count far leaked; saw forwarded") == "2")
    }

    enum Strictness: CaseIterable {
        case loose
        /// Set after the rules, which the next start takes away.
        case strict
        /// The control: nothing has run since.
        case strictSinceTheLastRun
    }

    @Test(arguments: Strictness.allCases, [4, 6])
    func thePeerOfAServerThatVanishedIsTold(strictness: Strictness, family: Int) throws {
        let lab = try lab()
        let start = "cni ADD c eth0 2>/dev/null"
        let before =
            switch strictness {
            case .loose: start
            case .strict: "\(start); echo 0 >$loose; \(start)"
            case .strictSinceTheLastRun: "\(start); echo 0 >$loose"
            }
        try lab.run("\(before); vanish \(family)")
        try lab.run(strictness == .strictSinceTheLastRun ? "silent" : "told")
    }

    /// A program's abort carries ACK: it passes, with an entry or without.
    @Test(arguments: [4, 6]) func whatAProgramAbortsIsHeard(family: Int) throws {
        let lab = try lab()
        try lab.run(
            """
            cni ADD c eth0; ip netns exec far socat -u TCP\(family)-LISTEN:78,reuseaddr - </dev/null >/run/greeting 2>/dev/null &
            await eval "[[ -n \\$(ip netns exec far ss -Hltn 'sport = :78') ]]"
            { echo hello; sleep 600; } | socat -u - TCP:$(bracket $far\(family)):78,linger=0 & program=$!
            await grep -q hello /run/greeting
            conntrack -F; kill -KILL $program
            await ended 78; [[ $(count far resets) == 1 ]]
            """)
    }

    // MARK: Older kernels

    /// Where forward knows no routes of senders, prerouting looks them up: nothing leaves, and nobody is harmed.
    @Test func thePartOfForwardIsPlayedByPrerouting() throws {
        let lab = try lab()
        try lab.run(
            """
            half_stage; spoil c
            nft 'flush chain inet nat post; add rule inet nat post oifname uplink ip saddr 10.89.0.0/16 masquerade'
            nft 'add rule inet nat post oifname uplink ip6 saddr fd00:89::/32 masquerade'
            """)
        let steps = try lab.sandbox.inItsNetwork {
            var host = try Host()
            let scope = HostScope.container(interfaces: ["br1"], versions: IPVersion.allCases)
            var snapshot = try host.observe(scope, Policy.Invalid())
            snapshot.matchesRoutes = false
            return HostReconciliation(scope, Policy.Invalid()).apply(
                snapshot.planInvalid(Policy.Invalid(), scope).changes, on: &host
            ).steps
        }
        #expect(steps.count == 2)
        #expect(try lab.run("evenkeel_rules ip | grep -c prerouting") == "1")
        #expect(try lab.run("cni ADD c eth0 2>&1 >/dev/null | grep INVALID || echo nothing to do") == "nothing to do")
        for family in [4, 6] {
            #expect(try lab.run("ask half \(family); uploads \(family); count far leaked") == "5\n5\n0")
            #expect(try lab.run("hit \(family == 4 ? "ip" : "ip6") forward") == "")
        }
    }
}
