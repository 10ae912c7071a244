import Laboratory
import Testing

/// Sockets that are bound to an address or to a device leave by their own network, as they did when both defaults were in main.
@Suite struct BoundSocketTests {
    @Test(arguments: [[100, 100], [100, 100, 100], [100, 200], [100, 300, 300]], [0, 1])
    func eachLeavesByItsOwnNetwork(metrics: [Int], strictHost: Int) throws {
        let lab = try Lab(world: "strict=\(strictHost) on_bridges \(metrics.map(String.init).joined(separator: " "))")
        if metrics[0] != metrics[1] {
            // Of equal defaults IPv4 takes turns even for a device.
            let before = try lab.survey()
            for n in 1...metrics.count { #expect(before.both("dev:eth\(n - 1)") == "br\(n)") }
        }
        try lab.protect()
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        for n in 1...metrics.count {
            #expect(after["4 10.89.\(n).5"] == "br\(n)")
            #expect(after["6 fd00:89:\(n)::5"] == "br\(n)")
            #expect(after.both("dev:eth\(n - 1)") == "br\(n)")
        }
    }

    @Test func thereIsOneRuleOfEachKindAndEachInItsPlace() throws {
        let lab = try Lab(world: "on_bridges 100 100 100")
        try lab.protect()
        for family in [4, 6] {
            let rules = try lab.rules(family)
            #expect(rules == Lab.expectedRules(family, 2, 3))
        }
        let groups = try lab.run("ip -n c -o link show group 17739 | cut -d : -f 2 | cut -d @ -f 1 | xargs")
        #expect(groups == "eth0 eth1 eth2")
    }

    @Test(arguments: ["100", "100 none"]) func whereOneNetworkHasADefaultThereAreNoRules(metrics: String) throws {
        let lab = try Lab(world: "on_bridges \(metrics)")
        let before = try lab.survey()
        let main = try lab.run("main c")
        try lab.protect()
        #expect(try lab.run("main c") == main)
        #expect(try lab.rules(4) + lab.rules(6) == [])
        #expect(try lab.run("ip -n c -o link show group 17739") == "")
        #expect(try lab.survey().changes(since: before) == [])
    }

    @Test func routesThatAreMoreSpecificKeepTheirSayForEachSocket() throws {
        let lab = try Lab(
            world: """
                on_bridges 100 200; lan 5; plug c 5 eth2 5; forgetful c
                ip -n c route add $other4 via 192.168.5.1 dev eth2; ip -n c route add $other6 via fd00:168:5::1 dev eth2
                """)
        let before = try lab.survey("c", "to4=$other4 to6=$other6")
        #expect(before.both("-") == "lan5")
        try lab.protect()
        #expect(try lab.survey("c", "to4=$other4 to6=$other6").changes(since: before) == [])
        // Also what comes later.
        try lab.run(
            "ip -n c route add $far4 via 192.168.5.1 dev eth2; ip -n c route add $far6 via fd00:168:5::1 dev eth2")
        #expect(try lab.survey().both("-") == "lan5")
        #expect(try lab.run("ip -n c route get $far4 from 10.89.2.5").contains("dev eth2"))
        #expect(try lab.run("ip -n c route get $far6 from fd00:89:2::5").contains("dev eth2"))
    }

    /// Another group may be what somebody's rules go by.
    @Test func aNetworkInSomebodysGroupGetsNoRules() throws {
        let lab = try Lab(world: "on_bridges 100 100; ip -n c link set eth1 group 7")
        let output = try lab.attempt("guard c; cni ADD c eth0 2>&1 >/dev/null")
        #expect(output.status == 0)
        #expect(output.err.contains("eth1") && output.err.contains("group"), "it is said: \(output.err)")
        #expect(try lab.run("ip -n c -o link show group 7").contains("eth1"))
        for family in [4, 6] {
            let rules = try lab.rules(family)
            #expect(!rules.joined().contains("eth1"))
        }
        #expect(try lab.survey().both("-") == "br1")
    }

    /// As a guard against leaks: who looks up a default of another device in main must not find the one that refuses.
    @Test(arguments: ["blackhole", "unreachable", "prohibit"], ["100 100", "100 200"])
    func aDefaultThatRefusesWhereNoOtherIsLeft(kind: String, metrics: String) throws {
        let lab = try Lab(
            world: "on_bridges \(metrics); for f in 4 6; do ip -n c -$f route add \(kind) default metric 5000; done")
        try lab.protect()
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        for n in 1...2 {
            #expect(after.both("dev:eth\(n - 1)") == "br\(n)")
            #expect(after["4 10.89.\(n).5"] == "br\(n)")
            #expect(after["6 fd00:89:\(n)::5"] == "br\(n)")
        }
        for family in [4, 6] {
            #expect(try lab.run("ip -n c -\(family) route show default").contains("\(kind) default"))
        }
    }

    @Test func withoutSourceRulesThereAreNone() throws {
        let lab = try Lab(world: "on_bridges 100 100")
        try lab.protect(#"{"defaultRoute":{"sourceRules":false}}"#)
        #expect(try lab.rules(4) + lab.rules(6) == [])
        #expect(try lab.run("ip -n c -o link show group 17739") == "")
        #expect(try lab.survey().both("-") == "br1")
    }

    /// What is sent from it went by the best default, whatever network its number belongs to.
    @Test func anAddressOfAnotherInterfaceInsideANetworksPrefix() throws {
        let lab = try Lab(
            world: """
                on_bridges 100 200
                ip -n c addr add 10.89.2.77/32 dev lo; ip -n c addr add fd00:89:2::77/128 dev lo nodad
                """)
        let before = try lab.survey()
        #expect(before["4 10.89.2.77"] == "br1")
        try lab.protect()
        #expect(try lab.survey()["4 10.89.2.77"] == "br1")
        #expect(try lab.rules(4).contains("from 10.89.2.5 iif lo lookup eth1"))
        #expect(try lab.rules(6).contains("from fd00:89:2::5 iif lo lookup eth1"))
        #expect(try lab.survey()["4 10.89.2.5"] == "br2")
        #expect(try lab.survey()["6 fd00:89:2::5"] == "br2")
    }

    /// TCP looks its way up again, with the address that the route names.
    @Test func aDefaultWhoseSourceLiesInAnotherNetwork() throws {
        let lab = try Lab(
            world: """
                on_bridges none 200
                via c eth0 10.89.1.1 src 10.89.2.5; via c eth0 fd00:89:1::1 src fd00:89:2::5; forgetful c
                """)
        let before = try lab.survey()
        #expect(before.both("-") == "br1")
        let main = try lab.run("main c")
        let output = try lab.attempt("guard c")
        #expect(output.status == 0)
        #expect(output.err.contains("10.89.2"), "it is said: \(output.err)")
        #expect(try lab.survey().changes(since: before) == [])
        #expect(try lab.run("main c") == main)
        for family in [4, 6] {
            let rules = try lab.rules(family)
            #expect(!rules.contains { $0.contains("from") && $0.contains("eth1") })
        }
    }
}
