import Laboratory
import Testing

/// `evenkeel-watch.service`, as install.sh puts it in place, under systemd as process 1: what it may do is enough.
@Suite(.serialized, .enabled(if: BootedSandbox.isPossible, "needs systemd and control groups of version 2"))
struct WatchUnitTests {
    private static let machine = """
        /root/evenkeel/install/install.sh --programs /root/evenkeel/programs --engines containerd >/dev/null
        printf 'table ip theirs { chain post { type nat hook postrouting priority srcnat; }; }\\n' >/etc/nftables.conf
        mkdir -p /etc/evenkeel
        echo '{"conntrack":{"max":"keep"}}' >/etc/evenkeel/policy.json
        systemctl --root=/ --quiet enable nftables evenkeel-host evenkeel-watch

        """

    private static let functions = """
        wait_for() {
            for attempt in {1..300}; do ! "$@" >/dev/null 2>&1 || return 0; sleep 0.02; done
            echo "not: $*"; journalctl --sync; journalctl --no-pager -o cat -u evenkeel-watch; evenkeel watch status; exit 1
        }
        defaults() { [[ $(ip -n $1 route show default | wc -l) == $2 ]]; }
        kept() { [[ $(evenkeel watch status --json | jq .namespaces.kept) == $1 ]]; }
        filter_is() { [[ $(ip netns exec c sysctl -n net.ipv4.conf.eth1.rp_filter) == $1 ]]; }
        main_process() { systemctl show -P MainPID evenkeel-watch; }
        # A container on two networks, as podman names its namespace.
        container() { # NAME
            ip netns add $1; touch /run/netns/netns-$1; mount --bind /run/netns/$1 /run/netns/netns-$1
            network $1 1; network $1 2
        }
        network() { # NAME NUMBER
            ip link show br$2 >/dev/null 2>&1 || { ip link add br$2 type bridge; ip addr add 10.89.$2.1/24 dev br$2; ip link set br$2 up; }
            ip link add $1-$2 master br$2 type veth peer name eth$2 netns $1
            ip link set $1-$2 up; ip -n $1 addr add 10.89.$2.5/24 dev eth$2; ip -n $1 link set eth$2 up
            ip -n $1 route add default via 10.89.$2.1 metric 100$2
        }

        """

    private func run(_ host: BootedSandbox, _ script: String) throws -> [String] {
        try host.run(Self.functions + script).split(separator: "\n").map(String.init)
    }

    private func boot() throws -> BootedSandbox {
        try BootedSandbox(copies: try UnitFiles.copies(), prepare: Self.machine)
    }

    @Test func aRuntimesSocketThatAppearsLaterIsConnectedTo() throws {
        let lines = try run(
            try boot(),
            """
            wait_for kept 0
            mkdir /run/nri; socat -u UNIX-LISTEN:/run/nri/nri.sock,fork,mode=600 OPEN:/run/registered,creat,append & server=$!
            wait_for grep -aqs RegisterPlugin /run/registered; kill $server; echo registered
            """)
        #expect(lines == ["registered"])
    }

    @Test func itStartsAfterTheHostAndKeepsContainersSafe() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            systemctl is-active evenkeel-host evenkeel-watch; systemctl show -P StatusText evenkeel-watch
            # It is mounted after the service started, and nothing but its name tells of it.
            container c
            wait_for kept 1
            ip -n c route add default via 10.89.1.1 dev eth1 metric 7; ip -n c route append default via 10.89.2.1 dev eth2 metric 7
            wait_for defaults c 3
            ip netns exec c sysctl -qw net.ipv4.conf.eth1.rp_filter=1
            wait_for filter_is 2
            nft flush ruleset; nft -f /etc/nftables.conf
            wait_for nft list table ip evenkeel
            nft list set ip evenkeel containers | grep -o 'br[12]' | sort | xargs
            evenkeel watch status --json | jq -c .failures
            """)
        #expect(
            lines == ["active", "active", "watches 0 containers", "br1 br2", "{}"],
            "the capabilities that it has are enough for each remedy")
    }

    @Test func afterACrashItGoesOnWhereItWas() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            container c; wait_for kept 1
            systemctl show -P NFileDescriptorStore evenkeel-watch
            former=$(main_process); kill -KILL $former
            # Nobody watches now.
            ip netns exec c sysctl -qw net.ipv4.conf.eth1.rp_filter=1
            wait_for eval '[[ $(main_process) != 0 && $(main_process) != $former ]]'
            wait_for filter_is 2
            wait_for systemctl -q is-active evenkeel-watch
            systemctl show -P NRestarts,NFileDescriptorStore evenkeel-watch | xargs
            """)
        #expect(lines == ["1", "1 1"])
    }

    @Test func oneThatHangsIsReplaced() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            mkdir -p /etc/systemd/system/evenkeel-watch.service.d
            printf '[Service]\\nWatchdogSec=1\\nTimeoutAbortSec=1\\n' >/etc/systemd/system/evenkeel-watch.service.d/short.conf
            systemctl daemon-reload; systemctl restart evenkeel-watch; former=$(main_process)
            sleep 3; [[ $(main_process) == $former ]] && echo "it says that it works"
            kill -STOP $former
            wait_for eval '[[ $(main_process) != 0 && $(main_process) != $former ]]'
            wait_for systemctl -q is-active evenkeel-watch; echo replaced
            """)
        #expect(lines == ["it says that it works", "replaced"])
    }

    @Test func itReadsThePolicyAgainAndEndsAtOnce() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            echo '{"conntrack":{"max":"keep"},"rpFilter":"keep"}' >/etc/evenkeel/policy.json
            systemctl reload evenkeel-watch; wait_for systemctl -q is-active evenkeel-watch
            echo '{"rpFilter":7}' >/etc/evenkeel/policy.json
            systemctl reload evenkeel-watch; wait_for systemctl -q is-active evenkeel-watch
            container c; wait_for kept 1
            ip netns exec c sysctl -qw net.ipv4.conf.eth1.rp_filter=1; sleep 0.3; filter_is 1 && echo kept
            before=$(date +%s%N); systemctl stop evenkeel-watch; (( $(date +%s%N) - before < 1000000000 )) && echo "at once"
            systemctl show -P Result,ExecMainStatus evenkeel-watch | xargs; ls -d /run/evenkeel
            evenkeel watch status 2>&1 >/dev/null || echo "status $?"
            journalctl --sync; journalctl --no-pager -o cat -u evenkeel-watch | grep -c 'policy was read again\\|policy stays as it was'
            """)
        #expect(
            lines == [
                "kept", "at once", "success 0", "/run/evenkeel",
                "evenkeel: cannot connect to /run/evenkeel/watch.sock: Connection refused (ECONNREFUSED); is "
                    + "evenkeel-watch.service running? `systemctl status evenkeel-watch`", "status 1", "2",
            ])
    }

    /// One typing error must not leave every container alone.
    @Test func withAFaultyPolicyItGoesByWhatHoldsAndSaysWhatDoesNot() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            echo '{"rpFilter":7,"conntrack":{"max":"keep"}}' >/etc/evenkeel/policy.json
            systemctl restart evenkeel-watch; wait_for systemctl -q is-active evenkeel-watch
            container c; wait_for kept 1
            ip netns exec c sysctl -qw net.ipv4.conf.eth1.rp_filter=1; wait_for filter_is 2; echo mended
            journalctl --sync; journalctl --no-pager -o cat -u evenkeel-watch | grep -c 'rpFilter is a number; .*; it is left out'
            """)
        #expect(lines == ["mended", "1"])
    }

    @Test func nothingButItsFolderAndParametersOfTheNetworkCanBeWrittenTo() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            cat >/usr/local/bin/writer <<'WRITER'
            #!/bin/sh
            mkdir -p /run/user/1000 2>/dev/null
            for file in /etc/x /run/x /run/evenkeel/x /usr/x /var/x /var/lib/docker/x /root/x /home/x /run/user/x; do
                ! touch $file 2>/dev/null || echo $file
            done
            for file in net/ipv4/ip_default_ttl net/ipv4/ip_forward kernel/core_pattern vm/swappiness fs/file-max; do
                ! { value=$(cat /proc/sys/$file) && echo "$value" >/proc/sys/$file; } 2>/dev/null || echo $file
            done
            WRITER
            chmod 755 /usr/local/bin/writer; mkdir -p /etc/systemd/system/evenkeel-watch.service.d
            printf '[Service]\\nExecStartPre=/usr/local/bin/writer\\n' >/etc/systemd/system/evenkeel-watch.service.d/writer.conf
            systemctl daemon-reload; systemctl restart evenkeel-watch; journalctl --sync
            journalctl --no-pager -o cat -u evenkeel-watch -t writer
            """)
        #expect(lines == ["/run/evenkeel/x", "net/ipv4/ip_default_ttl", "net/ipv4/ip_forward"])
    }

    @Test func uninstallEndsIt() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            /root/evenkeel/install/uninstall.sh --dry-run | grep 'disable and stop'
            /root/evenkeel/install/uninstall.sh >/dev/null
            systemctl show -P LoadState evenkeel-watch; systemctl --failed --no-legend
            ls -d /run/evenkeel /etc/systemd/system/*/evenkeel-*.service 2>/dev/null || :
            nft list tables
            """)
        #expect(
            lines == [
                "would disable and stop evenkeel-watch.service", "would disable and stop evenkeel-host.service",
                "not-found",
                "table ip theirs",
            ])
    }
}
