import Laboratory
import Testing

/// What others do to the host's tables for INVALID segments, and what the watcher does about it.
@Suite struct HostChangeTests {
    /// `tables`: the families that have a table of ours. `translating FAMILY…`: a ruleset that translates addresses.
    private static let library = """
        tables() { nft list tables | awk '$3 == "evenkeel" { print $2 }' | sort | xargs; }
        translating() {
            local family
            for family in "$@"; do
                printf 'table %s nat {\\nchain post {\\ntype nat hook postrouting priority 100;\\n}\\n}\\n' "$family"
            done
        }
        guarded() { nft -j list set ip evenkeel containers | jq -r '[.nftables[].set.elem // empty] | flatten | sort | join(" ")'; }

        """

    private func watched(_ script: String) throws -> String {
        try Lab("Watch/watch.sh").run(
            Self.library
                + """
                lab 2; of_engine c; nft flush ruleset
                translating ip | nft -f -
                watcher; kept c; eventually '[[ $(tables) == ip ]]'; quiet

                """ + script)
    }

    @Test func aFamilyThatBeginsToBeTranslatedGetsItsTable() throws {
        let said = try watched(
            """
            translating ip6 | nft -f -; eventually '[[ $(tables) == "ip ip6" ]]'
            # One that ceases keeps it.
            nft delete table ip6 nat; quiet; tables; guarded
            """)
        #expect(said == "ip ip6\nbr1 br2")
    }

    @Test func withoutTranslationThereIsNothing() throws {
        let said = try Lab("Watch/watch.sh").run(
            Self.library
                + "lab 2; of_engine c; nft flush ruleset; watcher; kept c; quiet; tables; status .remedies.invalid")
        #expect(said == "null")
    }

    @Test(arguments: [
        "nft flush ruleset", "{ echo flush ruleset; translating ip; } | nft -f -",
        "{ echo flush ruleset; translating ip6; } | nft -f -",
        "nft -f - <<<$'delete table ip evenkeel\\ndelete table ip nat'",
    ]) func whatGoesWithOthersTablesComesBack(_ flush: String) throws {
        let said = try watched(
            """
            \(flush); eventually '[[ $(tables) == ip* ]]'; quiet; guarded
            status '.host.restorations | keys | join(" ")'
            """)
        #expect(said == "br1 br2\n\"nft\"")
    }

    @Test func iptablesAndItsRestoreLeaveThemAlone() throws {
        let said = try watched(
            """
            iptables-nft -A FORWARD -j ACCEPT; iptables-nft-save >/run/saved; iptables-nft-restore </run/saved
            iptables-nft -F; iptables-nft -X; quiet; tables; status .host.restorations
            """)
        #expect(said == "ip\n{}")
    }

    /// Nobody does that by mistake.
    @Test(arguments: ["delete table ip evenkeel", "flush table ip evenkeel", "flush chain ip evenkeel output"])
    func whatAPersonTakesAwayByNameStaysAway(_ deletion: String) throws {
        let said = try watched(
            """
            nft \(deletion); quiet; nft -s list ruleset >/run/before
            hook_free() { ip -n c link set eth0 down; ip -n c link set eth0 up; }
            hook_free; quiet; nft -s list ruleset | cmp - /run/before
            status '.host.declined'; grep -c 'stays so until' /run/watch.log
            "$programs/evenkeel" host apply >/dev/null; eventually '[[ $(status .host.declined) == "[]" ]]'
            nft flush ruleset; translating ip | nft -f -; eventually '[[ $(tables) == ip ]]'; quiet; tables
            """)
        #expect(said == "[\"ip\"]\n1\nip")
    }

    @Test func hostRemoveIsObeyedUntilHostApply() throws {
        let said = try watched(
            """
            "$programs/evenkeel" host remove >/dev/null; quiet; tables
            translating ip6 | nft -f -; ip -n c link set eth0 down; ip -n c link set eth0 up; quiet; tables
            "$programs/evenkeel" host apply >/dev/null; eventually '[[ $(tables) == "ip ip6" ]]'; tables
            nft flush ruleset; eventually '[[ $(tables) == "ip ip6" ]]'; tables
            """)
        #expect(said == "ip ip6\nip ip6")
    }

    /// The peer of a connection that conntrack lost must be told then.
    @Test func aSysctlThatMakesThemHarmfulTakesThemAway() throws {
        let said = try watched(
            """
            sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0; eventually '[[ -z $(tables) ]]'
            sysctl -qw net.netfilter.nf_conntrack_tcp_loose=1; eventually '[[ $(tables) == ip ]]'; tables
            """)
        #expect(said == "ip")
    }

    @Test func aFightIsFoundOutAndEnds() throws {
        let said = try watched(
            """
            reload() { { echo flush ruleset; translating ip; } | nft -f -; }
            for _ in {1..5}; do reload; eventually '[[ $(tables) == ip ]]'; done
            reload; quiet; tables; status .host.contested
            grep -c 'nft keeps taking' /run/watch.log
            """)
        #expect(said == "true\n1")
    }

    @Test func policyKeepLeavesTheHostAlone() throws {
        let said = try Lab("Watch/watch.sh").run(
            Self.library
                + """
                private_etc; echo '{"invalid": {"mode": "keep"}}' >/etc/evenkeel/policy.json
                lab 2; of_engine c; watcher; kept c; quiet; translating ip ip6 | nft -f -; quiet; tables
                """)
        #expect(said == "")
    }
}
