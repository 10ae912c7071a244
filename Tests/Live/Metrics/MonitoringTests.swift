import Foundation
import Laboratory
import Testing

/// `evenkeel metrics`, and what is installed for Prometheus and Grafana.
@Suite struct MonitoringTests {
    private static let hasPromtool = FileManager.default.isExecutableFile(
        atPath: "\(Shell.packageFolder)/.build/metrics/usr/bin/promtool")
    private static let monitoring = "\(Shell.packageFolder)/install/monitoring"

    @Test(.enabled(if: hasPromtool, "needs promtool, which install/test.sh unpacks"))
    func theRulesAreAsPromtoolWantsThemAndAlertInTime() throws {
        let promtool = "\(Shell.packageFolder)/.build/metrics/usr/bin/promtool"
        try Shell.runSuccessfully([promtool, "check", "rules", "--lint-fatal", "\(Self.monitoring)/evenkeel.rules.yml"])
        try Shell.runSuccessfully([promtool, "test", "rules", "\(Shell.packageFolder)/Tests/Live/Metrics/rules.yml"])
    }

    /// In a host with all that has a metric: containers, tables, connections, and the watcher.
    @Test(.enabled(if: hasPromtool, "needs promtool, which install/test.sh unpacks"))
    func theFileIsAsPrometheusWantsItAndOthersNameNoOtherMetrics() throws {
        let lines = try Lab("Watch/watch.sh").run(
            """
            rp_filter=2; lab 2; container d; attach d 1 eth0 6; of_engine c
            # Whoever makes a container chooses its name.
            named='/run/netns/netns-"q\\d'; touch "$named"; mount --bind /run/netns/d "$named"
            printf '{"conntrack":{"max":"keep"}}' >/run/policy; "$programs/evenkeel" host apply --policy /run/policy >/dev/null
            watcher --policy /run/policy; kept c; eventually '[[ $(status .namespaces.kept) == 2 ]]'; quiet
            ping_once c $far4; ping_once d $far4
            umask 077; mkdir /run/out; cd /run/out
            "$programs/evenkeel" metrics --policy /run/policy --output x.prom
            stat -c '%n %a' x.prom; ls -A; "$metrics/usr/bin/promtool" check metrics <x.prom
            grep -e '^evenkeel_containers{' -e '^evenkeel_conntrack_container_entries' -e _up -e _complete x.prom | grep -v '^#'
            grep -c '^evenkeel_findings{.*} 0$' x.prom; grep -c '10\\.89\\|fd00' x.prom || :
            "$programs/evenkeel" metrics --policy /run/policy | sed 's/ [^ ]*$//' | cmp - <(sed 's/ [^ ]*$//' x.prom) && echo same
            { cat x.prom; ask /metrics; } | sed -n 's/^# TYPE \\([^ ]*\\) .*/\\1/p' | sort -u >names
            grep -oh 'evenkeel_[a-z_]*' \(Self.monitoring)/evenkeel* | sed -E 's/_(bucket|sum|count)$//' | sort -u >named
            comm -13 names named
            """
        ).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "x.prom 644", "x.prom", "evenkeel_look_complete 1", #"evenkeel_containers{state="kept"} 2"#,
                #"evenkeel_containers{state="skipped"} 0"#, #"evenkeel_containers{state="not guarded"} 0"#,
                #"evenkeel_containers{state="contested"} 0"#, "evenkeel_watch_up 1",
                #"evenkeel_conntrack_container_entries{container="netns-\"q\\d"} 1"#,
                #"evenkeel_conntrack_container_entries{container="netns-c"} 1"#, "96", "0", "same",
            ])
    }

    @Test func whatCannotBeWrittenOrSeenIsSaid() throws {
        let said = try Lab().run(
            """
            evenkeel() { "$programs/evenkeel" metrics "$@" 2>&1 >/dev/null || echo "status $?"; }
            mkdir /run/out; ln -s /run/elsewhere /run/out/link; mkfifo /run/out/pipe
            for file in /run/none/x.prom /run/out/link /run/out/pipe /run/out /dev/null; do evenkeel --output $file; done
            evenkeel --output ''; ls /run/out | xargs; ls /run/elsewhere 2>/dev/null || :
            echo '{}' >/run/policy; nobody_sees() { nobody "$programs/evenkeel" metrics --policy /run/policy 2>/run/said || echo "status $?"; }
            nobody_sees | grep -e _complete -e status | grep -v '#'; grep -c root /run/said
            """)
        let lines = said.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("evenkeel: cannot make a temporary file in /run/none") == true, "\(said)")
        #expect(lines.filter { $0.hasSuffix("it is not a regular file") }.count == 4, "\(said)")
        #expect(lines.count { $0 == "status 64" } == 1 && lines.contains("link pipe"), "\(said)")
        #expect(lines.suffix(3).dropLast() == ["evenkeel_look_complete 0", "status 1"], "\(said)")
    }
}
