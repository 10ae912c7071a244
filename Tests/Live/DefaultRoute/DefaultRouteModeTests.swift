import Laboratory
import Testing

/// What each mode leaves in main, and that no socket loses by it.
@Suite struct DefaultRouteModeTests {
    private func policy(_ mode: String) -> String { "{\"defaultRoute\":{\"mode\":\"\(mode)\"}}" }

    @Test(arguments: ["distinct", "one", "ranked", "keep"]) func everyModeKeepsWhatReachedTheOtherSide(mode: String)
        throws
    {
        let lab = try Lab(world: "on_bridges 100 200 300; inner c client; forgetful c")
        let before = try lab.survey(client: "client")
        try lab.protect(policy(mode))
        let after = try lab.survey(client: "client")
        #expect(after.both("-") == "br1")
        #expect(after.both("client") == "br1")
        for n in 1...3 { #expect(after.both("dev:eth\(n - 1)") == "br\(n)") }
        #expect(after.harms(since: before) == [])
    }

    @Test func distinctLeavesWhatTheKernelCanTellApart() throws {
        let lab = try Lab(world: "on_bridges 100 200 200")
        let main = try lab.run("main c")
        try lab.protect(policy("distinct"))
        // Standbys of one metric compete with each other: one stays.
        let expected = main.split(separator: "\n").filter { !($0.hasPrefix("default") && $0.contains("eth2")) }
        let left = try lab.run("main c").split(separator: "\n").filter { !$0.contains("nexthop") }
        #expect(left.count { $0.hasPrefix("default") } == 4, "\(left)")
        #expect(expected.filter { $0.hasPrefix("default") && $0.contains("eth0") }.allSatisfy(left.contains))
        #expect(try lab.survey().both("-") == "br1")
    }

    @Test func oneLeavesNoStandbys() throws {
        let lab = try Lab(world: "on_bridges 100 200 300")
        try lab.protect(policy("one"))
        for family in [4, 6] {
            let defaults = try lab.run("defaults \(family) c")
            #expect(defaults.split(separator: "\n").count == 1 && defaults.contains("dev eth0"), "\(defaults)")
        }
        let after = try lab.survey()
        for n in 1...3 {
            #expect(after["4 10.89.\(n).5"] == "br\(n)")
            #expect(after["6 fd00:89:\(n)::5"] == "br\(n)")
        }
    }

    /// As with `podman network connect`, after which no hook fires.
    @Test func rankedIsNotTiedWithByWhatIsConnectedLater() throws {
        let lab = try Lab(world: "on_bridges 100 100")
        try lab.protect(policy("ranked"))
        for family in [4, 6] {
            let metrics = try lab.run(
                "defaults \(family) c | grep -o 'eth.*' | sed 's/ proto static//; s/ pref medium//; s/ *$//'")
            #expect(metrics == "eth0 metric 50\neth1 metric 51")
        }
        try lab.run("bridge 3; cable c 3 eth2 5; by_bridge c 3 eth2; forgetful c")
        let later = try lab.survey()
        #expect(later.both("-") == "br1")
        #expect(later["4 10.89.2.5"] == "br2")
        try lab.protect(policy("ranked"))
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        for n in 2...3 {
            #expect(after["4 10.89.\(n).5"] == "br\(n)")
            #expect(after["6 fd00:89:\(n)::5"] == "br\(n)")
        }
    }

    @Test func keepTouchesNothing() throws {
        let lab = try Lab(world: "on_bridges 100 100")
        let routing = try lab.run("routing c")
        try lab.protect(policy("keep"))
        #expect(try lab.run("routing c") == routing)
    }

    /// A preference is somebody's word: what had the better metric leaves.
    @Test func aPreferredNetworkWinsOverABetterMetric() throws {
        let lab = try Lab(world: "on_bridges 100 300")
        try lab.protect(#"{"defaultRoute":{"prefer":["eth1"]}}"#)
        let after = try lab.survey()
        #expect(after.both("-") == "br2")
        #expect(after["4 10.89.1.5"] == "br1")
        #expect(after["6 fd00:89:1::5"] == "br1")
        #expect(after.both("dev:eth0") == "br1")
        for family in [4, 6] { #expect(try !lab.run("defaults \(family) c").contains("eth0")) }
    }

    @Test(arguments: [[1, 2, 3], [3, 2, 1], [2, 3, 1], [2, 1, 3], [1, 3, 2], [3, 1, 2]])
    func theWinnerIsTheSameInWhateverOrderNetworksCome(order: [Int]) throws {
        let lab = try Lab(world: "world; rp_filter=2 container c; for n in 1 2 3; do bridge $n; done")
        for n in order {
            try lab.run("cable c \(n) eth\(n - 1) 5; by_bridge c \(n) eth\(n - 1); cni ADD c eth\(n - 1)")
        }
        try lab.run("forgetful c")
        let defaults = try lab.run("defaults 4 c; defaults 6 c")
        #expect(defaults.split(separator: "\n").count == 2 && !defaults.contains("eth1") && !defaults.contains("eth2"))
        #expect(try lab.survey().both("-") == "br1")
        for family in [4, 6] { #expect(try lab.rules(family).sorted() == Lab.expectedRules(family, 2, 3).sorted()) }
    }
}
