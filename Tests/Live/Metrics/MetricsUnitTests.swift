import Laboratory
import Testing

/// `evenkeel-metrics.service` and its timer, as install.sh puts them in place, under systemd as process 1: what they may do is enough,
/// and no more.
@Suite(.serialized, .enabled(if: BootedSandbox.isPossible, "needs systemd and control groups of version 2"))
struct MetricsUnitTests {
    private static let machine = """
        /root/evenkeel/install/install.sh --programs /root/evenkeel/programs --engines containerd >/dev/null
        printf 'table ip theirs { chain post { type nat hook postrouting priority srcnat; }; }\\n' >/etc/nftables.conf
        mkdir -p /etc/evenkeel; rm -rf /var/lib/prometheus
        echo '{"conntrack":{"max":"keep"}}' >/etc/evenkeel/policy.json
        systemctl --root=/ --quiet enable nftables evenkeel-host evenkeel-watch

        """

    private static let functions = """
        wait_for() {
            for attempt in {1..300}; do ! "$@" >/dev/null 2>&1 || return 0; sleep 0.02; done
            echo "not: $*"; journalctl --sync; journalctl --no-pager -o cat -u evenkeel-metrics; exit 1
        }
        folder=/var/lib/prometheus/node-exporter; file=$folder/evenkeel.prom

        """

    private func run(_ host: BootedSandbox, _ script: String) throws -> [String] {
        try host.run(Self.functions + script).split(separator: "\n").map(String.init)
    }

    private func boot() throws -> BootedSandbox {
        try BootedSandbox(copies: try UnitFiles.copies(), prepare: Self.machine)
    }

    @Test func itSeesEverythingAndWritesNothingElse() throws {
        let lines = try run(
            try boot(),
            """
            systemctl start evenkeel-metrics; systemctl show -P ConditionResult evenkeel-metrics; [[ -e /var/lib/prometheus ]] || echo nothing
            mkdir -p $folder
            ip link add br1 type bridge; ip addr add 10.89.1.1/24 dev br1; ip link set br1 up
            # One by its mount, and an ordinary user's by its process.
            ip netns add c; touch /run/netns/netns-c; mount --bind /run/netns/c /run/netns/netns-c
            ip link add c-1 master br1 up type veth peer name eth0 netns c; ip -n c addr add 10.89.1.5/24 dev eth0; ip -n c link set eth0 up
            scope=/sys/fs/cgroup/docker-$(printf %064d 7).scope; mkdir $scope
            unshare --net setpriv --reuid 1000 --regid 1000 --clear-groups sleep 1000 & container=$!
            until [[ $(cat /proc/$container/comm) == sleep ]]; do sleep 0.05; done
            echo $container >$scope/cgroup.procs
            cat >/usr/local/bin/writer <<'WRITER'
            #!/bin/sh
            for file in /etc/x /run/x /run/evenkeel/x /usr/x /var/x /var/lib/prometheus/x /var/lib/prometheus/node-exporter/x /root/x /home/x; do
                ! touch $file 2>/dev/null || echo $file
            done
            for file in net/ipv4/ip_default_ttl net/ipv4/ip_forward kernel/core_pattern vm/swappiness; do
                ! { value=$(cat /proc/sys/$file) && echo "$value" >/proc/sys/$file; } 2>/dev/null || echo $file
            done
            WRITER
            chmod 755 /usr/local/bin/writer; mkdir -p /etc/systemd/system/evenkeel-metrics.service.d
            printf '[Service]\\nExecStartPre=/usr/local/bin/writer\\n' >/etc/systemd/system/evenkeel-metrics.service.d/writer.conf
            systemctl daemon-reload; systemctl start evenkeel-metrics || journalctl --no-pager -o cat -u evenkeel-metrics
            journalctl --sync; journalctl --no-pager -o cat -u evenkeel-metrics -t writer
            stat -c '%a %U' $file; grep -e '_complete ' -e '_up ' -e _missed $file | grep -v '#'
            # The watcher may have set one up meanwhile.
            awk '/^evenkeel_containers[{]/ { sum += $NF } END { print sum }' $file
            grep -c '^evenkeel_invalid_dropped_packets_total' $file
            """)
        #expect(
            lines == [
                "no", "nothing", "/var/lib/prometheus/node-exporter/x", "644 root",
                "evenkeel_look_complete 1", "evenkeel_containers_missed 0", "evenkeel_watch_up 1", "2", "2",
            ])
    }

    @Test func theTimerWritesAgainAndAgainAndGoesWithWhatItWrote() throws {
        let lines = try run(
            try boot(),
            """
            mkdir -p $folder /etc/systemd/system/evenkeel-metrics.timer.d; : >$folder/theirs.prom
            printf '[Timer]\\nOnCalendar=*:*:*\\nAccuracySec=1ms\\n' >/etc/systemd/system/evenkeel-metrics.timer.d/often.conf
            systemctl is-enabled evenkeel-metrics.timer || :
            install() { /root/evenkeel/install/install.sh --programs /root/evenkeel/programs --engines containerd; }
            install | grep -o 'enable --now evenkeel-metrics.timer'
            systemctl --quiet enable evenkeel-metrics.timer; install | grep -c 'enable --now' || :; systemctl start evenkeel-metrics.timer
            wait_for test -s $file; rm $file; wait_for test -s $file
            # A look may be at work just now.
            /root/evenkeel/install/uninstall.sh --dry-run | grep 'disable and stop\\|prom' | grep -v 'metrics.service'
            /root/evenkeel/install/uninstall.sh >/dev/null
            systemctl show -P LoadState evenkeel-metrics.timer evenkeel-metrics.service | xargs; systemctl --failed --no-legend
            ls $folder; find /etc/systemd/system -name 'evenkeel-*' -type l
            """)
        #expect(
            lines == [
                "disabled", "enable --now evenkeel-metrics.timer", "0", "would disable and stop evenkeel-metrics.timer",
                "would disable and stop evenkeel-watch.service",
                "would disable and stop evenkeel-host.service",
                "would remove /var/lib/prometheus/node-exporter/evenkeel.prom", "not-found not-found", "theirs.prom",
            ])
    }
}
