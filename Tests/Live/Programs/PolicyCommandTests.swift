import Laboratory
import Testing

/// `evenkeel policy`, and what the other commands and the plugin do with a faulty policy of the host's.
@Suite struct PolicyCommandTests {
    /// Documents of the host's: one with a faulty key, and one more in the folder.
    private static let faulty = """
        private_etc; mkdir /etc/evenkeel/policy.d
        echo '{"rpFilter": "lose", "defaultRoute": {"mode": "one"}, "conntrack": {"max": "keep"}}' >/etc/evenkeel/policy.json
        echo '{"defaultRoute": {"prefer": ["eth1"]}}' >/etc/evenkeel/policy.d/10-site.json
        evenkeel() { "$programs/evenkeel" "$@"; }

        """

    @Test func checkNamesTheFaultsOfTheHostsDocuments() throws {
        let lab = try Lab()
        let output = try lab.attempt(
            Self.faulty + "echo '{' >/etc/evenkeel/policy.d/20.json; nobody \"$programs/evenkeel\" policy check")
        #expect(output.status == 1 && output.err.isEmpty)
        let lines = output.out.split(separator: "\n")
        #expect(
            lines.first == #"/etc/evenkeel/policy.json:1:14: rpFilter is "lose"; allowed: "loose", "relax", "keep""#)
        #expect(lines.last?.hasPrefix("/etc/evenkeel/policy.d/20.json:2:1: the document is not JSON: ") == true)
        #expect(lines.count == 2)
        let good = try lab.attempt(
            "rm /etc/evenkeel/policy.d/20.json; sed -i s/lose/loose/ /etc/evenkeel/policy.json; \"$programs/evenkeel\" policy check --json"
        )
        #expect(good.status == 0 && good.out.contains(#""good": true"#) && good.out.contains("10-site.json"))
        #expect(try lab.attempt("\"$programs/evenkeel\" policy check --nonsense").status == 64)
    }

    @Test func showSaysWhereEachValueComesFrom() throws {
        let lab = try Lab()
        let shown = try lab.run(
            Self.faulty + """
                evenkeel policy show | tr -s ' ' >/run/host
                evenkeel policy show 2>&1 >/dev/null
                grep -E '^(defaultRoute|rpFilter|conntrack.max|onError)' /run/host
                """)
        #expect(
            shown.split(separator: "\n") == [
                #"evenkeel: /etc/evenkeel/policy.json: rpFilter is "lose"; allowed: "loose", "relax", "keep"; it is left out"#,
                "defaultRoute.mode one /etc/evenkeel/policy.json",
                #"defaultRoute.prefer ["eth1"] /etc/evenkeel/policy.d/10-site.json"#,
                "defaultRoute.sourceRules true built-in", "defaultRoute.restoreAfterFlap true built-in",
                "defaultRoute.learn bridges built-in",
                "rpFilter loose built-in", "conntrack.max keep /etc/evenkeel/policy.json", "onError warn built-in",
            ])
    }

    @Test func applyDoesWhatHoldsAndEndsWithOne() throws {
        let lab = try Lab()
        let output = try lab.attempt(Self.faulty + "lab 2; evenkeel apply --netns /run/netns/c")
        #expect(output.status == 1)
        #expect(output.out.contains("removed default via 10.89.1.1 dev eth0") && output.out.contains("set rp_filter"))
        #expect(output.err.contains(#"rpFilter is "lose""#) && output.err.split(separator: "\n").count == 1)
        let refused = try lab.attempt(
            "echo '{\"onError\": \"fail\"}' >/etc/evenkeel/policy.d/20.json; \"$programs/evenkeel\" apply --netns /run/netns/c"
        )
        #expect(refused.status == 1 && refused.out.isEmpty && refused.err.contains(#"rpFilter is "lose""#))
    }

    @Test func hostApplyDoesWhatHoldsAndEndsWithOne() throws {
        let lab = try Lab()
        let output = try lab.attempt(Self.faulty + "lab 1; evenkeel host apply")
        #expect(output.status == 1 && output.out.contains("added") && output.err.contains(#"rpFilter is "lose""#))
        #expect(try lab.run("nft list tables").contains("evenkeel"))
        let persisted = try lab.attempt("\"$programs/evenkeel\" host apply --persist")
        #expect(persisted.status == 1 && persisted.err.contains("nothing was written for the next boot"))
        let again = try lab.attempt("sed -i s/lose/loose/ /etc/evenkeel/policy.json; \"$programs/evenkeel\" host apply")
        #expect(again.status == 0 && !again.out.contains("added"), "\(again.out)")
    }

    @Test func theDoctorFindsTheFault() throws {
        let lab = try Lab()
        let found = try lab.run(
            Self.faulty + """
                told='.findings[] | select(.id == "policy-fault") | .severity, .place.kind, .evidence[0]'
                evenkeel doctor --json 2>/dev/null | jq -r "$told" || :
                echo '[' >/etc/evenkeel/policy.json; evenkeel doctor --json 2>/dev/null | jq -r "$told" || :
                """
        ).split(separator: "\n")
        #expect(found.prefix(2) == ["warning", "host"] && found[3..<5] == ["error", "host"])
        #expect(found[2] == #"/etc/evenkeel/policy.json: rpFilter is "lose"; allowed: "loose", "relax", "keep""#)
    }

    @Test func thePluginWarnsAndGoesOnByWhatHolds() throws {
        let lab = try Lab()
        let output = try lab.attempt(Self.faulty + "lab 2; cni ADD c eth0; cni ADD c eth1")
        #expect(output.status == 0 && output.err.contains(#"evenkeel: /etc/evenkeel/policy.json: rpFilter is "lose""#))
        #expect(
            try lab.run("defaults 4 c; ip netns exec c sysctl -n net.ipv4.conf.eth0.rp_filter").contains("dev eth1"))
        let refused = try lab.attempt(
            "echo '{\"onError\": \"fail\"}' >/etc/evenkeel/policy.d/20.json; cni ADD c eth0")
        #expect(refused.status == 1 && refused.out.contains("the policy is wrong"))
        #expect(
            try lab.attempt("cni DEL c eth1; cni DEL c eth0").status == 0,
            "a failing DEL would keep others from cleaning up")
    }

    @Test func ofADocumentThatIsNoneThePluginKeepsEverything() throws {
        let lab = try Lab()
        let before = try lab.run("lab 2; ip -n c route; ip -n c rule; nft list tables")
        let output = try lab.attempt("private_etc; echo '{' >/etc/evenkeel/policy.json; cni ADD c eth0; cni ADD c eth1")
        #expect(
            output.status == 0 && output.err.contains("is not JSON") && output.err.contains("\"keep\" for everything"))
        #expect(try lab.run("ip -n c route; ip -n c rule; nft list tables") == before)
    }
}
