import Foundation
import Laboratory
import Testing

/// The watcher as people and collectors meet it: by its socket, its file, and the commands.
@Suite struct WatchCommandTests {
    /// A container by its name alone, on a network whose address is translated; `watch` starts the watcher.
    private static let prologue = """
        mkdir -p /run/evenkeel /run/etc; printf '{"conntrack":{"max":"keep"}}' >/run/etc/policy.json
        evenkeel() { "$programs/evenkeel" "$@"; }
        engine() { touch /run/netns/netns-c; mount --bind /run/netns/c /run/netns/netns-c; }
        wait_for() { for attempt in {1..500}; do ! "$@" >/dev/null 2>&1 || return 0; sleep 0.01; done; echo "not: $*"; exit 1; }
        kept() { [[ $(evenkeel watch status --json | jq .namespaces.kept) == $1 ]]; }
        watch() {
            "$programs/evenkeel-watch" --policy /run/etc/policy.json "$@" 2>/run/journal & watcher=$!
            wait_for evenkeel watch status
        }
        get() { printf 'GET %s HTTP/1.0\\r\\n%s\\r\\n' "$1" "${2:+$2$'\\r\\n'}" | socat -t 5 - UNIX-CONNECT:/run/evenkeel/watch.sock; }
        filter_strictly() { ip netns exec c sysctl -qw net.ipv4.conf.eth0.rp_filter=1; }
        filter_is() { [[ $(ip netns exec c sysctl -n net.ipv4.conf.eth0.rp_filter) == $1 ]]; }
        table_is() { [[ $(nft list tables | grep -c 'ip evenkeel') == $1 ]]; }

        """

    @discardableResult private func run(_ lab: Lab, _ script: String) throws -> String {
        try lab.run(Self.prologue + script)
    }

    private static let hasPromtool = FileManager.default.isExecutableFile(
        atPath: "\(Shell.packageFolder)/.build/metrics/usr/bin/promtool")

    @Test(.enabled(if: hasPromtool, "needs promtool, which install/test.sh unpacks"), arguments: [false, true])
    func metricsAreAsPrometheusWantsThem(perContainer: Bool) throws {
        let lab = try Lab()
        let text = try run(
            lab,
            """
            lab 1; engine; umask 077; watch --metrics-file /run/metrics \(perContainer ? "--metrics-per-container" : "")
            wait_for kept 1; filter_strictly; wait_for filter_is 2
            get /metrics | sed '1,/^\\r$/d' >/run/prometheus; "$metrics/usr/bin/promtool" check metrics </run/prometheus
            "$metrics/usr/bin/promtool" check metrics </run/metrics; stat -c %a /run/metrics; ls /run/metrics*
            get /metrics 'Accept: application/openmetrics-text; version=1.0.0' >/run/open
            grep -ao 'application/openmetrics-text; version=1.0.0' /run/open; tail -n 1 /run/open
            sed '1,/^\\r$/d' /run/open >/run/body
            PYTHONPATH=$metrics/usr/lib/python3/dist-packages python3 - <<'PYTHON'
            from prometheus_client.openmetrics.parser import text_fd_to_metric_families
            families = {f.name: f for f in text_fd_to_metric_families(open("/run/body"))}
            print(families["evenkeel_watch_safe_seconds"].type, families["evenkeel_watch_looks"].type)
            PYTHON
            grep -c '^evenkeel_container_remedies_total{container="/run/netns/netns-c",namespace="/run/netns/netns-c"}' \\
                /run/prometheus || :
            """)
        #expect(
            text.split(separator: "\n").map(String.init) == [
                "644", "/run/metrics", "application/openmetrics-text; version=1.0.0", "# EOF", "histogram counter",
                perContainer ? "1" : "0",
            ])
    }

    @Test func whatIsDoneIsShownAsItIsDone() throws {
        let lab = try Lab()
        let text = try run(
            lab,
            """
            lab 1; engine; watch; wait_for kept 1
            evenkeel watch >/run/text 2>/run/end & reader=$!
            evenkeel watch events --json >/run/json 2>/dev/null &
            wait_for eval 'filter_strictly; grep -q "set rp_filter" /run/text && grep -q "set rp_filter" /run/json'
            grep -m 1 'set rp_filter' /run/text
            grep -m 1 'set rp_filter' /run/json | jq -c '[.event, .container, .remedy, .text, (.microseconds | type)]'
            kill -9 $watcher; wait $reader || echo "status $?"; cat /run/end
            """)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(
            lines.first?.wholeMatch(
                of: /\d\d:\d\d:\d\d  \/run\/netns\/netns-c  set rp_filter of eth0 to 2 \(loose; it was 1\)/) != nil)
        #expect(
            lines.dropFirst() == [
                #"["remedy","/run/netns/netns-c","rp-filter","set rp_filter of eth0 to 2 (loose; it was 1)","number"]"#,
                "status 1", "evenkeel: the watcher at /run/evenkeel/watch.sock has ended, or hung up",
            ])
    }

    @Test func whoeverMayNotAskIsToldSo() throws {
        let lab = try Lab()
        let text = try run(
            lab,
            """
            watch; chmod 666 /run/evenkeel/watch.sock
            nobody "$programs/evenkeel" watch status 2>&1 || echo "status $?"
            kill $watcher; wait $watcher; evenkeel watch 2>&1 || echo "status $?"; evenkeel watch --socket /run/none 2>&1 || echo "status $?"
            """)
        let systemd = "is evenkeel-watch.service running? `systemctl status evenkeel-watch`"
        #expect(
            text.split(separator: "\n").map(String.init) == [
                "evenkeel: cannot ask the watcher at /run/evenkeel/watch.sock: Operation not permitted (EPERM): it hung up: only root "
                    + "and the group that the policy's watch.group names may ask; run it as root, with CAP_NET_ADMIN and "
                    + "CAP_SYS_ADMIN over the network namespace", "status 1",
                "evenkeel: cannot connect to /run/evenkeel/watch.sock: Connection refused (ECONNREFUSED); \(systemd)",
                "status 1",
                "evenkeel: cannot connect to /run/none: No such file or directory (ENOENT); \(systemd)", "status 1",
            ])
    }

    @Test func hostRemoveKeepsTheWatcherFromPuttingTablesBackUntilHostApply() throws {
        let lab = try Lab()
        let text = try run(
            lab,
            """
            lab 1; engine; watch; wait_for table_is 1
            nft flush ruleset; nft 'add table ip nat; add chain ip nat c { type nat hook postrouting priority 100; }'
            wait_for table_is 1
            evenkeel host remove --dry-run | grep -v ip6; table_is 1
            evenkeel host remove | grep -v ip6; nft 'add table ip other; add chain ip other c { type nat hook output priority 100; }'
            sleep 0.3; table_is 0
            kill $watcher; wait $watcher; watch; wait_for kept 1; table_is 0; evenkeel host remove
            evenkeel host apply --policy /run/etc/policy.json --dry-run; table_is 0
            evenkeel host apply --policy /run/etc/policy.json
            nft delete table ip other \\; delete table ip evenkeel; wait_for table_is 1; echo restored
            nft delete table ip evenkeel; sleep 0.3; table_is 0
            evenkeel watch status | grep away
            evenkeel doctor --policy /run/etc/policy.json >/run/said || :; grep -A1 '^evenkeel-watch runs' /run/said
            """)
        let paused = "/run/evenkeel/paused: the watcher leaves the host's tables alone until `evenkeel host apply`"
        let resumed = "/run/evenkeel/paused: the watcher looks after the host's tables again"
        let removal = "rules for INVALID TCP segments: table ip evenkeel, with all that is in it"
        let addition = "rules for INVALID TCP segments: table ip evenkeel, chains input, output and forward"
        #expect(
            text.split(separator: "\n").map(String.init) == [
                "would remove \(removal)", "would write \(paused)", "removed \(removal)", "wrote \(paused)",
                "nothing to do",
                "would add \(addition)", "would remove \(resumed)", "added \(addition)", "removed \(resumed)",
                "restored",
                "  taken away      ip, by name: so it stays until `evenkeel host apply`",
                "evenkeel-watch runs: it keeps 1 container safe",
                "  it does not restore table ip evenkeel, which somebody took away by name, until `evenkeel host apply`",
            ])
    }

    @Test func whoKeepsUndoingItIsAFinding() throws {
        let lab = try Lab()
        let text = try run(
            lab,
            """
            lab 1; engine; watch; wait_for kept 1
            for round in {1..20}; do filter_strictly; sleep 0.02; done
            evenkeel watch status | grep -A1 'contested: ' || :; evenkeel watch status >/dev/null || echo "status $?"
            evenkeel doctor --policy /run/etc/policy.json >/run/said || :; grep contested /run/said
            """)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.first == "contested: /run/netns/netns-c, by another program")
        #expect(lines.contains("status 2"))
        #expect(lines.contains("  warning: contested: another program keeps undoing what Evenkeel does"))
    }

    @Test func aDoctorDoesNotWaitForAWatcherThatHangs() throws {
        let lab = try Lab()
        let text = try run(
            lab,
            """
            watch; kill -STOP $watcher; before=$(date +%s%N)
            evenkeel doctor --policy /run/etc/policy.json >/run/said || :
            (( $(date +%s%N) - before < 2500000000 )) && echo soon; grep -c evenkeel-watch /run/said || :
            """)
        #expect(text == "soon\n0")
    }
}
