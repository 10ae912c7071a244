import Laboratory
import Testing

/// `evenkeel-host.service`, as install.sh puts it in place, under systemd as process 1.
@Suite(.serialized, .enabled(if: BootedSandbox.isPossible, "needs systemd and control groups of version 2"))
struct HostUnitTests {
    /// Debian's nftables flushes all there is and loads a table of somebody else's. It takes its time, and so does the unit,
    /// lest anybody be in time by chance. Of the engines one is named in the unit, and one waits for the network as most do.
    private static let machine = """
        /root/evenkeel/install/install.sh --programs /root/evenkeel/programs --engines containerd >/dev/null
        printf 'flush ruleset\\ntable ip theirs { chain post { type nat hook postrouting priority srcnat; }; }\\n' \\
            >/etc/nftables.conf
        mkdir -p /etc/evenkeel /etc/systemd/system/{evenkeel-host,nftables}.service.d
        printf '[Service]\\nExecStartPre=/bin/sleep 0.5\\n' >/etc/systemd/system/evenkeel-host.service.d/slow.conf
        printf '[Service]\\nExecStartPre=/bin/sleep 1\\nExecReload=\\nExecReload=/bin/sleep 0.5\\nExecReload=%s\\n' \\
            '/usr/sbin/nft -f /etc/nftables.conf' >/etc/systemd/system/nftables.service.d/slow.conf
        engine() {
            printf '[Unit]\\n%s\\n[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/sh -c "%s"\\n' "${2:-}" \\
                "nft list tables >/run/at-$1; sysctl -n net.netfilter.nf_conntrack_generic_timeout >>/run/at-$1"
            printf '[Install]\\nWantedBy=multi-user.target\\n'
        }
        engine docker >/etc/systemd/system/docker.service
        engine other $'Wants=network.target\\nAfter=network.target' >/etc/systemd/system/other.service
        systemctl --root=/ --quiet enable evenkeel-host nftables docker other

        """

    /// What the scripts below have at hand: a change of one unit may set others to work, which nobody waits for.
    private static let functions = """
        settle() { until [[ -z $(systemctl list-jobs --no-legend) ]]; do sleep 0.05; done; }
        after() { settle; echo "$1: $(nft list tables | xargs), $(systemctl is-active evenkeel-host || :)"; }

        """

    /// A policy that can be met in a network namespace, where the table's limit cannot be set.
    private static let policy = #"{"conntrack":{"max":"keep","genericTimeout":77}}"#
    private static let record = "/proc/sys/net/netfilter/nf_conntrack_generic_timeout 600 77"

    private func boot(_ policy: String = Self.policy) throws -> BootedSandbox {
        try BootedSandbox(
            copies: try UnitFiles.copies(), prepare: Self.machine + "echo '\(policy)' >/etc/evenkeel/policy.json")
    }

    private func run(_ host: BootedSandbox, _ script: String) throws -> [String] {
        try host.run(Self.functions + script).split(separator: "\n").map(String.init)
    }

    @Test func atBootTheHostIsReadyBeforeAnEngineStarts() throws {
        let host = try boot()
        for engine in ["docker", "other"] {
            #expect(try run(host, "cat /run/at-\(engine)") == ["table ip theirs", "table ip evenkeel", "77"])
        }
        #expect(
            try run(host, "systemctl is-active evenkeel-host; cat /run/evenkeel/sysctls") == ["active", Self.record])
    }

    @Test func whateverIsDoneToNftablesTheRulesAreThereAfterwards() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            systemctl restart nftables; after restart
            systemctl reload nftables; after reload
            systemctl stop nftables; after stop
            systemctl start nftables; after start
            systemctl restart evenkeel-host; after "restart of ours"
            systemctl reload evenkeel-host; after "reload of ours"
            cat /run/evenkeel/sysctls
            """)
        let present = "table ip theirs table ip evenkeel, active"
        #expect(
            lines == [
                "restart: \(present)", "reload: \(present)", "stop: , inactive", "start: \(present)",
                "restart of ours: \(present)", "reload of ours: \(present)", Self.record,
            ])
    }

    @Test func itFindsContainersAndTheRulesOfOthersInItsOwnSandbox() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            scope=/sys/fs/cgroup/docker-$(printf %064d 7).scope; mkdir $scope
            unshare --net setpriv --reuid 1000 --regid 1000 --clear-groups sleep 1000 & container=$!
            until [[ $(cat /proc/$container/comm) == sleep ]]; do sleep 0.05; done
            echo $container >$scope/cgroup.procs
            ip link add br0 type bridge; ip link add v0 master br0 type veth peer name eth0 netns $container
            ip netns add c2; touch /run/netns/netns-2; mount --bind /run/netns/c2 /run/netns/netns-2
            ip link add v2 type veth peer name eth0 netns c2
            ip6tables-legacy -A INPUT -m conntrack --ctstate INVALID -j DROP
            systemctl restart nftables; after restart
            nft -j list set ip evenkeel containers | jq -r '.nftables[] | .set.elem // empty | sort | join(" ")'
            kill $container
            """)
        #expect(lines.first?.hasSuffix("table ip evenkeel, active") == true)
        #expect(lines.last == "br0 v2")
    }

    @Test func nothingButItsFolderAndParametersOfTheNetworkCanBeWrittenTo() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            cat >/usr/local/bin/writer <<'WRITER'
            #!/bin/sh
            for file in /etc/x /run/x /run/evenkeel/x /tmp/x /usr/x /var/x /var/lib/docker/x /root/x; do
                ! touch $file 2>/dev/null || echo $file
            done
            for file in net/ipv4/ip_default_ttl net/ipv4/ip_forward kernel/core_pattern vm/swappiness fs/file-max; do
                ! { value=$(cat /proc/sys/$file) && echo "$value" >/proc/sys/$file; } 2>/dev/null || echo $file
            done
            WRITER
            chmod 755 /usr/local/bin/writer
            printf '[Service]\\nExecStartPre=/usr/local/bin/writer\\n' >/etc/systemd/system/evenkeel-host.service.d/writer.conf
            systemctl daemon-reload; systemctl restart evenkeel-host; journalctl --sync
            journalctl --no-pager -o cat -u evenkeel-host -t writer
            """)
        #expect(lines == ["/run/evenkeel/x", "net/ipv4/ip_default_ttl", "net/ipv4/ip_forward"])
    }

    @Test func aPolicyThatCannotBeMetFailsTheUnitAndKeepsNoEngineFromStarting() throws {
        let host = try boot(#"{"conntrack":{"max":2000000000}}"#)
        let lines = try run(
            host,
            """
            after boot; systemctl is-active docker other
            journalctl --sync
            journalctl --no-pager -o cat -u evenkeel-host | grep -c 'cannot set nf_conntrack_max to 2000000000'
            systemctl restart nftables; after restart
            echo '\(Self.policy)' >/etc/evenkeel/policy.json
            systemctl restart nftables; after "another policy"
            """)
        let tables = "table ip theirs table ip evenkeel"
        #expect(
            lines == [
                "boot: \(tables), failed", "active", "active", "1", "restart: \(tables), failed",
                "another policy: \(tables), active",
            ])
    }

    @Test func uninstallTakesTheUnitAndWhatItDidBack() throws {
        let host = try boot()
        let lines = try run(
            host,
            """
            /root/evenkeel/install/uninstall.sh --dry-run | grep -e 'would .*evenkeel-host' -e 'would remove.*table'
            /root/evenkeel/install/uninstall.sh >/dev/null
            systemctl show -P LoadState evenkeel-host; systemctl --failed --no-legend
            ls -d /run/evenkeel /etc/systemd/system/*/evenkeel-host.service 2>/dev/null || :
            after uninstall; sysctl -n net.netfilter.nf_conntrack_generic_timeout
            """)
        #expect(
            lines == [
                "would disable and stop evenkeel-host.service",
                "would remove /usr/local/lib/systemd/system/evenkeel-host.service",
                "would remove rules for INVALID TCP segments: table ip evenkeel, with all that is in it",
                "not-found", "uninstall: table ip theirs, inactive", "600",
            ])
    }

    @Test func theLaboratoryLeavesTheMachinesControlGroupsAlone() throws {
        var host: BootedSandbox? = try boot()
        let mounts = try #require(try host.map { try run($0, "findmnt -rn -t cgroup,cgroup2 -o TARGET") })
        #expect(mounts == ["/sys/fs/cgroup"])
        // As another namespace sees it: where the machine's root is, above the sandbox's own.
        let group = try #require(try host?.groupOfProcess1)
        #expect(group.hasSuffix("/machine/init.scope"))
        let name = try #require(group.split(separator: "/").first { $0.hasPrefix("evenkeel-test-") })
        let find = ["find", "/sys/fs/cgroup", "-maxdepth", "2", "-name", String(name)]
        #expect(try Shell.run(find).text != "")
        host = nil
        #expect(try Shell.run(find).text == "")
    }
}
