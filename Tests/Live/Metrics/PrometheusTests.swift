import Foundation
import Laboratory
import Testing

/// Prometheus reads what `evenkeel metrics` writes, and its alerts say what is wrong.
@Suite(
    .enabled(
        if: FileManager.default.isExecutableFile(
            atPath: "\(Shell.packageFolder)/.build/metrics/usr/bin/prometheus-node-exporter"),
        "needs Prometheus and its node_exporter, which install/test.sh unpacks"))
struct PrometheusTests {
    private func lab(_ script: String) throws -> [String] {
        try Lab("Watch/watch.sh", "Metrics/prometheus.sh").run(script)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// A guarded container on two networks, its host set up, and the watcher.
    private static let healthy = """
        rp_filter=2; lab 2; of_engine c; printf '{"conntrack":{"max":"keep"}}' >/run/policy
        "$programs/evenkeel" host apply --policy /run/policy >/dev/null
        mkdir -p $collected
        watcher --policy /run/policy --metrics-file $collected/watch.prom; kept c; quiet
        """

    @Test func alertsFireForRealTroubleAndAreSilentOtherwise() throws {
        let lines = try lab(
            Self.healthy + """

                look; monitor
                echo "healthy: $(alerts) $(samples 'evenkeel_look_complete + evenkeel_watch_up')"
                stop; look; echo "stopped: $(alerts)"
                ip -n c route append default via 10.89.2.1 dev eth1 proto static metric 100; look; echo "two defaults: $(alerts)"
                "$programs/evenkeel" apply --policy /run/policy --netns /run/netns/netns-c >/dev/null; look
                echo "mended: $(alerts)"
                nft delete table ip evenkeel; look; echo "not dropped: $(alerts)"
                "$programs/evenkeel" host apply --policy /run/policy >/dev/null
                "$programs/evenkeel" apply --policy /run/policy --netns /run/netns/netns-c >/dev/null; look
                echo "mended: $(alerts)"
                "$programs/evenkeel" metrics --policy /run/none --output $collected/evenkeel.prom 2>/dev/null || echo "status $?"
                echo "nothing seen: $(alerts)"
                """)
        let down = "EvenkeelWatcherDown"
        #expect(
            lines == [
                "healthy:  2", "stopped: \(down)",
                "two defaults: EvenkeelContainersNotGuarded EvenkeelError:duplicate-default-route \(down)",
                "mended: \(down)", "not dropped: EvenkeelWarning:invalid-not-dropped-input \(down)", "mended: \(down)",
                "status 1", "nothing seen: EvenkeelLookIncomplete",
            ])
    }

    /// Beside the watcher's file, whose families it leaves out, or the collector would complain.
    @Test func everyPanelOfTheDashboardShowsSomething() throws {
        let lines = try lab(
            Self.healthy + """

                ping_once c $far4; eventually '[[ -s $collected/watch.prom ]]'; look; monitor
                # A rate needs two samples.
                eventually '[[ -n $(samples "rate(evenkeel_watch_looks_total[5m])") ]]'
                grep -ch '^evenkeel_conntrack_entries ' $collected/*.prom | xargs
                jq -r '.panels[] | . as $panel | .targets[]? | $panel.title + "\\t" + (.expr | gsub("\\\\$instance"; ".*"))' \\
                    "$libraries/../../install/monitoring/evenkeel-dashboard.json" >/run/expressions
                while IFS=$'\\t' read -r title expression; do
                    echo "$title: $(shown "$expression")"
                done </run/expressions
                curl -sS http://127.0.0.1:9100/metrics | grep '^node_textfile_scrape_error'; grep -c level=error /run/exporter.log || :
                """)
        #expect(lines.first == "0 1", "the watcher has it")
        #expect(lines.suffix(2) == ["node_textfile_scrape_error 0", "0"])
        let panels = lines.dropFirst().dropLast(2)
        #expect(panels.count > 15 && panels.allSatisfy { $0.contains(": success") }, "\(panels)")
        // Nothing is wrong, and nobody interferes.
        let quiet = ["Findings now", "What the kernel refused", "Contests, and restored tables"]
        #expect(panels.filter { $0.hasSuffix("empty") && !quiet.contains($0.components(separatedBy: ": ")[0]) } == [])
    }

    /// The table's limit is a machine's, so a kernel of its own fills it; the collector reads what was written there.
    @Test(.guestKernel) func aTableThatFillsUpIsToldOf() throws {
        let script = """
            . "$libraries/Conntrack/guest.sh"
            machine; sysctl -qw net.netfilter.nf_conntrack_max=100 net.netfilter.nf_conntrack_buckets=65536
            policy '{"invalid":{"mode":"keep"},"conntrack":{"max":100}}'
            fill 95; evenkeel metrics --policy /run/etc/policy.json
            """
        let text = try GuestKernel.run(script, environment: Lab.environment).text
        let lab = try Lab("Watch/watch.sh", "Metrics/prometheus.sh")
        try lab.run(
            "mkdir -p $collected; cat >$collected/evenkeel.prom; chmod 644 $collected/evenkeel.prom", input: text + "\n"
        )
        #expect(
            try lab.run("monitor; alerts") == "EvenkeelConntrackFilling EvenkeelWarning:conntrack-near-full")
    }
}
