import Laboratory
import Testing

/// A VPN takes all it took, whenever its default comes, and its end gives back what was there.
@Suite struct TunnelTests {
    static let kinds = ["tun", "tap", "vxlan"]

    private func lab(_ metrics: String, _ kind: String) throws -> Lab {
        try Lab(
            world: """
                on_bridges \(metrics); vpn; tunnel c \(kind) tun0 1 10.89.1.5; start_tunnels; forgetful c
                """)
    }

    private func expectAllByTheTunnel(_ survey: Survey, sourceLocation: SourceLocation = #_sourceLocation) {
        for socket in ["4 -", "6 -", "4 10.89.1.5", "6 fd00:89:1::5", "4 dev:tun0", "6 dev:tun0"] {
            #expect(survey[socket] == "vpn", "\(socket)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: kinds, ["100", "100 100", "100 200"])
    func aDefaultThatWasThereBeforeUs(kind: String, metrics: String) throws {
        let lab = try lab(metrics, kind)
        try lab.run("by_tunnel c 1 tun0 metric 5")
        let before = try lab.survey()
        expectAllByTheTunnel(before)
        let routing = try lab.run("main c; ip -n c rule; ip -n c -6 rule; ip -n c -o link show group 17739")
        try lab.protect()
        #expect(try lab.survey() == before)
        #expect(try lab.run("main c; ip -n c rule; ip -n c -6 rule; ip -n c -o link show group 17739") == routing)
        try lab.run("ip -n c link del tun0")
        #expect(try lab.survey().both("dev:eth0") == "br1")
        if metrics != "100 100" { #expect(try lab.survey().both("-") == "br1", "the engine's own default is back") }
        // What the tunnel had covered is put right at the next look.
        try lab.protect()
        #expect(try lab.survey().both("-") == "br1")
        #expect(try lab.survey()["4 10.89.1.5"] == "br1")
    }

    @Test(arguments: kinds, ["100 100", "100 200"])
    func aDefaultThatComesAfterUsAndGoes(kind: String, metrics: String) throws {
        let lab = try lab(metrics, kind)
        try lab.protect()
        let guarded = try lab.survey()
        #expect(guarded.both("-") == "br1")
        let routing = try lab.run("routing c")
        for _ in 1...2 {
            try lab.run("by_tunnel c 1 tun0 metric 5")
            try expectTaken(lab)
            #expect(try lab.survey().both("dev:eth1") == "br2", "a device is a device")
            // The second look finds nothing to do.
            let main = try lab.run("main c")
            try lab.protect()
            #expect(try lab.run("main c") == main)
            try expectTaken(lab)
            try lab.run("ip -n c route del default dev tun0; ip -n c -6 route del default dev tun0")
            #expect(try lab.survey().changes(since: guarded) == [])
        }
        try lab.protect()
        #expect(try lab.run("routing c") == routing)
    }

    /// Also from the losing network's addresses.
    private func expectTaken(_ lab: Lab, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let survey = try lab.survey()
        expectAllByTheTunnel(survey, sourceLocation: sourceLocation)
        #expect(survey["4 10.89.2.5"] == "vpn", sourceLocation: sourceLocation)
        #expect(survey["6 fd00:89:2::5"] == "vpn", sourceLocation: sourceLocation)
    }

    /// As OpenVPN's `redirect-gateway def1` has it: more specific than a default, which is left where it is.
    @Test(arguments: [true, false]) func halves(areThereFirst: Bool) throws {
        let lab = try lab("100 100", "tun")
        let halves = """
            for half in 0.0.0.0/1 128.0.0.0/1; do ip -n c route add $half via 10.8.1.1 dev tun0; done
            for half in ::/1 8000::/1; do ip -n c route add $half via fd00:8:1::1 dev tun0; done
            """
        if areThereFirst { try lab.run(halves) }
        try lab.protect()
        if !areThereFirst { try lab.run(halves) }
        try expectTaken(lab)
        try lab.protect()
        try expectTaken(lab)
        try lab.run("ip -n c link del tun0")
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        #expect(after["4 10.89.2.5"] == "br2")
        #expect(after["6 fd00:89:2::5"] == "br2")
    }

    /// As wg-quick has it: a table of its own and two rules in front of everything, or one at our own priority.
    @Test(
        arguments: [
            ["not fwmark 0xca6c lookup 51820", "lookup main suppress_prefixlength 0"],
            ["lookup 51820 priority 32765"], ["lookup 51820 priority 32700"],
        ], [true, false])
    func rulesOfItsOwn(rules: [String], areThereFirst: Bool) throws {
        let lab = try lab("100 100", "tun")
        let families = ["-4 ", "-6 "]
        let up =
            "by_tunnel c 1 tun0 table 51820\n"
            + families.flatMap { family in rules.map { "ip -n c \(family) rule add \($0)\n" } }.joined()
        let down = families.flatMap { family in rules.map { "ip -n c \(family) rule del \($0)\n" } }.joined()
        if areThereFirst { try lab.run(up) }
        try lab.protect()
        if !areThereFirst {
            try lab.run(up)
            expectAllByTheTunnel(try lab.survey())
            try lab.protect()
        }
        try expectTaken(lab)
        try lab.run(down)
        try lab.protect()
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        #expect(after["4 10.89.2.5"] == "br2")
        #expect(after["6 fd00:89:2::5"] == "br2")
        #expect(try lab.rules(4) == Lab.expectedRules(4, 2))
        #expect(try lab.rules(6) == Lab.expectedRules(6, 2))
    }

    @Test(arguments: kinds) func aDefaultThatStandsByStaysThere(kind: String) throws {
        let lab = try lab("100 100", kind)
        try lab.run("by_tunnel c 1 tun0 metric 500")
        try lab.protect()
        let after = try lab.survey()
        #expect(after.both("-") == "br1")
        #expect(after["4 10.89.2.5"] == "br2")
        #expect(after["6 fd00:89:2::5"] == "br2")
        #expect(after.both("dev:tun0") == "vpn")
        for family in [4, 6] { #expect(try lab.run("defaults \(family) c | grep tun0").contains("metric 500")) }
        // Whoever takes the networks' default away has it.
        try lab.run("for f in 4 6; do ip -n c -$f route del default dev eth0; done")
        let alone = try lab.survey()
        #expect(alone.both("-") == "vpn")
    }
}
