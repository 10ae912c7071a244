import Laboratory
import Testing

/// Routers that advertise themselves with a preference (RFC 4191), which the kernel goes by.
@Suite struct RouterPreferenceTests {
    /// Both networks' routers advertise themselves, with the preferences given.
    private func lab(_ preferences: String...) throws -> Lab {
        let lab = try Lab(world: "on_bridges none none")
        try lab.run(
            """
            n=0
            for preference in \(preferences.joined(separator: " ")); do
                n=$((n + 1))
                ip netns exec c sysctl -qw net.ipv6.conf.eth$((n - 1)).accept_ra=2
                echo "interface br$n { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvDefaultLifetime 600;
                    AdvDefaultPreference $preference; };"
            done >/run/radvd.conf
            radvd -C /run/radvd.conf -p /run/radvd.pid -m stderr -n </dev/null >/dev/null 2>&1 &
            for _ in $(seq 500); do
                [[ $(ip -n c -6 route show default | grep -c 'proto ra') == \(preferences.count) ]] && break; sleep 0.02
            done
            forgetful c
            """)
        return lab
    }

    @Test(arguments: [("low", "high", "br2"), ("low", "medium", "br2"), ("high", "medium", "br1")])
    func thePreferredOneStaysInFrontAndNothingIsMoved(first: String, second: String, way: String) throws {
        let lab = try lab(first, second)
        let before = try lab.survey()
        #expect(before["6 -"] == way)
        let main = try lab.run("main c")
        try lab.protect()
        #expect(try lab.run("main c") == main, "the kernel can tell them apart")
        let after = try lab.survey()
        #expect(after.changes(since: before).filter { $0.hasPrefix("6 - ") || $0.contains("dev:") } == [])
        #expect(after["6 fd00:89:1::5"] == "br1")
        #expect(after["6 fd00:89:2::5"] == "br2")
    }

    @Test func ofEqualPreferenceTheFirstWinsAndTheOtherStandsBy() throws {
        let lab = try lab("medium", "medium")
        try lab.protect()
        let after = try lab.survey()
        #expect(after["6 -"] == "br1")
        #expect(after["6 fd00:89:2::5"] == "br2")
        #expect(after["6 dev:eth1"] == "br2")
        #expect(try lab.run("defaults 6 c | wc -l") == "2", "an advertised default stays in main")
    }
}
