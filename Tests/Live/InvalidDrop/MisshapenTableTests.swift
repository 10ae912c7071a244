import Laboratory
import Testing

/// Chains and sets of our names in our table, in a form that is not ours. The kernel changes neither hook, priority nor type of what
/// exists, so the table is made anew.
@Suite struct MisshapenTableTests {
    static let forms = [
        "chain input {\n type filter hook input priority 50\n}",
        "chain input {\n type filter hook forward priority 0\n}",
        "chain output {\n type route hook output priority 0\n}", "chain input {\n counter\n}",
        "chain forward {\n type filter hook forward priority -10; policy drop\n}",
        "set containers {\n type ipv4_addr\n}",
        "set misjudged {\n type ipv4_addr\n}", "map misjudged {\n type ipv4_addr : verdict\n}",
        // Which the kernel would not delete by itself.
        "chain output {\n}\nchain other {\n type filter hook output priority 0\n jump output\n}",
    ]

    private static func lab(_ form: String, mode: String) throws -> Lab {
        let lab = try Lab()
        try lab.run(
            "mkdir -p /etc/evenkeel; mount -t tmpfs tmpfs /etc/evenkeel; cat >/etc/evenkeel/policy.json; lab 2",
            input: "{\"invalid\": {\"mode\": \"\(mode)\"}}")
        try lab.run("nft -f -", input: "table ip evenkeel {\n\(form)\n}\n")
        return lab
    }

    /// What the same run leaves where nobody was before.
    private static let wanted = """
        nft -s list table ip evenkeel >/run/made
        nft delete table ip evenkeel
        cni ADD c eth0 >/dev/null 2>&1
        diff /run/made <(nft -s list table ip evenkeel)
        """

    @Test(arguments: forms) func aContainersStartPutsItRight(form: String) throws {
        let lab = try Self.lab(form, mode: "drop")
        let output = try lab.attempt("cni ADD c eth0")
        #expect(output.status == 0, "\(output.err)")
        #expect(output.err.contains("repaired rules for INVALID TCP segments: table ip evenkeel"))
        try lab.run("cni CHECK c eth0")
        #expect(try lab.run(Self.wanted) == "")
    }

    /// Mode "input" has no chain `output` and no set `misjudged`: those are then nobody's business at a start.
    @Test(arguments: forms.filter { !$0.contains("output") && !$0.contains("misjudged") })
    func inModeInputAsWell(form: String) throws {
        let lab = try Self.lab(form, mode: "input")
        #expect(try lab.attempt("cni ADD c eth0").status == 0)
        try lab.run("cni CHECK c eth0")
        #expect(try lab.run(Self.wanted) == "")
    }

    @Test(arguments: forms) func soDoesApplyOnTheHost(form: String) throws {
        let lab = try Self.lab(form, mode: "drop")
        let output = try lab.attempt("\"$programs/evenkeel\" host apply")
        #expect(output.status == 0, "\(output.err)")
        #expect(try lab.run("\"$programs/evenkeel\" host apply") == "nothing to do")
    }

    @Test(arguments: ["keep", "liberal"]) func whereNoRulesAreWantedItIsLeftAsItIs(mode: String) throws {
        let lab = try Self.lab(Self.forms[0], mode: mode)
        let before = try lab.run("nft list ruleset")
        try lab.run("cni ADD c eth0")
        #expect(try lab.run("nft list ruleset") == before)
    }

    /// Who is guarded stays guarded: the set's elements are those of containers that run.
    @Test func theContainersInTheSetStayInIt() throws {
        let lab = try Self.lab("set containers {\n type ifname\n elements = { br2 }\n}\n\(Self.forms[0])", mode: "drop")
        try lab.run("network 3; container d; attach d 3 eth0 7; cni ADD d eth0")
        let set = try lab.run("nft list set ip evenkeel containers")
        #expect(set.contains("\"br2\"") && set.contains("\"br3\""))
    }
}
