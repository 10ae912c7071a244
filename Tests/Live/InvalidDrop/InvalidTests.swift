import Laboratory
import Testing

/// The third remedy, measured in packets: INVALID segments neither reset a container's connections nor leave the host.
@Suite struct InvalidTests {
    /// The rules of one family, chain and comment.
    static let rules = """
        input: evenkeel 2: note INVALID segments for a second
        output: evenkeel 2: do not answer INVALID segments with RST
        forward: evenkeel 2: let no INVALID segment of a container out untranslated
        """

    private func lab(spoiling side: String? = nil) throws -> Lab {
        let lab = try Lab("InvalidDrop/invalid.sh")
        try lab.run("stage; " + (side.map { "spoil \($0)" } ?? ""))
        return lab
    }

    // MARK: Segments from the far side

    @Test(arguments: [4, 6]) func withoutRemedyTheHostResetsDownloads(family: Int) throws {
        let lab = try lab(spoiling: "far")
        #expect(try lab.run("downloads \(family)") == "0")
        #expect(try lab.run("[[ $(count far resets) -ge $connections ]]") == "")
    }

    @Test(arguments: [4, 6], [0, 1]) func downloadsSurvive(family: Int, bridged: Int) throws {
        let lab = try lab(spoiling: "far")
        try lab.run("bridged \(bridged); cni ADD c eth0")
        #expect(try lab.run("downloads \(family)") == "5")
        #expect(try lab.run("count far resets") == "0")
        let table = family == 4 ? "ip" : "ip6"
        #expect(try lab.run("[[ $(hits \(table) output) == $(count far spoilt) ]] && hit \(table) output") == "")
    }

    // MARK: Segments from the container

    @Test(arguments: [4, 6]) func withoutRemedyPrivateAddressesLeave(family: Int) throws {
        let lab = try lab(spoiling: "c")
        try lab.run("uploads \(family)")
        #expect(try lab.run("[[ $(count far leaked) == $(count c spoilt) && $(count c spoilt) != 0 ]]") == "")
    }

    @Test(arguments: [4, 6], [0, 1]) func noPrivateAddressLeaves(family: Int, bridged: Int) throws {
        let lab = try lab(spoiling: "c")
        try lab.run("bridged \(bridged); cni ADD c eth0")
        #expect(try lab.run("uploads \(family)") == "5")
        #expect(try lab.run("count far leaked") == "0")
        let table = family == 4 ? "ip" : "ip6"
        #expect(try lab.run("[[ $(hits \(table) forward) == $(count c spoilt) ]] && hit \(table) forward") == "")
    }

    /// The host forwards for others, too, whose paths may be asymmetric: their INVALID segments are none of our business.
    @Test func whatIsNotGuardedIsForwardedAsBefore() throws {
        let lab = try lab(spoiling: "c")
        try lab.run("network 2; container d; attach d 2 eth0 5; cni ADD d eth0")
        #expect(try lab.run("uploads 4; guarded ip") == "5\nbr2")
        #expect(try lab.run("[[ $(count far leaked) == $(count c spoilt) ]] && ! hit ip forward") == "")
    }

    // MARK: Modes

    @Test func liberalTranslatesThemInstead() throws {
        let lab = try lab(spoiling: "far")
        let before = try lab.run("cat $liberal; ruleset")
        #expect(before.hasPrefix("0\n"))
        let add = "cni ADD c eth0 '{\"invalid\":{\"mode\":\"liberal\"}}' 2>&1 >/dev/null"
        #expect(try lab.run(add).contains("nf_conntrack_tcp_be_liberal to 1"))
        #expect(try lab.run("cat $liberal; ruleset") == "1" + before.dropFirst())
        #expect(try lab.run("downloads 4; downloads 6; count far resets") == "5\n5\n0")
        try lab.run("spoil c")
        #expect(try lab.run("uploads 4; uploads 6; count far leaked") == "5\n5\n0")
        #expect(try lab.run(add) == "")
    }

    @Test func keepMakesNothing() throws {
        let lab = try lab()
        let before = try lab.run("cat $liberal; ruleset")
        try lab.run(
            "cni ADD c eth0 '{\"invalid\":{\"mode\":\"keep\"}}'; echo '{\"invalid\":{\"mode\":\"keep\"}}' >/run/keep.json; \"$programs/evenkeel\" apply --netns /run/netns/c --policy /run/keep.json"
        )
        #expect(try lab.run("cat $liberal; ruleset") == before)
    }

    @Test func withoutForwardThereIsNoChainForIt() throws {
        let lab = try lab()
        try lab.run("cni ADD c eth0 '{\"invalid\":{\"forward\":false}}'")
        let rules = Self.rules.split(separator: "\n").prefix(2).joined(separator: "\n")
        #expect(try lab.run("evenkeel_rules ip") == rules)
        // Another container's policy may ask for it later.
        try lab.run("cni ADD c eth0")
        #expect(try lab.run("evenkeel_rules ip; guarded ip") == Self.rules + "\nbr1")
    }

    // MARK: Where it would do harm

    /// Whatever container starts, one without a default route among them, and whatever version made the rules.
    @Test(arguments: [":", "ip -n c -6 route del default", "ip -n c route del default; ip -n c -6 route del default"])
    func strictTrackingTakesAllOfItAway(routes: String) throws {
        let lab = try lab()
        try lab.run("\(routes); echo 0 >$loose")
        #expect(try !lab.run("cni ADD c eth0 2>&1 >/dev/null").contains("INVALID"), "not said at every start")
        #expect(try lab.run("nft list tables") == "table inet nat")
        try lab.run("echo 1 >$loose; cni ADD c eth0; nft -f /run/first; echo 0 >$loose")
        let said = try lab.run("cni ADD c eth0 2>&1 >/dev/null")
        #expect(said.contains("removed rules for INVALID TCP segments: table ip evenkeel, nf_conntrack_tcp_loose is 0"))
        #expect(try lab.run("nft list tables; cni ADD c eth0 2>&1 >/dev/null") == "table inet nat")
        try lab.run("echo 1 >$loose; cni ADD c eth0")
        #expect(try lab.run("evenkeel_rules ip") == Self.rules)
    }

    /// What the first version made is replaced at once: at no moment is a container's connection reset.
    @Test(arguments: [4, 6]) func theFirstVersionsRulesAreReplacedWithoutALoss(family: Int) throws {
        let lab = try lab(spoiling: "far")
        try lab.run("nft -f /run/first")
        let said = try lab.run(
            "(until [[ -e /run/hooked ]]; do sleep 0.01; done; hook c 2>/run/said; touch /run/replaced) & "
                + "(sleep 0.1; touch /run/hooked) & downloads \(family); await test -e /run/replaced; count far resets")
        #expect(said == "5\n0")
        #expect(try lab.run("cat /run/said").contains("repaired rules for INVALID TCP segments: table ip evenkeel"))
        for family in ["ip", "ip6"] {
            #expect(
                try lab.run("evenkeel_rules \(family) | sort; guarded \(family)")
                    == Self.rules.split(separator: "\n").sorted().joined(separator: "\n") + "\nbr1")
        }
    }

    // MARK: Where nothing is translated

    @Test func whereNothingIsTranslatedNothingIsTracked() throws {
        let lab = try lab()
        try lab.run(
            """
            nft delete table inet nat; conntrack -F
            ip -n far route add 10.89.0.0/16 via $up4; ip -n far route add fd00:89::/32 via $up6
            """)
        let said = try lab.run("cni ADD c eth0 2>&1 >/dev/null; hook c 2>&1; nft list tables")
        #expect(!said.contains("INVALID") && !said.contains("table"), "\(said)")
        try lab.run("tcp_once c $far4 81 || :; ping_once c $far4; ping_once c $far6")
        #expect(try lab.run("cat /proc/sys/net/netfilter/nf_conntrack_count") == "0")
        let status = try lab.run("\"$programs/evenkeel\" host status || echo $?")
        #expect(status.contains("note: nothing on this host translates addresses or tracks connections"))
        #expect(status.contains("table ip evenkeel  not there: nothing here translates or tracks IPv4"))
        // What our own first version switched on is no reason to stay.
        try lab.run("nft -f /run/first; ping_once c $far4; ping_once c $far6; cni ADD c eth0")
        #expect(try lab.run("nft list tables; cat /proc/sys/net/netfilter/nf_conntrack_count").hasPrefix("0") == false)
        #expect(try lab.run("nft list tables; cni ADD c eth0 >/dev/null; hook c; nft list tables") == "")
    }

    @Test(arguments: ["nft", "iptables-nft"]) func whereARuleTracksAlreadyThereIsATable(tracker: String) throws {
        let lab = try lab()
        try lab.run("nft delete table inet nat")
        switch tracker {
        case "nft":
            try lab.run(
                "nft 'add table ip t; add chain ip t c { type filter hook input priority 0; }; add rule ip t c ct state new'"
            )
        default: try lab.run("iptables-nft -A INPUT -m conntrack --ctstate NEW -j ACCEPT")
        }
        try lab.run("cni ADD c eth0; hook c")
        #expect(try lab.run("evenkeel_rules ip; nft list tables | grep -c ip6 || :") == Self.rules + "\n0")
        // And none the longer for it.
        try lab.run("nft flush ruleset; conntrack -F; cni ADD c eth0")
        #expect(try lab.run("nft list tables") == "")
    }

    @Test func alwaysIsAlways() throws {
        let lab = try lab()
        try lab.run("nft delete table inet nat; cni ADD c eth0 '{\"invalid\":{\"where\":\"always\"}}'")
        #expect(try lab.run("evenkeel_rules ip; evenkeel_rules ip6") == Self.rules + "\n" + Self.rules)
    }

    @Test(arguments: ["nft", "ip6tables-legacy"]) func thereIsATableForIPv6WhereItIsTranslated(translator: String)
        throws
    {
        let lab = try lab()
        let post = "post { type nat hook postrouting priority srcnat; }"
        try lab.run("nft 'delete table inet nat; add table ip nat; add chain ip nat \(post)'; cni ADD c eth0; hook c")
        #expect(try lab.run("nft list tables") == "table ip nat\ntable ip evenkeel")
        switch translator {
        case "nft": try lab.run("nft 'add table ip6 nat; add chain ip6 nat \(post)'")
        default: try lab.run("\(translator) -t nat -A POSTROUTING -o uplink -j MASQUERADE")
        }
        try lab.run("cni ADD c eth0")
        #expect(try lab.run("evenkeel_rules ip6; guarded ip6") == Self.rules + "\nbr1")
    }

    @Test func thereIsNoneForAContainerWithoutAnIPv6DefaultRoute() throws {
        let lab = try lab()
        try lab.run("ip -n c -6 route del default; cni ADD c eth0; hook c")
        #expect(try lab.run("nft list tables") == "table inet nat\ntable ip evenkeel")
        #expect(try lab.run("evenkeel_rules ip") == Self.rules)
    }

    /// Answers that nobody asked for and packets with a wrong checksum are INVALID, too, and on some kernels DHCP's first.
    @Test func onlyTCPIsTouched() throws {
        let lab = try lab()
        try lab.run("cni ADD c eth0; witness")
        try lab.run("stray far $up4 $up6; stray c 10.89.1.1 fd00:89:1::1; stray c $far4 $far6; lease")
        let before = try lab.run("witnessed before")
        #expect(before == "forward-icmp 2, forward-udp 2, input-icmp 4, input-udp 4")
        #expect(try lab.run("witnessed after") == before)
        #expect(try lab.run("for table in ip ip6; do hits $table output; hits $table forward; done") == "0\n0\n0\n0")
    }

    // MARK: Whose interfaces

    @Test func aBridgeIsForgottenWithItsLastContainer() throws {
        let lab = try lab()
        let attachment = { (name: String, part: Int) in
            "container \(name); attach \(name) 2 eth0 \(part); cni ADD \(name) eth0"
        }
        try lab.run("cni ADD c eth0; network 2; \(attachment("d", 5)); \(attachment("e", 6))")
        #expect(try lab.run("guarded ip; guarded ip6") == "br1 br2\nbr1 br2")
        try lab.run("cni DEL d eth0; ip link del vd2")
        #expect(try lab.run("guarded ip; guarded ip6") == "br1 br2\nbr1 br2", "it still serves another")
        try lab.run("cni DEL e eth0")
        #expect(try lab.run("guarded ip; guarded ip6") == "br1\nbr1")
        try lab.run("cni ADD e eth0; ip link del br2; cni ADD c eth0")
        #expect(try lab.run("guarded ip; guarded ip6") == "br1\nbr1", "nor does one stay that is gone")
    }

    /// The runtime calls again when nothing is there any more.
    @Test func aDeletionWithoutNamespaceForgetsWhatNobodyIsBehind() throws {
        let lab = try lab()
        try lab.run("network 2; container d; attach d 2 eth0 5; cni ADD c eth0; cni ADD d eth0")
        // A namespace that goes takes its veths along a moment later.
        try lab.run("ip netns del d; while ip link show vd2 >/dev/null 2>&1; do sleep 0.01; done; cni DEL d eth0")
        #expect(try lab.run("guarded ip; guarded ip6") == "br1\nbr1")
    }

    @Test func aPairWithoutABridgeIsGuardedByItsOwnName() throws {
        let lab = try lab()
        let pair = "network 2; container d; attach d 2 eth0 5; ip link set vd2 nomaster; cni ADD d eth0"
        try lab.run("cni ADD c eth0; \(pair)")
        #expect(try lab.run("guarded ip; guarded ip6") == "br1 vd2\nbr1 vd2")
        try lab.run("cni DEL d eth0")
        #expect(try lab.run("guarded ip; guarded ip6") == "br1\nbr1")
        // Nor does one stay that goes without a word.
        try lab.run("cni ADD d eth0; ip link del vd2; cni ADD c eth0")
        #expect(try lab.run("guarded ip; guarded ip6") == "br1\nbr1")
    }
}
